#include "fs/sftp_site.hpp"

#include <sys/stat.h>

#include "fs/sftp_sweeper.hpp"
#include "sluice/core/local_path.hpp"

namespace sluice {
namespace {

using sftp::Asked;
using sftp::Connection;
using sftp::StatusCode;

FileType type_of(std::uint32_t mode) {
  if (S_ISREG(mode)) return FileType::regular;
  if (S_ISDIR(mode)) return FileType::directory;
  return S_ISLNK(mode) ? FileType::symlink : FileType::other;
}

/// Behind links; nullopt: nothing, or the server does not tell.
Task<std::optional<FileType>> type_at(Connection& connection, std::string path, Asked asked) {
  const auto found = co_await sftp::find_attributes(
      connection.send([&path](sftp::requests::Buffer& out, std::uint32_t id) {
        sftp::requests::stat(out, id, path);
      }),
      std::move(asked));
  if (!found || !found->permissions) co_return std::nullopt;
  co_return type_of(*found->permissions);
}

}  // namespace

SftpSite::SftpSite(Runtime& runtime, SftpFsOptions options)
    : log(runtime.log()),
      runtime_(runtime),
      options_(std::move(options)),
      names_(options_.charset),
      temporaries_(runtime, sftp_temporaries_kind, options_.client->subject(), options_.journal),
      cleanups_(runtime.executor()) {
  while (options_.root.size() > 1 && options_.root.ends_with('/'))
    options_.root.pop_back();
}

std::string SftpSite::full(const std::string& path) const {
  if (path.empty()) return options_.root.empty() ? "." : names_.on_server(options_.root);
  require_local_path(path);
  if (options_.root.empty()) return names_.on_server(path);
  const char* const slash = options_.root.ends_with('/') ? "" : "/";
  return names_.on_server(options_.root + slash + path);
}

Task<> SftpSite::pass(net::Direction direction, std::size_t bytes) {
  return options_.bandwidth->pass(direction, bytes);
}

std::string SftpSite::shown(const std::string& path) const {
  std::string url = options_.client->subject();
  if (options_.root.empty()) {
    url += "/~/";
  } else {
    if (!options_.root.starts_with('/')) url += "/~/";
    url += options_.root;
    if (!url.ends_with('/')) url += '/';
  }
  return url + path;
}

Task<Error> SftpSite::explained(Connection& connection, Error failure, std::string path,
                                std::string directory) {
  if (failure.code() == ErrorCode::no_space || failure.code() == ErrorCode::conflict)
    co_return failure;
  if (failure.server_code() != sftp::name_of(StatusCode::failure)) co_return failure;
  sftp::Space space;
  try {
    const auto type = co_await type_at(connection, directory, asked("write", path));
    if (type && type != FileType::directory)
      co_return Error(ErrorCode::conflict, "write", shown(path), "what is above it is a file")
          .with_server(failure.server_code(), "");
    if (!connection.offers(sftp::extension::statvfs, "2")) co_return failure;
    space = co_await sftp::expect_space(
        connection.send([&](sftp::requests::Buffer& out, std::uint32_t id) {
          sftp::requests::statvfs(out, id, directory);
        }),
        asked("write", path));
  } catch (const Error&) {
    co_return failure;  // it is what matters
  }
  constexpr std::uint64_t next_to_nothing = 1024UL * 1024;
  if (space.bytes >= next_to_nothing && !space.no_files_left) co_return failure;
  co_return Error(ErrorCode::no_space, "write", shown(path), "the server's disk is full")
      .with_server(failure.server_code(), "");
}

Task<> SftpSite::make_directories(Connection& connection, std::string path) {
  const Asked asked{"make directory", client().subject() + '/' + path};
  const sftp::Status made = co_await sftp::expect_status(
      connection.send([&path](sftp::requests::Buffer& out, std::uint32_t id) {
        sftp::requests::mkdir(out, id, path, {});
      }),
      asked);
  if (made.code == StatusCode::ok) co_return;
  if (made.code == StatusCode::no_such_file) {
    const std::string parent = directory_on_server(path);
    if (parent == "." || parent == path) throw sftp::status_error(made, asked);
    co_await make_directories(connection, parent);
    co_await make_directories(connection, path);
    co_return;
  }
  // Most servers have but one word for "it is there already" and for all else.
  const auto there = co_await type_at(connection, path, asked);
  if (there == FileType::directory) co_return;
  const auto in_the_way = co_await sftp::find_attributes(ask_lstat(connection, path), asked);
  if (!in_the_way) {
    const auto above = co_await type_at(connection, directory_on_server(path), asked);
    if (!above || above == FileType::directory) throw sftp::status_error(made, asked);
  }
  throw Error(ErrorCode::conflict, asked.operation, asked.subject, "there is a file of that name");
}

std::optional<FileInfo> file_info_of(std::string path, const sftp::Attributes& attributes,
                                     bool extras) {
  if (!attributes.permissions) return std::nullopt;
  FileInfo info;
  info.path = std::move(path);
  info.type = type_of(*attributes.permissions);
  if (info.type == FileType::regular && !attributes.size) return std::nullopt;
  info.size = info.type == FileType::directory ? 0 : attributes.size.value_or(0);
  if (attributes.times) info.mtime = TimePoint(std::chrono::seconds(attributes.times->modified));
  if (!extras) return info;
  FileExtras more;
  more.mode = *attributes.permissions & 07777U;
  if (attributes.owner) {
    more.uid = attributes.owner->uid;
    more.gid = attributes.owner->gid;
  }
  info.extras = std::make_shared<const FileExtras>(std::move(more));
  return info;
}

Connection::Pending ask_lstat(Connection& connection, const std::string& path) {
  return connection.send([&path](sftp::requests::Buffer& out, std::uint32_t id) {
    sftp::requests::lstat(out, id, path);
  });
}

Connection::Pending ask_remove(Connection& connection, const std::string& path) {
  return connection.send([&path](sftp::requests::Buffer& out, std::uint32_t id) {
    sftp::requests::remove(out, id, path);
  });
}

bool is_same_version(const FileInfo& now, const FileInfo& seen) {
  if (now.type != seen.type || now.size != seen.size) return false;
  if (!now.mtime || !seen.mtime) return true;
  // What was seen may be more precise than what the server says.
  return std::chrono::floor<std::chrono::seconds>(*now.mtime) ==
         std::chrono::floor<std::chrono::seconds>(*seen.mtime);
}

}  // namespace sluice
