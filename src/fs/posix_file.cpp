#include "fs/posix_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "sluice/async/errors.hpp"

namespace sluice {

void UniqueFd::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void UniqueFd::close(const std::string& subject) {
  // On Linux the descriptor is gone even if close() was interrupted.
  if (::close(std::exchange(fd_, -1)) != 0 && errno != EINTR) {
    throw system_failure(errno, "close", subject);
  }
}

UniqueFd Opened::or_throw(std::string_view operation, std::string_view subject) && {
  if (!fd) throw system_failure(error, operation, subject);
  return std::move(fd);
}

Error system_failure(int error, std::string_view operation, std::string_view subject) {
  return error_from_errno(error, std::string(operation), std::string(subject));
}

Opened open_at(int directory, const char* name, int flags, mode_t mode) {
  for (;;) {
    const int fd = ::openat(directory, name, flags | O_CLOEXEC, mode);
    if (fd >= 0) return {UniqueFd(fd), 0};
    if (errno != EINTR) return {UniqueFd(), errno};
  }
}

std::size_t read_at(int fd, MutableBytes buffer, std::uint64_t offset, std::string_view subject) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t n =
        ::pread(fd, buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
    if (n == 0) break;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_failure(errno, "read", subject);
    done += static_cast<std::size_t>(n);
  }
  return done;
}

void write_all(int fd, Bytes bytes, std::string_view subject) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_failure(errno, "write", subject);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void write_all_at(int fd, Bytes bytes, std::uint64_t offset, std::string_view subject) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_failure(errno, "write", subject);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

struct stat status_of(int fd, std::string_view subject) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) throw system_failure(errno, "stat", subject);
  return status;
}

std::optional<struct stat> status_at(int directory, const char* name, int flags,
                                     std::string_view subject) {
  struct stat status{};
  if (::fstatat(directory, name, &status, flags) == 0) return status;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_failure(errno, "stat", subject);
}

TimePoint mtime_of(const struct stat& status) {
  return TimePoint(std::chrono::seconds(status.st_mtim.tv_sec) +
                   std::chrono::nanoseconds(status.st_mtim.tv_nsec));
}

timespec timespec_of(TimePoint time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return {.tv_sec = static_cast<time_t>(seconds.time_since_epoch().count()),
          .tv_nsec = static_cast<long>((time - seconds).count())};
}

std::string link_target_at(int directory, const char* name, std::string_view subject) {
  std::string target(4096, '\0');
  const ssize_t n = ::readlinkat(directory, name, target.data(), target.size());
  if (n < 0) throw system_failure(errno, "readlink", subject);
  target.resize(static_cast<std::size_t>(n));
  return target;
}

FileType file_type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::regular;
  if (S_ISDIR(mode)) return FileType::directory;
  if (S_ISLNK(mode)) return FileType::symlink;
  return FileType::other;
}

void fill_file_info(FileInfo& info, const struct stat& status, WithExtras extras) {
  info.type = file_type_of(status.st_mode);
  info.size = info.type == FileType::directory ? 0 : static_cast<std::uint64_t>(status.st_size);
  info.mtime = mtime_of(status);
  info.etag.clear();
  info.extras.reset();
  if (extras == WithExtras::no) return;
  auto attributes = std::make_shared<FileExtras>();
  attributes->mode = status.st_mode & 07777;
  attributes->uid = status.st_uid;
  attributes->gid = status.st_gid;
  info.extras = std::move(attributes);
}

bool same_version(const struct stat& before, const struct stat& after) {
  return before.st_size == after.st_size && mtime_of(before) == mtime_of(after);
}

void start_writeback(int fd) {
  // Only a hint: what fails here fails again, and is reported, in sync_data().
  (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

void sync_data(int fd, std::string_view subject) {
  if (::fdatasync(fd) != 0) throw system_failure(errno, "fdatasync", subject);
}

void sync_directory(int directory, std::string_view subject) {
  const UniqueFd readable =
      open_at(directory, ".", O_RDONLY | O_DIRECTORY).or_throw("open", subject);
  if (::fsync(readable.get()) != 0) throw system_failure(errno, "fsync", subject);
}

UniqueFd open_scratch_file(const std::filesystem::path& directory) {
  Opened unnamed = open_at(AT_FDCWD, directory.c_str(), O_TMPFILE | O_RDWR, 0600);
  if (unnamed.fd) return std::move(unnamed.fd);
  // Not every file system has O_TMPFILE (overlays, NFS): take a name and drop it at once.
  if (unnamed.error != EOPNOTSUPP && unnamed.error != EISDIR && unnamed.error != EINVAL) {
    throw system_failure(unnamed.error, "open scratch file in", directory.native());
  }
  std::string name = (directory / "sluice-XXXXXX").native();
  UniqueFd named(::mkostemp(name.data(), O_CLOEXEC));
  if (!named) throw system_failure(errno, "open scratch file in", directory.native());
  ::unlink(name.c_str());
  return named;
}

}  // namespace sluice
