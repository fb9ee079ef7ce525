#pragma once

#include <memory>
#include <optional>
#include <string>

#include "fs/webdav_site.hpp"
#include "fs/webdav_stream.hpp"

namespace sluice {

/// A file under a temporary name on the server, on its way to its own. Dropped before publish(), it
/// is removed in the background, and close() of the file system waits for that.
class WebdavPart {
 public:
  /// `path`: the file's own name. `options` must outlive it.
  WebdavPart(OpContext context, std::shared_ptr<WebdavSite> site, std::string path,
             const WriteOptions& options);
  ~WebdavPart();
  WebdavPart(const WebdavPart&) = delete;
  WebdavPart& operator=(const WebdavPart&) = delete;

  /// Takes a temporary name. Before put() or stream(); again before another try.
  Task<> begin();
  /// Sends the whole file, anew if a try fails. What is missing of directories is made when the
  /// server misses it.
  Task<> put(Bytes bytes);
  Task<> put(webdav::Body& body);
  /// Has the server copy it there from what has another name on it. publish() then looks whether
  /// that is still the same version.
  struct Source {
    std::shared_ptr<WebdavSite> site;
    FileInfo info;
  };
  Task<> copy(Source source);
  /// Begins to send a file of that size. What is missing of directories is made before.
  Task<> start_stream(std::uint64_t size);
  Task<> write(Bytes bytes) { return stream_->write(bytes); }
  Task<> finish_stream();

  /// Looks at what the options demand of the name, and takes it. Throws Error{integrity} if the
  /// server has not `size` bytes. Returns the file as a walk reports it.
  Task<FileInfo> publish(std::uint64_t size);
  /// Removes it now.
  Task<> remove();

 private:
  webdav::PutOptions put_options() const;
  Task<webdav::PutResult> send(Bytes bytes, webdav::Body* body);
  Task<> put_anywhere(Bytes bytes, webdav::Body* body);
  Task<FileInfo> look_at_all(std::uint64_t size);
  Task<> look_into(std::shared_ptr<WebdavSite> site, std::string full,
                   std::optional<FileInfo>* found);
  void require_same_source(const std::optional<FileInfo>& now) const;
  Task<> publish_once(const FileInfo& sealed, bool& asked);
  Task<bool> has_name(const FileInfo& sealed);

  OpContext context_;
  std::shared_ptr<WebdavSite> site_;
  std::string path_;
  const WriteOptions& options_;
  std::string target_;     ///< On the server.
  std::string temporary_;  ///< Empty: there is none (any more).
  ServerTemporaries::Use use_;
  std::unique_ptr<WebdavStream> stream_;
  std::optional<Source> source_;
  bool replaces_ = false;     ///< Before it was published, something had the file's own name.
  std::string replaced_tag_;  ///< Of what was last seen under the file's own name.
};

}  // namespace sluice
