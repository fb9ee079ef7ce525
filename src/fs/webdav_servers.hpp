#pragma once

#include <map>
#include <memory>
#include <string>

#include "sluice/async/semaphore.hpp"
#include "sluice/fs/location.hpp"
#include "sluice/fs/storage.hpp"
#include "sluice/webdav/client.hpp"

namespace sluice {

/// The WebDAV servers of a Storage: one client, with its connections, for each scheme, user, host
/// and port. `options` must outlive it.
class WebdavServers {
 public:
  WebdavServers(Runtime& runtime, const StorageOptions& options)
      : runtime_(runtime), options_(options), opening_(runtime.executor(), 1) {}

  /// Asks the server what it can do; sweeps first what dead processes left on one that is opened
  /// for the first time.
  Task<std::unique_ptr<FileSystem>> open(OpContext context, Location location);
  Task<> close();

 private:
  struct Server {
    std::shared_ptr<net::HttpClient> http;
    std::shared_ptr<webdav::Client> client;
  };
  Task<Server> connect(OpContext context, Location location);

  Runtime& runtime_;
  const StorageOptions& options_;
  Semaphore opening_;  ///< Nobody is asked twice for a password.
  std::map<std::string, Server> servers_;
};

}  // namespace sluice
