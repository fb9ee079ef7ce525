#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fs/sftp_site.hpp"

namespace sluice {

/// A file under a temporary name on the server, on its way to its own. Dropped before publish(), it
/// is removed in the background, and close() of the file system waits for that.
class SftpPart {
 public:
  /// `path`: the file's own name.
  SftpPart(OpContext context, std::shared_ptr<SftpSite> site, std::string path,
           const WriteOptions& options);
  ~SftpPart();
  SftpPart(const SftpPart&) = delete;
  SftpPart& operator=(const SftpPart&) = delete;

  /// Makes the temporary file, and its directory if that is missing; looks at what has the name
  /// now. Throws Error{conflict} for a directory there. One attempt; another one may follow.
  Task<> make();
  /// Opens it on the further connections that there are by now: for a large file, now and then.
  Task<> spread();
  /// The most that one write takes.
  std::size_t write_size() const;
  /// Sends the bytes; that they have arrived is known after written().
  Task<> write(std::uint64_t offset, Bytes bytes);
  Task<> written();
  /// Sets the attributes, asks for what the file is now, and closes it, all in one round trip after
  /// what is still on its way. Throws Error{conflict} if its size is not `size`.
  Task<FileInfo> seal(std::uint64_t size);
  /// Looks at what the options demand of the name, and takes it.
  Task<> publish(const FileInfo& sealed);
  /// Removes it now.
  Task<> remove();

 private:
  struct Handle {
    std::shared_ptr<sftp::Connection> connection;
    std::string handle;
    Semaphore::Permit permit;
  };
  struct Sealing {
    sftp::Connection::Pending set, synced, attributes;
    std::vector<sftp::Connection::Pending> closed;
  };
  struct Sent {
    sftp::Connection::Pending pending;
    Semaphore::Permit permit;
  };

  Task<> look_at_target(std::optional<sftp::Attributes> there);
  Task<std::string> behind_link();
  Sealing ask_to_seal();
  Task<> create_on(std::shared_ptr<sftp::Connection> connection);
  Task<> try_to_open_on(std::shared_ptr<sftp::Connection> connection, Semaphore::Permit permit);
  Task<> open_on(std::shared_ptr<sftp::Connection> connection, Semaphore::Permit permit,
                 std::uint32_t flags, sftp::Attributes attributes);
  Task<> acknowledge_first();
  Task<Error> explained(Error failure);
  Task<FileInfo> seal_unexplained(std::uint64_t size);
  Task<> give_owner(const sftp::Attributes& now);
  sftp::Attributes attributes_to_set() const;
  void close_handles();

  OpContext context_;
  std::shared_ptr<SftpSite> site_;
  std::string path_;
  const WriteOptions& options_;
  std::string target_;     ///< On the server.
  std::string temporary_;  ///< Empty: there is none (any more).
  ServerTemporaries::Use use_;
  std::vector<Handle> handles_;  // and with them the connections: outlive what was sent on them
  std::size_t next_handle_ = 0;
  bool may_spread_ = true;
  std::deque<Sent> sent_;
};

}  // namespace sluice
