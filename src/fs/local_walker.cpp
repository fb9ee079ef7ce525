#include "fs/local_walker.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstddef>

#include "sluice/core/bytes.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/fs/walk_order.hpp"

namespace sluice {
namespace {

constexpr std::size_t page_size = 1000;
// Work of one slice, in looks at a file (about 1 us each); a call of getdents64 counts as many as
// the names it returns.
constexpr std::size_t slice_work = 8000;
constexpr std::size_t entries_buffer = 32_KiB;
constexpr std::size_t most_open_levels = 64;
constexpr int open_flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK;

constexpr unsigned char is_directory = 1, is_link = 2, behind_link = 4, to_report = 8,
                        to_descend = 16;

unsigned char dirent_type_of(mode_t mode) {
  return static_cast<unsigned char>(IFTODT(mode));
}

}  // namespace

struct LocalWalker::Name {
  std::string_view text;
  unsigned char flags;

  bool is(unsigned char flag) const { return (flags & flag) != 0; }
};

struct LocalWalker::Level {
  Level(std::size_t memory, const std::filesystem::path& scratch) : names(memory, scratch) {}

  UniqueFd fd;  // closed while the walk is far below
  dev_t device = 0;
  ino_t inode = 0;
  std::size_t path_length = 0;  // of the directory's path with its '/'
  bool through_link = false;
  bool listed = false;
  RecordSorter names;  // key: name, a directory's with '/'; payload: flags
};

LocalWalker::LocalWalker(std::shared_ptr<LocalRoot> root, std::string directory,
                         WalkerOptions options)
    : root_(std::move(root)),
      options_(std::move(options)),
      filter_(options_.walk),
      path_(std::move(directory)),
      entries_(entries_buffer) {}

LocalWalker::~LocalWalker() = default;

void LocalWalker::fill(WalkPage& page) {
  page.count = 0;
  page.failures.clear();
  if (!std::exchange(started_, true)) open_start();
  for (std::size_t work = 0; !levels_.empty() && page.count < page_size && work < slice_work;) {
    Level& level = *levels_.back();
    if (level.listed) {
      visit(level, page);
      ++work;
    } else {
      work += read_names(level);
    }
  }
  page.failures.swap(failures_);
  page.ended = levels_.empty();
}

void LocalWalker::open_start() {
  const std::string shown = root_->full(path_);
  const bool follow = options_.walk.symlinks == Symlinks::follow;
  root_->look_again();  // a directory that was removed would be an empty one
  Opened opened =
      follow ? root_->open_for_reading(path_, open_flags) : root_->open_beneath(path_, open_flags);
  UniqueFd fd = std::move(opened).or_throw("walk", shown);
  if (!path_.empty()) path_.push_back('/');
  base_length_ = path_.size();
  const bool nothing = options_.walk.max_depth == 0 || !filter_.may_accept_below("");
  if (!nothing) push(std::move(fd), false);
}

void LocalWalker::push(UniqueFd fd, bool through_link) {
  const struct stat status = status_of(fd.get(), shown_path());
  if (leads_back(status)) {
    return fail(Error(ErrorCode::invalid_input, "walk", shown_path(),
                      "a symbolic link leads back to a directory above it"));
  }
  // Few descriptors for deep trees; behind a link ".." would be another directory, so those stay.
  if (levels_.size() >= most_open_levels && !through_link) levels_.back()->fd.reset();
  if (spare_.empty()) {
    spare_.push_back(std::make_unique<Level>(options_.sort_memory, options_.scratch));
  }
  auto level = std::move(spare_.back());
  spare_.pop_back();
  level->fd = std::move(fd);
  level->device = status.st_dev;
  level->inode = status.st_ino;
  level->path_length = path_.size();
  level->through_link = through_link;
  level->listed = false;
  levels_.push_back(std::move(level));
}

bool LocalWalker::leads_back(const struct stat& status) const {
  if (options_.walk.symlinks != Symlinks::follow) return false;
  return std::ranges::any_of(levels_, [&](const auto& level) {
    return level->device == status.st_dev && level->inode == status.st_ino;
  });
}

std::size_t LocalWalker::read_names(Level& level) {
  path_.resize(level.path_length);
  const ssize_t length = ::getdents64(level.fd.get(), entries_.data(), entries_.size());
  // A directory that is deleted while it is read has no more names.
  if (length < 0 && errno != ENOENT) fail(system_failure(errno, "list", shown_path()));
  if (length <= 0) {
    level.names.finish();
    level.listed = true;
    return 1;
  }
  std::size_t count = 0;
  for (const std::byte* at = entries_.data(); at < entries_.data() + length; ++count) {
    // The kernel aligns the records, and entries_ is aligned as operator new does.
    const auto* entry = reinterpret_cast<const dirent64*>(at);
    take_name(level, static_cast<const char*>(entry->d_name), entry->d_type);
    at += entry->d_reclen;
  }
  return count;
}

void LocalWalker::take_name(Level& level, std::string_view name, unsigned char type) {
  if (name == "." || name == ".." || is_temporary_name(name)) return;
  path_.resize(level.path_length);
  path_.append(name);
  try {
    if (type == DT_UNKNOWN) {
      const auto status = status_at(level.fd.get(), path_.c_str() + level.path_length,
                                    AT_SYMLINK_NOFOLLOW, shown_path());
      if (!status) return;
      type = dirent_type_of(status->st_mode);
    }
    if (type == DT_LNK) return take_link(level, name);
    take_typed(level, name, type, 0);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::no_space) throw;  // of the sorter's scratch file
    fail(error);
  }
}

void LocalWalker::take_link(Level& level, std::string_view name) {
  if (options_.walk.symlinks == Symlinks::skip) {
    return options_.log.debug("Skipped a symbolic link", {{"file", path_}});
  }
  if (options_.walk.symlinks == Symlinks::keep) return take_typed(level, name, DT_REG, is_link);
  if (!filter_.accepts(relative_path()) && !filter_.may_accept_below(relative_path())) return;
  const auto status = status_at(level.fd.get(), path_.c_str() + level.path_length, 0, shown_path());
  if (!status) {
    throw Error(ErrorCode::not_found, "walk", shown_path(),
                "it is a symbolic link that leads to nothing");
  }
  take_typed(level, name, dirent_type_of(status->st_mode), behind_link);
}

void LocalWalker::take_typed(Level& level, std::string_view name, unsigned char type,
                             unsigned char flags) {
  if (type == DT_DIR) return take_directory(level, flags);
  if (type != DT_REG) return options_.log.debug("Skipped a special file", {{"file", path_}});
  if (path_ <= options_.walk.start_after && !options_.walk.start_after.empty()) return;
  if (!filter_.accepts(relative_path())) return;
  level.names.add(name, {reinterpret_cast<const char*>(&flags), 1});
}

void LocalWalker::take_directory(Level& level, unsigned char flags) {
  const WalkOptions& walk = options_.walk;
  const bool report = !walk.files_only && filter_.accepts(relative_path());
  const bool descend = (!walk.max_depth || levels_.size() < *walk.max_depth) &&
                       filter_.may_accept_below(relative_path());
  path_.push_back('/');
  const std::string_view key(path_);
  flags |= is_directory;
  if (report && key > walk.start_after) flags |= to_report;
  // All below begins with the key, so a key that is less by itself (not as a prefix) is done.
  if (descend && key >= std::string_view(walk.start_after).substr(0, key.size())) {
    flags |= to_descend;
  }
  if ((flags & (to_report | to_descend)) == 0) return;
  level.names.add(key.substr(level.path_length), {reinterpret_cast<const char*>(&flags), 1});
}

void LocalWalker::visit(Level& level, WalkPage& page) {
  const auto record = level.names.next();
  if (!record) return ascend();
  const Name name{record->key, static_cast<unsigned char>(record->payload.front())};
  path_.resize(level.path_length);
  path_.append(name.text);
  try {
    if (!name.is(is_directory)) return report_file(level, name, page);
    path_.pop_back();
    if (name.is(to_report)) report_directory(level, name, page);
    if (name.is(to_descend)) descend(level, name);
  } catch (const Error& error) {
    fail(error);
  }
}

void LocalWalker::report_file(const Level& level, Name name, WalkPage& page) {
  const char* const text = path_.c_str() + level.path_length;
  const auto status =
      status_at(level.fd.get(), text, name.is(behind_link) ? 0 : AT_SYMLINK_NOFOLLOW, shown_path());
  // Gone, or something else by now: as if it had not been there.
  if (!status || !(name.is(is_link) ? S_ISLNK(status->st_mode) : S_ISREG(status->st_mode))) return;
  FileInfo& info = emit(page, *status);
  if (!name.is(is_link)) return;
  FileExtras extras = info.extras ? *info.extras : FileExtras{};
  extras.link_target = link_target_at(level.fd.get(), text, shown_path());
  info.extras = std::make_shared<const FileExtras>(std::move(extras));
}

void LocalWalker::report_directory(const Level& level, Name name, WalkPage& page) {
  const auto status = status_at(level.fd.get(), path_.c_str() + level.path_length,
                                name.is(behind_link) ? 0 : AT_SYMLINK_NOFOLLOW, shown_path());
  if (status && S_ISDIR(status->st_mode)) emit(page, *status);
}

FileInfo& LocalWalker::emit(WalkPage& page, const struct stat& status) {
  if (page.count == page.files.size()) page.files.emplace_back();
  FileInfo& info = page.files[page.count++];
  info.path.assign(path_);
  fill_file_info(info, status, options_.walk.extras ? WithExtras::yes : WithExtras::no);
  assert(page.count < 2 || walk_order(page.files[page.count - 2], info) < 0);
  return info;
}

void LocalWalker::descend(Level& level, Name name) {
  const int flags = name.is(behind_link) ? open_flags : open_flags | O_NOFOLLOW;
  Opened opened = open_at(level.fd.get(), path_.c_str() + level.path_length, flags);
  const bool vanished = opened.error == ENOENT || opened.error == ENOTDIR || opened.error == ELOOP;
  if (vanished && !name.is(behind_link)) return;
  UniqueFd fd = std::move(opened).or_throw("list", shown_path());
  path_.push_back('/');
  push(std::move(fd), name.is(behind_link));
}

void LocalWalker::ascend() {
  auto child = std::move(levels_.back());
  levels_.pop_back();
  if (!levels_.empty() && !levels_.back()->fd && !reopen(*levels_.back(), *child)) {
    path_.resize(levels_.back()->path_length);
    fail(Error(ErrorCode::conflict, "list", shown_path(),
               "the directory was moved while it was read; what else it holds is not known"));
    while (!levels_.back()->fd)
      levels_.pop_back();  // all of these lie below it, or are it
  }
  child->fd.reset();
  child->names.reset();
  spare_.push_back(std::move(child));
}

bool LocalWalker::reopen(Level& parent, const Level& child) {
  Opened up = open_at(child.fd.get(), "..", open_flags);
  if (!up.fd) return false;
  const struct stat status = status_of(up.fd.get(), shown_path());
  if (status.st_dev != parent.device || status.st_ino != parent.inode) return false;
  parent.fd = std::move(up.fd);
  return true;
}

void LocalWalker::fail(Error error) {
  failures_.push_back(std::move(error));
}

std::string LocalWalker::shown_path() const {
  return path_.empty() ? root_->path().native() : (root_->path() / path_).native();
}

std::string_view LocalWalker::relative_path() const {
  return std::string_view(path_).substr(base_length_);
}

}  // namespace sluice
