#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fs/server_names.hpp"
#include "fs/server_temporaries.hpp"
#include "fs/webdav_directories.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/fs/webdav_fs.hpp"

namespace sluice {

inline constexpr const char* webdav_temporaries_kind = "webdav-directory";

/// What a server was seen to do with an If field on a MOVE.
enum class WebdavGuard : std::uint8_t { unknown, probing, honoured, ignored };

/// What the parts of one WebdavFs share. Temporary names have no dot in front: nginx would not list
/// them.
class WebdavSite {
 public:
  WebdavSite(Runtime& runtime, WebdavFsOptions options);

  Runtime& runtime() { return runtime_; }
  webdav::Client& client() { return *options_.client; }
  const WebdavFsOptions& options() const { return options_; }

  /// The path on the server. Throws Error{invalid_input} for one that leads out of the root.
  std::string full(const std::string& path) const;
  /// Its URL, for messages.
  std::string shown(const std::string& path) const;

  WebdavDirectories& directories() { return directories_; }
  ServerNames& names() { return names_; }
  ServerTemporaries& temporaries() { return temporaries_; }
  TaskGroup& cleanups() { return cleanups_; }
  Semaphore& chunk_memory() { return chunk_memory_; }  ///< Bytes.

  Logger log;
  bool keeps_mtime;  ///< Becomes false when a write shows that it does not.
  /// Whether a file has the same tag and time after a MOVE as before: seen once, it is not looked
  /// at again.
  std::optional<bool> move_keeps_version;
  WebdavGuard guard = WebdavGuard::unknown;
  bool copies =
      true;  ///< Becomes false when the server refuses a COPY as a thing that it does not do.
  /// Whether the tags of GET are those of listings.
  bool tags_agree = false;

 private:
  Runtime& runtime_;
  WebdavFsOptions options_;
  WebdavDirectories directories_;
  ServerNames names_;
  ServerTemporaries temporaries_;
  TaskGroup cleanups_;
  Semaphore chunk_memory_;
};

/// The FileInfo of what a server says of a name. nullopt if it does not say a file's size.
std::optional<FileInfo> file_info_of(std::string path, const webdav::Resource& resource);

/// Whether the file is still what was seen of it.
bool is_same_webdav_version(const FileInfo& now, const FileInfo& seen);

}  // namespace sluice
