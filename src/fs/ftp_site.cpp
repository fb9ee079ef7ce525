#include "fs/ftp_site.hpp"

#include "sluice/core/local_path.hpp"
#include "sluice/ftp/commands.hpp"

namespace sluice {
namespace {

using ftp::Connection;
using ftp::Reply;

// Directories that are remembered as made; beyond, they are asked for again.
constexpr std::size_t most_made = 10'000;

Duration magnitude(Duration span) {
  return span < Duration(0) ? -span : span;
}

}  // namespace

FtpSite::FtpSite(Runtime& runtime, FtpFsOptions options)
    : log(runtime.log()),
      runtime_(runtime),
      options_(std::move(options)),
      names_(options_.charset),
      temporaries_(runtime, ftp_temporaries_kind, options_.client->subject(), options_.journal,
                   TemporaryForm::plain),
      making_(runtime.executor(), 1),
      cleanups_(runtime.executor()) {
  while (options_.root.size() > 1 && options_.root.ends_with('/'))
    options_.root.pop_back();
}

Duration FtpSite::time_precision() const {
  if (traits().features.mlst) return std::chrono::seconds(1);
  return traits().features.mdtm ? Duration(std::chrono::minutes(1)) : std::chrono::days(1);
}

std::string FtpSite::full(const std::string& path) const {
  if (!path.empty()) require_local_path(path);
  const auto refusal = ftp::refusal_of_path(path);
  if (refusal) throw Error(ErrorCode::invalid_input, "open", shown(path), *refusal);
  std::string root = names_.on_server(options_.root);
  if (!root.starts_with('/')) root = root.empty() ? traits().home : traits().home + '/' + root;
  if (path.empty()) return root.empty() ? "/" : root;
  if (!root.ends_with('/')) root += '/';
  return root + names_.on_server(path);
}

void FtpSite::require_new(const std::string& path) const {
  (void)full(path);
  const auto refusal = ftp::refusal_of_new_path(path);
  if (refusal) throw Error(ErrorCode::invalid_input, "write", shown(path), *refusal);
}

std::string FtpSite::shown(const std::string& path) const {
  std::string url = options_.client->subject();
  if (!options_.root.starts_with('/')) url += "/~/";
  url += options_.root;
  if (!url.ends_with('/')) url += '/';
  return url + path;
}

std::optional<TimePoint> FtpSite::as_walked(std::optional<TimePoint> time) const {
  if (!time) return time;
  const Duration precision = time_precision();
  const Duration since = time->time_since_epoch();
  Duration rest = since % precision;
  if (rest < Duration(0)) rest += precision;
  return TimePoint(since - rest);
}

std::optional<FileInfo> FtpSite::info_of(std::string path, ftp::Entry entry, bool extras) const {
  FileInfo info;
  info.path = std::move(path);
  info.type = entry.type;
  if (info.type == FileType::regular && !entry.size) return std::nullopt;
  info.size = info.type == FileType::directory ? 0 : entry.size.value_or(0);
  info.mtime = as_walked(entry.modified);
  if (!extras) return info;
  FileExtras more;
  more.mode = entry.mode;
  if (entry.type == FileType::symlink) more.link_target = std::move(entry.link_target);
  info.extras = std::make_shared<const FileExtras>(std::move(more));
  return info;
}

// --- looking ------------------------------------------------------------------------------------

std::optional<FileInfo> FtpSite::look_answer(const std::string& path, const Reply& reply,
                                             bool extras) const {
  if (!traits().features.mlst) {
    const auto size = reply.code == ftp::code::file_status ? ftp::parse_size(reply) : std::nullopt;
    if (!size) return std::nullopt;
    ftp::Entry entry;
    entry.size = size;
    return info_of(path, std::move(entry), extras);
  }
  if (!reply.completed() || reply.lines.size() < 3) return std::nullopt;
  std::string_view line = reply.lines[1];
  while (line.starts_with(' '))
    line.remove_prefix(1);
  // Of the name, which comes absolute or not; what it is for is known.
  auto entry = ftp::parse_machine_line(line);
  if (!entry) {  // the directory itself
    entry.emplace();
    entry->type = FileType::directory;
  }
  return info_of(path, std::move(*entry), extras);
}

Task<std::optional<TimePoint>> FtpSite::exact_time(Connection& connection, std::string full_path) {
  if (!traits().features.mdtm) co_return std::nullopt;
  const Reply reply = co_await connection.ask("MDTM", std::move(full_path));
  if (reply.code != ftp::code::file_status) co_return std::nullopt;
  co_return ftp::parse_time(reply.lines.back());
}

Task<bool> FtpSite::is_directory(Connection& connection, std::string full_path) {
  const Reply reply = co_await connection.ask("CWD", std::move(full_path));
  co_return reply.completed();
}

Task<std::optional<FileInfo>> FtpSite::look(Connection& connection, std::string path, bool extras) {
  const std::string full_path = full(path);
  const Reply reply = co_await connection.ask(look_verb(), full_path);
  auto info = look_answer(path, reply, extras);
  if (info) {
    if (!traits().features.mlst)
      info->mtime = as_walked(co_await exact_time(connection, full_path));
    co_return info;
  }
  if (reply.transient()) throw ftp::refusal(look_verb(), shown(path), reply);
  // SIZE does not know directories, and MLST is not sure of all that CWD is.
  const bool directory = co_await is_directory(connection, full_path);
  if (!directory) co_return std::nullopt;
  ftp::Entry entry;
  entry.type = FileType::directory;
  co_return info_of(std::move(path), std::move(entry), extras);
}

// --- directories --------------------------------------------------------------------------------

Task<> FtpSite::make_directories(Connection& connection, std::string full_path,
                                 SteadyTime seen_missing) {
  const auto turn = co_await making_.acquire();
  const auto made = made_.find(full_path);
  if (made != made_.end() && made->second >= seen_missing) co_return;
  co_await make_one(connection, std::move(full_path));
}

Task<> FtpSite::make_one(Connection& connection, std::string full_path) {
  const Reply reply = co_await connection.ask("MKD", full_path);
  if (!reply.completed()) {
    // One word for "it is there already", "its parent is missing" and all else.
    const bool there = co_await is_directory(connection, full_path);
    if (!there) co_await make_below(connection, full_path, reply);
  }
  if (made_.size() >= most_made) made_.clear();
  made_[std::move(full_path)] = now();
}

Task<> FtpSite::make_below(Connection& connection, std::string full_path, Reply refused) {
  const std::string subject = client().subject() + full_path;
  const std::string parent = directory_on_server(full_path);
  const bool at_top = parent == full_path;
  const bool parent_there = at_top || co_await is_directory(connection, parent);
  if (!parent_there) {
    co_await make_one(connection, parent);
    co_await connection.expect("MKD", full_path, subject);
    co_return;
  }
  const Reply file = co_await connection.ask("SIZE", full_path);
  if (file.completed())
    throw Error(ErrorCode::conflict, "make directory", subject, "there is a file of that name");
  throw ftp::refusal("make directory", subject, refused);
}

bool is_lost_word(const Error& failure) {
  return failure.code() == ErrorCode::network || failure.server_code() == "421";
}

bool is_same_version(const FileInfo& now, const FileInfo& seen, Duration precision) {
  if (now.type != seen.type || now.size != seen.size) return false;
  if (!now.mtime || !seen.mtime) return true;
  return magnitude(*now.mtime - *seen.mtime) < precision;
}

}  // namespace sluice
