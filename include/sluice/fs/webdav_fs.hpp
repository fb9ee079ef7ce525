#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/codec/charset.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/temporaries.hpp"
#include "sluice/webdav/client.hpp"

namespace sluice {

/// What a server was seen to do, see probe_webdav().
struct WebdavTraits {
  bool shows_tags = false;   ///< Listings have version tags.
  bool keeps_mtime = false;  ///< A write can give a file its mtime (X-OC-Mtime).
  /// Listings leave out names that begin with a dot (nginx): a directory that looks empty may not
  /// be, and is never removed.
  bool hides_dot_names = false;
};

struct WebdavFsOptions {
  std::shared_ptr<webdav::Client>
      client;              ///< Shared by all trees of one server; must outlive them.
  std::string root = "/";  ///< Absolute path on the server.
  /// Of names on the server; null: they are taken as they are.
  std::shared_ptr<const codec::Charset> charset;
  WebdavTraits traits;
  std::filesystem::path scratch = "/var/tmp";
  std::shared_ptr<TemporaryJournal> journal;  ///< Null: temporary names are not journalled.
  /// Larger files go in chunks of at least this to Nextcloud (below /remote.php/dav/files/). One is
  /// held in memory for each file on its way.
  std::uint64_t chunk_size = 16_MiB;
  std::uint64_t buffer_memory = 256_MiB;  ///< For the chunks of all files together.
};

/// Asks the server once, at `root` or what there is above it. A server of ownCloud's family keeps
/// mtimes; of others it could be found out by a write only, and is not taken for granted.
Task<WebdavTraits> probe_webdav(OpContext context, std::shared_ptr<webdav::Client> client,
                                std::string root);

/// The files of a directory of a WebDAV server (RFC 4918). See FileSystem. Lives on the loop.
///
/// Writing: a file goes to a temporary name beside its own (PUT), is looked at, and takes its name
/// (MOVE, Overwrite: T); WriteOptions::expected is looked at just before that, and compared by the
/// server itself (an If field with the tag) where the first such MOVE of this file system has shown
/// that it does so. Copies within a server are the server's (COPY to a temporary name, a look
/// whether the source is still the same, MOVE). Up to 256 KiB are
/// kept and sent anew when a try fails; more is sent as it comes if the size is known, and kept in
/// a scratch file first if it is not: servers want to know the length. Times have whole seconds.
///
/// What WebDAV cannot do safely: DELETE takes a directory with all that is in it. remove() looks
/// whether a name is a directory first, and remove_directory() whether it is empty; what others
/// write into it between that look and the DELETE, one round trip, is lost with it. In the same way
/// a directory that takes the place of a file between the look and the MOVE is replaced.
std::unique_ptr<FileSystem> make_webdav_fs(Runtime& runtime, WebdavFsOptions options);

}  // namespace sluice
