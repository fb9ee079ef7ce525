#include "fs/part_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>

#include "fs/folded_names.hpp"
#include "sluice/async/errors.hpp"

namespace sluice {
namespace {

// Reserving space costs a call and, on some file systems, a second write of the extents; worth it
// where a full disk is better known early.
constexpr std::uint64_t reserve_from = 8_MiB;
constexpr int name_attempts = 16;

void reserve_space(int fd, std::uint64_t size, std::string_view subject) {
  if (::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)) == 0) return;
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
    throw system_failure(errno, "reserve space for", subject);
  }
}

int rename_without_replacing(const Place& place, const std::string& from) {
  const int directory = place.directory.get();
  if (::renameat2(directory, from.c_str(), directory, place.name.c_str(), RENAME_NOREPLACE) == 0) {
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // The file system cannot; a hard link has the same guarantee.
  if (::linkat(directory, from.c_str(), directory, place.name.c_str(), 0) != 0) return errno;
  return ::unlinkat(directory, from.c_str(), 0) == 0 ? 0 : errno;
}

}  // namespace

PartFile::PartFile(std::shared_ptr<LocalSite> site, Place place, const WriteOptions& options)
    : site_(std::move(site)), place_(std::move(place)), use_(site_->names, directory_of(place_)) {
  // With a mode to be kept, nobody else may look before it is set.
  const bool has_mode = options.extras && options.extras->mode;
  const mode_t mode = has_mode ? 0600 : 0666;
  Opened opened;
  for (int attempt = 0; attempt < name_attempts; ++attempt) {
    temporary_ = site_->names.next(place_.name);
    opened = open_at(place_.directory.get(), temporary_.c_str(),
                     O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    if (opened.fd || opened.error != EEXIST) break;
  }
  file_ = std::move(opened).or_throw("create", place_.path);
}

PartFile::~PartFile() {
  if (!temporary_.empty()) ::unlinkat(place_.directory.get(), temporary_.c_str(), 0);
}

void PartFile::reserve(std::uint64_t size) {
  if (size >= reserve_from) reserve_space(file_.get(), size, place_.path);
}

void PartFile::write(Bytes bytes) {
  write_all(file_.get(), bytes, place_.path);
}

void PartFile::write_at(std::uint64_t offset, Bytes bytes) {
  write_all_at(file_.get(), bytes, offset, place_.path);
}

void PartFile::apply_attributes(const WriteOptions& options) {
  const std::string& subject = place_.path;
  const int fd = file_.get();
  if (options.extras && options.extras->mode) {
    mode_t mode = *options.extras->mode & 07777U;
    if (!give_owner(*options.extras)) mode &= 0777U;  // set-uid of ours is not what was there
    if (::fchmod(fd, mode) != 0) throw system_failure(errno, "set mode of", subject);
  } else if (options.extras) {
    give_owner(*options.extras);
  }
  if (options.mtime) {
    const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, timespec_of(*options.mtime)};
    if (::futimens(fd, times) != 0) throw system_failure(errno, "set mtime of", subject);
  }
}

bool PartFile::give_owner(const FileExtras& extras) {
  if (!extras.uid && !extras.gid) return true;
  const struct stat now = sluice::status_of(file_.get(), place_.path);
  const uid_t uid = extras.uid.value_or(now.st_uid);
  const gid_t gid = extras.gid.value_or(now.st_gid);
  if (uid == now.st_uid && gid == now.st_gid) return true;
  if (::fchown(file_.get(), uid, gid) == 0) return true;
  if (errno != EPERM && errno != EINVAL) {
    throw system_failure(errno, "set owner of", place_.path);
  }
  if (!std::exchange(site_->warned_of_owner, true)) {
    site_->log.warn("Owners cannot be kept: this process may not give files away",
                    {{"file", place_.path}});
  }
  return false;
}

FileInfo PartFile::seal(const WriteOptions& options) {
  const std::string& subject = place_.path;
  apply_attributes(options);
  FileInfo info;
  fill_file_info(info, sluice::status_of(file_.get(), subject), WithExtras::no);
  if (options.size && *options.size != info.size) {
    throw Error(ErrorCode::conflict, "write", subject,
                "other than the announced number of bytes was written");
  }
  if (options.durable) {
    start_writeback(file_.get());
    const std::string shown = directory_of(place_) + '/' + temporary_;
    bytes_sync_.emplace(site_->bytes_to_disk, file_.get(), shown);
  }
  return info;
}

void PartFile::publish(const WriteOptions& options) {
  if (bytes_sync_) bytes_sync_->ensure();
  bytes_sync_.reset();
  file_.close(place_.path);
  // A directory in the way is found by the renaming itself.
  if (options.expected || options.must_not_exist) check_precondition(place_, options);
  if (!place_.asked_for.empty()) refuse_to_replace_another();
  take_name(options);
  if (options.durable) {
    name_sync_.emplace(site_->names_to_disk, place_.directory.get(), directory_of(place_));
  }
}

void PartFile::settle() {
  if (name_sync_) name_sync_->ensure();
}

void PartFile::refuse_to_replace_another() {
  if (use_.directory() == site_->exact_directory) return;
  if (names_are_exact(place_.directory.get(), temporary_)) {
    site_->exact_directory = use_.directory();
    return;
  }
  const auto other = spelled_otherwise(site_->root, place_.asked_for, place_.directory.get());
  if (!other) return;
  throw Error(ErrorCode::conflict, "write", place_.path,
              "on this file system it would replace the file " + *other);
}

void PartFile::take_name(const WriteOptions& options) {
  const int directory = place_.directory.get();
  const std::string& subject = place_.path;
  int error = 0;
  if (options.must_not_exist) {
    error = rename_without_replacing(place_, temporary_);
  } else if (::renameat(directory, temporary_.c_str(), directory, place_.name.c_str()) != 0) {
    error = errno;
  }
  if (error == EISDIR || error == ENOTEMPTY) error = EEXIST;
  if (error != 0) throw system_failure(error, "publish", subject);
  temporary_.clear();
}

}  // namespace sluice
