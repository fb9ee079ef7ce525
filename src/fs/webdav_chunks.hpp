#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fs/webdav_site.hpp"

namespace sluice {

/// Where Nextcloud takes a tree's large files: "/remote.php/dav/uploads/user", of a root
/// "/remote.php/dav/files/user/...". nullopt: this is no such tree. Pure.
std::optional<std::string> uploads_directory_of(const std::string& root);

/// A large file on its way to Nextcloud in chunks ("chunked upload v2"), which the server puts
/// together when all are there: a proxy's limit on the size or the time of a request is none on
/// files, and a chunk that fails is sent again by itself. Dropped before publish(), it is removed
/// in the background; what that fails to remove the server removes after a day.
class WebdavChunks {
 public:
  /// `path`: the file's own name. `options` must outlive it. `size`: of the file.
  WebdavChunks(OpContext context, std::shared_ptr<WebdavSite> site, std::string uploads,
               std::string path, const WriteOptions& options, std::uint64_t size);
  ~WebdavChunks();
  WebdavChunks(const WebdavChunks&) = delete;
  WebdavChunks& operator=(const WebdavChunks&) = delete;

  Task<> begin();
  Task<> write(Bytes bytes);
  /// Sends what is left, and has the file put together. Returns it as a walk reports it.
  Task<FileInfo> publish();
  Task<> remove();

 private:
  std::vector<std::pair<std::string, std::string>> fields() const;
  Task<> send_chunk();
  Task<> publish_once(const std::optional<FileInfo>& before, bool& asked);

  OpContext context_;
  std::shared_ptr<WebdavSite> site_;
  std::string path_;
  const WriteOptions& options_;
  std::string target_, directory_;  ///< On the server; directory_ empty: there is none.
  std::string uploads_;
  std::uint64_t size_;
  std::size_t chunk_size_;
  Semaphore::Permit memory_;
  std::vector<std::byte> chunk_;
  std::uint32_t sent_ = 0;
};

}  // namespace sluice
