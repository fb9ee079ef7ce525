#pragma once

#include <optional>
#include <string>

#include "fs/sftp_site.hpp"

namespace sluice {

/// How a finished temporary file takes its own name: in one step where the server can, else, if
/// that is allowed, in two, between which the old file waits under a third name.
class SftpPublication {
 public:
  /// `target` and `temporary`: on the server; `path`: the file's own name. `options` stay with the
  /// caller.
  SftpPublication(SftpSite& site, std::string path, std::string target, std::string temporary,
                  const WriteOptions& options);

  /// Throws Error{conflict} if the name is not as the options demand.
  Task<> run(OpContext context, const FileInfo& sealed);

 private:
  Task<> once(sftp::Connection& connection, const FileInfo& sealed);
  Task<> check_precondition(sftp::Connection& connection);
  Task<bool> has_name(sftp::Connection& connection, const FileInfo& sealed);
  Task<> take_name(sftp::Connection& connection);
  Task<> begin_two_steps(sftp::Connection& connection);
  Task<> go_on_in_two_steps(sftp::Connection& connection);
  Task<sftp::Status> rename(sftp::Connection& connection, std::string from, std::string to);
  Task<std::optional<FileInfo>> look(sftp::Connection& connection, std::string full);

  SftpSite& site_;
  std::string path_, target_, temporary_;
  std::string aside_;  ///< Where the old file may wait; empty: it was not moved.
  const WriteOptions& options_;
  bool asked_ = false;  ///< A try before may have been carried out, though its answer was lost.
};

/// What has a name on the server; nullopt if nothing has.
Task<std::optional<FileInfo>> look_at_sftp(SftpSite& site, sftp::Connection& connection,
                                           std::string path, std::string full);

/// Throws Error{conflict} if what has the name must not be replaced.
void refuse_sftp_target(const SftpSite& site, const std::string& path, const FileInfo& there,
                        const WriteOptions& options);

}  // namespace sluice
