#pragma once

#include <memory>
#include <optional>
#include <string>

#include "fs/ftp_site.hpp"

namespace sluice {

/// A file under a temporary name on the server, on its way to its own. Dropped before publish(), it
/// is removed in the background, and close() of the file system waits for that.
class FtpPart {
 public:
  /// `path`: the file's own name.
  FtpPart(OpContext context, std::shared_ptr<FtpSite> site, std::string path,
          const WriteOptions& options);
  ~FtpPart();
  FtpPart(const FtpPart&) = delete;
  FtpPart& operator=(const FtpPart&) = delete;

  /// Begins a STOR, and makes its directory if that is missing. One attempt; another one may
  /// follow, with another name.
  Task<> begin();
  Task<> write(Bytes bytes);
  /// Ends the bytes. That the server's last word was lost is no failure: seal() finds out.
  Task<> end();
  /// begin(), write() and end() of bytes that are all here, in a round trip less.
  Task<> write_all(Bytes bytes);
  /// Sets what is to be kept, and returns what the file is now. Throws Error{integrity} if its size
  /// is not `size`. May be done again.
  Task<FileInfo> seal(std::uint64_t size);
  /// Looks at what the options demand of the name, and takes it.
  Task<> publish(const FileInfo& sealed);
  /// Removes it now.
  Task<> remove();

 private:
  Task<> new_name();
  Task<> store(bool at_once);
  void refuse_directory(const FileInfo& there) const;
  void stop();
  Task<FileInfo> seal_on(ftp::Connection& connection, std::uint64_t size);
  Task<ftp::Reply> set_time(ftp::Connection& connection);
  void warn_of_time(const ftp::Reply& answer);
  Task<> set_mode(ftp::Connection& connection, std::optional<std::uint32_t> now);
  Task<> publish_once(ftp::Connection& connection, const FileInfo& sealed, bool& asked);
  Task<> check_precondition(ftp::Connection& connection);
  Task<bool> has_name(ftp::Connection& connection, const FileInfo& sealed);
  Task<> take_name(ftp::Connection& connection);
  Task<> begin_two_steps(ftp::Connection& connection, Error refused);
  Task<> go_on_in_two_steps(ftp::Connection& connection);
  Task<ftp::Reply> rename(ftp::Connection& connection, std::string from, std::string to);
  Task<std::optional<FileInfo>> look_at_temporary(ftp::Connection& connection,
                                                  std::optional<TimePoint> time);

  OpContext context_;
  std::shared_ptr<FtpSite> site_;
  std::string path_;
  const WriteOptions& options_;
  std::string target_;              ///< On the server.
  std::string temporary_;           ///< The same; empty: there is none (any more).
  std::string aside_;               ///< Where the old file may wait; empty: it was not moved.
  std::optional<Error> lost_word_;  ///< Why the server's last word on the bytes did not come.
  ServerTemporaries::Use use_;
  ftp::Client::Lease lease_;
  std::unique_ptr<ftp::Transfer> transfer_;  // before its lease
};

}  // namespace sluice
