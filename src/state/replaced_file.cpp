#include "state/replaced_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "sluice/async/errors.hpp"
#include "sluice/core/local_path.hpp"

namespace sluice::state {
namespace {

constexpr mode_t file_mode = 0600;  // names of files are their user's business

std::filesystem::path directory_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

std::string descriptor_path(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

}  // namespace

ReplacedFile::ReplacedFile(std::filesystem::path file, std::string random_id)
    : file_(std::move(file)), directory_(directory_of(file_)) {
  temporary_ = directory_ / temporary_name_for(file_.filename().string(), random_id);
  if (open_unnamed()) return;
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode);
  if (descriptor_ < 0) fail("creating a file beside");
  named_ = true;
}

ReplacedFile::~ReplacedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (named_) ::unlink(temporary_.c_str());
}

void ReplacedFile::fail(const char* operation) const {
  throw error_from_errno(errno, operation, file_.string());
}

/// False if this file system (or one without /proc) has no files without a name.
bool ReplacedFile::open_unnamed() {
  descriptor_ = ::open(directory_.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, file_mode);
  if (descriptor_ < 0) return false;
  if (::access(descriptor_path(descriptor_).c_str(), F_OK) == 0) return true;
  ::close(descriptor_);
  descriptor_ = -1;
  return false;
}

void ReplacedFile::name_it() {
  if (named_) return;
  const std::string source = descriptor_path(descriptor_);
  // By its /proc link, for AT_EMPTY_PATH needs a privilege (linkat(2)).
  if (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0)
    fail("naming");
  named_ = true;
}

void ReplacedFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("writing");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void ReplacedFile::commit() {
  if (::fsync(descriptor_) != 0) fail("writing to disk");
  name_it();
  if (std::rename(temporary_.c_str(), file_.c_str()) != 0) fail("renaming to");
  named_ = false;
  const int directory = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) fail("opening the directory of");
  const int result = ::fsync(directory);
  ::close(directory);
  if (result != 0) fail("writing to disk the directory of");
}

}  // namespace sluice::state
