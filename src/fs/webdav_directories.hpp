#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/webdav/client.hpp"

namespace sluice {

/// Makes directories on a WebDAV server, each path by one coroutine at a time: of two MKCOL at
/// once, servers refuse one with this or that. Lives on the loop.
class WebdavDirectories {
 public:
  WebdavDirectories(Runtime& runtime, std::shared_ptr<webdav::Client> client)
      : runtime_(runtime), client_(std::move(client)) {}

  /// Makes the directory and what is missing above it. Throws Error{conflict} if a file is in the
  /// way.
  Task<> make(OpContext context, std::string path);
  /// The same, without asking for one that has been seen; for what can bear that it is gone.
  Task<> ensure(OpContext context, std::string path);
  /// It was removed.
  void forget(const std::string& path);

 private:
  struct Making {
    explicit Making(Executor executor) : changed(std::move(executor)) {}
    WaitList changed;
    bool made = false;
  };

  Task<webdav::Made> ask_for(OpContext context, std::string path);
  Task<> make_now(OpContext context, std::string path);
  Task<std::optional<webdav::Resource>> look(OpContext context, std::string path);
  Task<bool> is_there(OpContext context, std::string path);
  void remember(const std::string& path);

  Runtime& runtime_;
  std::shared_ptr<webdav::Client> client_;
  std::map<std::string, std::shared_ptr<Making>> running_;
  std::set<std::string> seen_;
};

}  // namespace sluice
