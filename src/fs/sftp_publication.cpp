#include "fs/sftp_publication.hpp"

namespace sluice {

using sftp::Connection;
using sftp::Status;
using sftp::StatusCode;
using sftp::requests::Buffer;

SftpPublication::SftpPublication(SftpSite& site, std::string path, std::string target,
                                 std::string temporary, const WriteOptions& options)
    : site_(site),
      path_(std::move(path)),
      target_(std::move(target)),
      temporary_(std::move(temporary)),
      options_(options) {}

Task<> SftpPublication::run(OpContext context, const FileInfo& sealed) {
  const auto step = [this, &sealed](Connection& connection) { return once(connection, sealed); };
  std::exception_ptr thrown;
  try {
    co_await site_.attempt(context, step);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return;
  if (!aside_.empty())
    context.log.error("The file that was to be replaced may wait under another name",
                      {{"file", site_.shown(path_)}, {"name", aside_}});
  std::rethrow_exception(thrown);
}

Task<> SftpPublication::once(Connection& connection, const FileInfo& sealed) {
  if (!aside_.empty()) co_return co_await go_on_in_two_steps(connection);
  if (asked_) {
    const bool done = co_await has_name(connection, sealed);
    if (done) co_return;
  }
  co_await check_precondition(connection);
  asked_ = true;
  co_await take_name(connection);
}

Task<> SftpPublication::check_precondition(Connection& connection) {
  if (!options_.expected && !options_.must_not_exist) co_return;
  const auto now = co_await look(connection, target_);
  if (now) refuse_sftp_target(site_, path_, *now, options_);
  if (!options_.expected || (now && is_same_version(*now, *options_.expected))) co_return;
  throw Error(ErrorCode::conflict, "write", site_.shown(path_),
              now ? "the file was changed by somebody else" : "the file is gone");
}

Task<bool> SftpPublication::has_name(Connection& connection, const FileInfo& sealed) {
  const auto left = co_await look(connection, temporary_);
  if (left) co_return false;
  const auto there = co_await look(connection, target_);
  co_return there&& is_same_version(*there, sealed);
}

Task<> SftpPublication::take_name(Connection& connection) {
  const bool posix = !options_.must_not_exist && connection.offers(sftp::extension::posix_rename);
  Status status;
  if (posix) {
    status = co_await sftp::expect_status(connection.send([this](Buffer& out, std::uint32_t id) {
      sftp::requests::posix_rename(out, id, temporary_, target_);
    }),
                                          site_.asked("rename", path_));
  } else {
    status = co_await rename(connection, temporary_, target_);
  }
  if (status.code == StatusCode::ok) co_return;
  const auto there = co_await look(connection, target_);
  if (there) refuse_sftp_target(site_, path_, *there, options_);
  if (!there || posix) throw sftp::status_error(status, site_.asked("rename", path_));
  co_await begin_two_steps(connection);
}

Task<> SftpPublication::begin_two_steps(Connection& connection) {
  if (!site_.options().allow_non_atomic)
    throw Error(ErrorCode::unsupported, "rename", site_.shown(path_),
                "the server cannot replace a file in one step (it has no "
                "posix-rename@openssh.com); --allow-non-atomic lets it be moved aside first");
  aside_ = name_aside(temporary_);
  co_await go_on_in_two_steps(connection);
}

/// The old file goes aside, the new one takes the name, the old one is removed. A try before may
/// have come anywhere on this way.
Task<> SftpPublication::go_on_in_two_steps(Connection& connection) {
  const auto moved = co_await look(connection, aside_);
  const auto still_new = co_await look(connection, temporary_);
  if (still_new && !moved) {
    const Status status = co_await rename(connection, target_, aside_);
    if (status.code != StatusCode::ok) {
      aside_.clear();
      throw sftp::status_error(status, site_.asked("replace", path_));
    }
  }
  if (still_new) {
    const Status status = co_await rename(connection, temporary_, target_);
    if (status.code != StatusCode::ok) {
      const Status back = co_await rename(connection, aside_, target_);
      if (back.code == StatusCode::ok) aside_.clear();
      throw sftp::status_error(status, site_.asked("rename", path_));
    }
  }
  const Status removed =
      co_await sftp::expect_status(ask_remove(connection, aside_), site_.asked("replace", path_));
  if (removed.code != StatusCode::ok && removed.code != StatusCode::no_such_file)
    site_.log.warn("The file that was replaced was left under another name",
                   {{"file", site_.shown(path_)}, {"name", aside_}, {"answer", removed.message}});
  aside_.clear();
}

Task<Status> SftpPublication::rename(Connection& connection, std::string from, std::string to) {
  co_return co_await sftp::expect_status(
      connection.send([&from, &to](Buffer& out, std::uint32_t id) {
        sftp::requests::rename(out, id, from, to);
      }),
      site_.asked("rename", path_));
}

Task<std::optional<FileInfo>> SftpPublication::look(Connection& connection, std::string full) {
  return look_at_sftp(site_, connection, path_, std::move(full));
}

Task<std::optional<FileInfo>> look_at_sftp(SftpSite& site, Connection& connection, std::string path,
                                           std::string full) {
  const auto found =
      co_await sftp::find_attributes(ask_lstat(connection, full), site.asked("look at", path));
  co_return found ? file_info_of(path, *found, false) : std::nullopt;
}

void refuse_sftp_target(const SftpSite& site, const std::string& path, const FileInfo& there,
                        const WriteOptions& options) {
  const bool directory = there.type == FileType::directory;
  if (!directory && !options.must_not_exist) return;
  throw Error(
      ErrorCode::conflict, "write", site.shown(path),
      directory ? "there is a directory of that name" : "there is a file of that name already");
}

}  // namespace sluice
