#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/file_info.hpp"

/// The system's file calls with owned descriptors and our errors. Blocking: for offload jobs.
namespace sluice {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();
  /// Throws what close() reports: on network file systems that is where a full disk shows.
  void close(const std::string& subject);

 private:
  int fd_ = -1;
};

/// A descriptor that is owned, alone or with others.
class HeldFd {
 public:
  HeldFd() = default;
  explicit HeldFd(UniqueFd own) : own_(std::move(own)) {}
  explicit HeldFd(std::shared_ptr<const UniqueFd> shared) : shared_(std::move(shared)) {}
  int get() const { return shared_ ? shared_->get() : own_.get(); }

 private:
  UniqueFd own_;
  std::shared_ptr<const UniqueFd> shared_;
};

/// What an open call came to: a descriptor, or errno.
struct Opened {
  UniqueFd fd;
  int error = 0;

  /// The descriptor, or throws the error.
  UniqueFd or_throw(std::string_view operation, std::string_view subject) &&;
};

Error system_failure(int error, std::string_view operation, std::string_view subject);

/// openat(2) with O_CLOEXEC, repeated when interrupted.
Opened open_at(int directory, const char* name, int flags, mode_t mode = 0);

/// Reads until `buffer` is full or the file ends; returns the bytes read.
std::size_t read_at(int fd, MutableBytes buffer, std::uint64_t offset, std::string_view subject);
void write_all(int fd, Bytes bytes, std::string_view subject);
void write_all_at(int fd, Bytes bytes, std::uint64_t offset, std::string_view subject);

struct stat status_of(int fd, std::string_view subject);
/// fstatat(2); nullopt if there is nothing of that name (ENOENT, ENOTDIR).
std::optional<struct stat> status_at(int directory, const char* name, int flags,
                                     std::string_view subject);

TimePoint mtime_of(const struct stat& status);
timespec timespec_of(TimePoint time);
/// The target of a symbolic link.
std::string link_target_at(int directory, const char* name, std::string_view subject);

/// `status` as a FileInfo of that path; with mode and owner in the extras if asked for.
enum class WithExtras : bool { no, yes };
void fill_file_info(FileInfo& info, const struct stat& status, WithExtras extras);
FileType file_type_of(mode_t mode);
/// Whether two looks at a file saw the same version of it.
bool same_version(const struct stat& before, const struct stat& after);

/// Begins to write the file's bytes to disk, without waiting for them.
void start_writeback(int fd);
/// Forces the file's bytes, and what is needed to find them, to disk.
void sync_data(int fd, std::string_view subject);
/// Forces the names in the directory to disk. The descriptor may be O_PATH.
void sync_directory(int directory, std::string_view subject);

/// An open file without a name below `directory`.
UniqueFd open_scratch_file(const std::filesystem::path& directory);

}  // namespace sluice
