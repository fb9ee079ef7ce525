#include "fs/local_entries.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace sluice {
namespace {

bool is_absent(int error) {
  return error == ENOENT || error == ENOTDIR;
}

/// Removes names one after the other; neighbours mostly share their directory.
class Remover {
 public:
  explicit Remover(LocalRoot& root) : root_(root) {}

  void remove(const std::string& relative) {
    const std::string shown = root_.full(relative);
    const ParentAndName split = split_parent(relative);
    enter(split.directory);
    if (!directory_.fd) {
      if (is_absent(directory_.error)) return;
      throw system_failure(directory_.error, "remove", shown);
    }
    if (::unlinkat(directory_.fd.get(), split.name.c_str(), 0) == 0 || is_absent(errno)) return;
    const int error = errno;
    if (error == EISDIR) {
      throw Error(ErrorCode::conflict, "remove", shown, "it is a directory");
    }
    throw system_failure(error, "remove", shown);
  }

 private:
  void enter(const std::string& directory) {
    if (directory_.fd && directory == path_) return;
    directory_ = root_.open_beneath(directory, O_PATH | O_DIRECTORY);
    path_ = directory;
  }

  LocalRoot& root_;
  std::string path_;
  Opened directory_;
};

}  // namespace

std::optional<FileInfo> find_entry(LocalRoot& root, const std::string& relative,
                                   WithExtras extras) {
  const std::string shown = root.full(relative);
  Opened opened = root.open_for_reading(relative, O_PATH);
  if (!opened.fd && is_absent(opened.error)) return std::nullopt;
  const UniqueFd fd = std::move(opened).or_throw("find", shown);
  FileInfo info;
  info.path = relative;
  fill_file_info(info, status_of(fd.get(), shown), extras);
  if (info.type == FileType::symlink) {
    FileExtras with_target = info.extras ? *info.extras : FileExtras{};
    with_target.link_target = link_target_at(fd.get(), "", shown);
    info.extras = std::make_shared<const FileExtras>(std::move(with_target));
  }
  return info;
}

void remove_files(LocalRoot& root, std::span<const std::string> paths, RemoveResult& result) {
  Remover remover(root);
  for (const std::string& path : paths) {
    try {
      remover.remove(path);
      ++result.removed;
    } catch (const Error& error) {
      result.failures.push_back({path, error});
    }
  }
}

bool remove_empty_directory(LocalRoot& root, const std::string& relative) {
  const std::string shown = root.full(relative);
  const ParentAndName split = split_parent(relative);
  Opened parent = root.open_beneath(split.directory, O_PATH | O_DIRECTORY);
  if (!parent.fd && is_absent(parent.error)) return false;
  const UniqueFd fd = std::move(parent).or_throw("remove directory", shown);
  if (::unlinkat(fd.get(), split.name.c_str(), AT_REMOVEDIR) == 0) return true;
  if (is_absent(errno) || errno == ENOTEMPTY || errno == EEXIST) return false;
  throw system_failure(errno, "remove directory", shown);
}

}  // namespace sluice
