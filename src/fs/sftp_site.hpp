#pragma once

#include <memory>
#include <string>
#include <utility>

#include "fs/server_names.hpp"
#include "fs/server_temporaries.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/fs/sftp_fs.hpp"
#include "sluice/sftp/answers.hpp"

namespace sluice {

/// What the parts of one SftpFs share.
class SftpSite {
 public:
  SftpSite(Runtime& runtime, SftpFsOptions options);

  Runtime& runtime() { return runtime_; }
  sftp::Client& client() { return *options_.client; }
  const SftpFsOptions& options() const { return options_; }

  /// The path on the server. Throws Error{invalid_input} for one that leads out of the root, or
  /// that no server can hold.
  std::string full(const std::string& path) const;
  /// Its URL.
  std::string shown(const std::string& path) const;
  sftp::Asked asked(const char* operation, const std::string& path) const {
    return {operation, shown(path)};
  }

  /// `step(Connection&)` on a connection, tried again on another one where that may help; the
  /// step must be one that may be done twice.
  template <class Step>
  auto attempt(OpContext context, Step step) -> decltype(step(std::declval<sftp::Connection&>())) {
    auto once = [this, &context, &step]() { return on_connection(context, step); };
    co_return co_await client().retrier().run(context, Safety::idempotent, once);
  }

  /// Makes a directory and what is missing above it. Throws Error{conflict} if a file is in the
  /// way.
  Task<> make_directories(sftp::Connection& connection, std::string path);

  /// The failure of a write into `directory` (on the server) as it is, or as no_space, or conflict
  /// if that is a file: SFTP has one word for all of them.
  Task<Error> explained(sftp::Connection& connection, Error failure, std::string path,
                        std::string directory);

  /// Waits until so many bytes may pass.
  Task<> pass(net::Direction direction, std::size_t bytes);
  bool limited(net::Direction direction) {
    return options_.bandwidth && options_.bandwidth->limited(direction);
  }

  ServerNames& names() { return names_; }
  ServerTemporaries& temporaries() { return temporaries_; }
  TaskGroup& cleanups() { return cleanups_; }
  Logger log;
  bool warned_of_owner = false;

 private:
  template <class Step>
  auto on_connection(OpContext context, Step& step)
      -> decltype(step(std::declval<sftp::Connection&>())) {
    const std::shared_ptr<sftp::Connection> connection = co_await client().connection(context);
    co_return co_await step(*connection);
  }

  Runtime& runtime_;
  SftpFsOptions options_;
  ServerNames names_;
  ServerTemporaries temporaries_;
  TaskGroup cleanups_;
};

/// The FileInfo of what a server says of a name. nullopt if it does not say enough (its type; a
/// file's size).
std::optional<FileInfo> file_info_of(std::string path, const sftp::Attributes& attributes,
                                     bool extras);

/// Requests of a path alone.
sftp::Connection::Pending ask_lstat(sftp::Connection& connection, const std::string& path);
sftp::Connection::Pending ask_remove(sftp::Connection& connection, const std::string& path);

/// Whether the file is still what was seen of it.
bool is_same_version(const FileInfo& now, const FileInfo& seen);

}  // namespace sluice
