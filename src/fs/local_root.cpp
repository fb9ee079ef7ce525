#include "fs/local_root.hpp"

#include <sys/stat.h>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "sluice/async/errors.hpp"
#include "sluice/core/local_path.hpp"

namespace sluice {
namespace {

constexpr int directory_flags = O_PATH | O_DIRECTORY;
// The kernel says EAGAIN when a rename elsewhere made its check of ".." uncertain.
constexpr int attempts_beneath = 64;

Opened open_with_kernel_check(int root, const char* relative, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 0;; ++attempt) {
    const long fd = ::syscall(SYS_openat2, root, relative, &how, sizeof how);
    if (fd >= 0) return {UniqueFd(static_cast<int>(fd)), 0};
    if (errno == EINTR || (errno == EAGAIN && attempt < attempts_beneath)) continue;
    return {UniqueFd(), errno};
  }
}

// Without openat2: no link is followed at all, which is stricter but as safe.
Opened open_part_by_part(int root, std::string_view relative, int flags) {
  UniqueFd held;
  for (;;) {
    const std::size_t slash = relative.find('/');
    const std::string part(relative.substr(0, slash));
    const int from = held ? held.get() : root;
    const bool last = slash == std::string_view::npos;
    Opened next =
        open_at(from, part.c_str(), last ? flags | O_NOFOLLOW : directory_flags | O_NOFOLLOW);
    if (!next.fd && (next.error == ELOOP || next.error == ENOTDIR)) {
      const auto status = status_at(from, part.c_str(), AT_SYMLINK_NOFOLLOW, part);
      if (status && S_ISLNK(status->st_mode)) next.error = EXDEV;
    }
    if (!next.fd || last) return next;
    held = std::move(next.fd);
    relative.remove_prefix(slash + 1);
  }
}

}  // namespace

ParentAndName split_parent(std::string_view relative) {
  const std::size_t slash = relative.rfind('/');
  if (slash == std::string_view::npos) return {"", std::string(relative)};
  return {std::string(relative.substr(0, slash)), std::string(relative.substr(slash + 1))};
}

LocalRoot::LocalRoot(std::filesystem::path path, LinkReads link_reads, mode_t directory_mode)
    : path_(std::filesystem::absolute(path).lexically_normal()),
      link_reads_(link_reads),
      directory_mode_(directory_mode) {
  // "dir/" and "dir" are one root; the name is shown without the slash.
  if (!path_.has_filename() && path_.has_relative_path()) path_ = path_.parent_path();
}

std::string LocalRoot::full(std::string_view relative) const {
  if (relative.empty()) return path_.native();
  require_local_path(relative);
  std::string text = path_.native();
  if (!text.ends_with('/')) text += '/';
  return text.append(relative);
}

Opened LocalRoot::open_root() {
  if (!root_) {
    Opened opened = open_at(AT_FDCWD, path_.c_str(), directory_flags);
    if (!opened.fd) return opened;
    root_ = std::make_shared<const UniqueFd>(std::move(opened.fd));
  }
  return {};
}

/// Whether the root that was opened has been removed since. It is then looked for anew: whoever
/// holds a directory without a name finds it empty, and cannot write.
bool LocalRoot::lost() {
  if (!root_ || status_of(root_->get(), path_.native()).st_nlink > 0) return false;
  look_again();
  return true;
}

Opened LocalRoot::open_for_reading(const std::string& relative, int flags) {
  if (link_reads_ == LinkReads::refuse) return open_beneath(relative, flags | O_NOFOLLOW);
  Opened root = open_root();
  if (root.error != 0) return root;
  Opened opened = open_at(root_->get(), relative.empty() ? "." : relative.c_str(), flags);
  if (opened.error == ENOENT && lost()) return open_for_reading(relative, flags);
  return opened;
}

Opened LocalRoot::open_beneath(const std::string& relative, int flags) {
  if (relative.empty()) lost();  // it could be opened all the same
  Opened opened = open_beneath_root(relative, flags);
  if (opened.error == ENOENT && lost()) return open_beneath_root(relative, flags);
  return opened;
}

Opened LocalRoot::open_beneath_root(const std::string& relative, int flags) {
  Opened root = open_root();
  if (root.error != 0) return root;
  if (relative.empty()) return open_at(root_->get(), ".", flags);
  Opened opened = open_with_kernel_check(root_->get(), relative.c_str(), flags);
  // Sandboxes of some age answer EPERM to system calls that they do not know.
  if (!opened.fd && (opened.error == ENOSYS || opened.error == EPERM)) {
    opened = open_part_by_part(root_->get(), relative, flags);
  }
  if (!opened.fd && opened.error == EXDEV) {
    throw Error(ErrorCode::invalid_input, "open", full(relative),
                "a symbolic link on the way leads out of " + path_.native());
  }
  return opened;
}

HeldFd LocalRoot::make_directory(const std::string& relative, bool durable) {
  if (relative.empty()) {
    lost();
    if (open_root().error == 0) return HeldFd(root_);
  }
  Opened opened = open_beneath(relative, directory_flags);
  if (!opened.fd && opened.error == ENOENT) {
    make_missing(relative, durable);
    opened = open_beneath(relative, directory_flags);
  }
  if (!opened.fd && opened.error == ENOTDIR) {
    throw Error(ErrorCode::conflict, "make directory", full(relative),
                "a part of this path is a file");
  }
  return HeldFd(std::move(opened).or_throw("make directory", full(relative)));
}

void LocalRoot::make_root(bool durable) const {
  std::error_code failed;
  std::vector<std::filesystem::path> missing;
  for (auto at = path_; at.has_relative_path() && !std::filesystem::exists(at, failed);
       at = at.parent_path())
    missing.push_back(at);
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    const bool made = ::mkdir(at->c_str(), directory_mode_) == 0;
    // Somebody else may make it at the same moment. A trailing '/' names it a second time.
    if (!made && errno != EEXIST) throw system_failure(errno, "make directory", path_.native());
    if (!made || !durable) continue;
    const std::filesystem::path parent = at->parent_path();
    sync_directory(
        open_at(AT_FDCWD, parent.c_str(), directory_flags).or_throw("open", parent.native()).get(),
        parent.native());
  }
}

void LocalRoot::make_missing(const std::string& relative, bool durable) {
  make_root(durable);
  for (std::size_t end = 0; end != std::string::npos && !relative.empty();) {
    end = relative.find('/', end == 0 ? 0 : end + 1);
    const ParentAndName step = split_parent(std::string_view(relative).substr(0, end));
    const Opened parent = open_beneath(step.directory, directory_flags);
    if (!parent.fd) return;  // the caller's own open finds the reason and reports it
    if (::mkdirat(parent.fd.get(), step.name.c_str(), directory_mode_) == 0) {
      if (durable) sync_directory(parent.fd.get(), full(step.directory));
    } else if (errno != EEXIST) {
      throw system_failure(errno, "make directory", full(relative));
    }
  }
}

}  // namespace sluice
