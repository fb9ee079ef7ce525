#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/codec/charset.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/temporaries.hpp"
#include "sluice/net/bandwidth.hpp"
#include "sluice/sftp/client.hpp"

namespace sluice {

struct SftpFsOptions {
  std::shared_ptr<sftp::Client>
      client;  ///< Shared by all trees of one server; its owner closes it.
  /// Absolute path of the root on the server; relative: below the directory where a login begins
  /// ("" is that directory).
  std::string root;
  /// Allows an overwrite of two steps, between which the file is not there, on a server that has no
  /// posix-rename@openssh.com.
  bool allow_non_atomic = false;
  /// Of names on the server; null: they are taken as they are.
  std::shared_ptr<const codec::Charset> charset;
  std::size_t read_ahead = 16 * 1024 * 1024;  ///< Bytes of one file, at most.
  std::shared_ptr<net::Bandwidth> bandwidth;  ///< Null: no limit.
  std::filesystem::path scratch = "/var/tmp";
  std::shared_ptr<TemporaryJournal> journal;  ///< Null: temporary names are not journalled.
};

/// The files of a directory of an SFTP server. Small files travel in two round trips down and three
/// up, many at once; large ones on several connections. Times have seconds; modes, and owners where
/// the server lets us, are kept. See FileSystem. Lives on the loop.
std::unique_ptr<FileSystem> make_sftp_fs(Runtime& runtime, SftpFsOptions options);

}  // namespace sluice
