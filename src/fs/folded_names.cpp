#include "fs/folded_names.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <strings.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace sluice {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool exists(int directory, const std::string& name) {
  struct stat ignored{};
  return ::fstatat(directory, name.c_str(), &ignored, AT_SYMLINK_NOFOLLOW) == 0;
}

std::string in_capitals(std::string name) {
  const auto capital = [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; };
  std::transform(name.begin(), name.end(), name.begin(), capital);
  return name;
}

/// The directory's entry that stands for `name`, as it is spelled there.
std::string entry_for(LocalRoot& root, const std::string& directory, const std::string& name) {
  const std::string subject = root.full(directory);
  const UniqueFd opened =
      root.open_beneath(directory, O_RDONLY | O_DIRECTORY).or_throw("list", subject);
  const int listed = ::fcntl(opened.get(), F_DUPFD_CLOEXEC, 0);
  const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(listed));
  if (!stream) throw system_failure(errno, "list", subject);
  std::string other = "(another spelling of " + name + ")";
  while (const dirent* const entry = ::readdir(stream.get())) {
    if (name == entry->d_name) return name;
    if (::strcasecmp(name.c_str(), entry->d_name) == 0) other = entry->d_name;
  }
  return other;
}

}  // namespace

bool names_are_exact(int directory, const std::string& temporary) {
  return !exists(directory, in_capitals(temporary));
}

std::optional<std::string> spelled_otherwise(LocalRoot& root, const std::string& relative,
                                             int directory) {
  ParentAndName split = split_parent(relative);
  if (!exists(directory, split.name)) return std::nullopt;
  std::string spelled = entry_for(root, split.directory, split.name);
  while (!split.directory.empty()) {
    split = split_parent(split.directory);
    spelled.insert(0, entry_for(root, split.directory, split.name) + '/');
  }
  if (spelled == relative) return std::nullopt;
  return spelled;
}

}  // namespace sluice
