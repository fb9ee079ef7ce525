#include "fs/place.hpp"

#include <fcntl.h>

#include <algorithm>
#include <system_error>

namespace sluice {
namespace {

Place behind_link(LocalRoot& root, const std::string& relative) {
  const std::filesystem::path link = root.full(relative);
  std::error_code failed;
  const std::filesystem::path target = std::filesystem::canonical(link, failed);
  if (failed) {
    throw Error(ErrorCode::conflict, "write through", link.native(),
                "it is a symbolic link that leads to no file");
  }
  const std::string real_root = std::filesystem::canonical(root.path()).native();
  const std::string prefix = real_root == "/" ? real_root : real_root + '/';
  if (!target.native().starts_with(prefix)) {
    throw Error(ErrorCode::invalid_input, "write through", link.native(),
                "it is a symbolic link that leads out of " + root.path().native());
  }
  const ParentAndName split = split_parent(std::string_view(target.native()).substr(prefix.size()));
  // Opened from the root again, so that a link changed meanwhile leads nowhere else.
  HeldFd directory = root.make_directory(split.directory, false);
  return {std::move(directory), split.name, target.native(), ""};
}

[[noreturn]] void refuse(const Place& place, std::string reason) {
  throw Error(ErrorCode::conflict, "write", place.path, std::move(reason));
}

void check_expected(const Place& place, const std::optional<struct stat>& now,
                    const FileInfo& expected) {
  if (!now) refuse(place, "the file is gone");
  FileInfo info;
  fill_file_info(info, *now, WithExtras::no);
  const bool same = info.size == expected.size && (!expected.mtime || info.mtime == expected.mtime);
  if (!same) refuse(place, "the file was changed by somebody else");
}

}  // namespace

std::string directory_of(const Place& place) {
  return place.path.substr(0, std::max<std::size_t>(1, place.path.rfind('/')));
}

Place place_below(LocalRoot& root, const std::string& relative, bool durable) {
  std::string path = root.full(relative);
  ParentAndName split = split_parent(relative);
  Place place{root.make_directory(split.directory, durable), std::move(split.name), std::move(path),
              relative};
  const auto now = status_of(place);
  if (now && S_ISLNK(now->st_mode)) return behind_link(root, relative);
  return place;
}

Place private_place(const std::filesystem::path& path) {
  const std::filesystem::path absolute = std::filesystem::absolute(path);
  const std::string directory = absolute.parent_path().native();
  UniqueFd opened =
      open_at(AT_FDCWD, directory.c_str(), O_PATH | O_DIRECTORY).or_throw("open", directory);
  return {HeldFd(std::move(opened)), absolute.filename().native(), absolute.native(), ""};
}

std::optional<struct stat> status_of(const Place& place) {
  return status_at(place.directory.get(), place.name.c_str(), AT_SYMLINK_NOFOLLOW, place.path);
}

void check_precondition(const Place& place, const WriteOptions& options) {
  const auto now = status_of(place);
  if (now && S_ISDIR(now->st_mode)) refuse(place, "there is a directory of that name");
  if (now && options.must_not_exist) refuse(place, "there is a file of that name already");
  if (options.expected) check_expected(place, now, *options.expected);
}

}  // namespace sluice
