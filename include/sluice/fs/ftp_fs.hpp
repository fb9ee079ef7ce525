#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/codec/charset.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/temporaries.hpp"
#include "sluice/ftp/client.hpp"

namespace sluice {

struct FtpFsOptions {
  std::shared_ptr<ftp::Client> client;  ///< Shared by all trees of one server; its owner closes it.
  /// Absolute path of the root on the server; relative: below the directory where a login begins
  /// ("" is that directory).
  std::string root;
  /// Allows an overwrite of two steps, between which the file is not there, on a server that does
  /// not rename onto a file that exists.
  bool allow_non_atomic = false;
  /// Of names on the server; null: they are taken as they are.
  std::shared_ptr<const codec::Charset> charset;
  std::filesystem::path scratch = "/var/tmp";
  std::shared_ptr<TemporaryJournal> journal;  ///< Null: temporary names are not journalled.
};

/// The files of a directory of an FTP server (RFC 959, RFC 3659), with TLS or without. Connects
/// once, to learn what the server can do; throws what that throws.
///
/// With MLSD, times have seconds and modes are kept where the server tells them. Without it, walks
/// read LIST: times have minutes (those of old files are asked for by MDTM), or days where the
/// server has no MDTM; capabilities() says so. A name that FTP cannot say (ftp::refusal_of_path) is
/// Error{invalid_input}. A symbolic link that is overwritten becomes a file: FTP cannot tell where
/// it leads. See FileSystem. Lives on the loop.
Task<std::unique_ptr<FileSystem>> open_ftp_fs(Runtime& runtime, OpContext context,
                                              FtpFsOptions options);

}  // namespace sluice
