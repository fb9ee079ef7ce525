#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "fs/posix_file.hpp"
#include "sluice/fs/local_fs.hpp"

namespace sluice {

/// The root directory of a local file system and the ways down from it. Blocking: for jobs of the
/// disk lane, which run one at a time.
///
/// What is opened "beneath" never leaves the root, whatever symbolic links say: openat2(2) with
/// RESOLVE_BENEATH, or, on kernels without it, part by part, refusing every link.
class LocalRoot {
 public:
  LocalRoot(std::filesystem::path path, LinkReads link_reads, mode_t directory_mode = 0777);

  /// What the path names from now on: a service lives longer than the directory that a nightly job
  /// makes anew, or than where a link leads.
  void look_again() { root_.reset(); }
  const std::filesystem::path& path() const { return path_; }
  LinkReads link_reads() const { return link_reads_; }
  /// The full path of `relative` for messages; throws Error{invalid_input} for a hostile name. ""
  /// is the root.
  std::string full(std::string_view relative) const;

  /// Opens for reading, following links as LinkReads says.
  Opened open_for_reading(const std::string& relative, int flags);
  /// Throws Error{invalid_input} if the path leads out of the root.
  Opened open_beneath(const std::string& relative, int flags);
  /// The directory of that name for *at() calls; made with its parents if missing (each one forced
  /// to disk if `durable`). Throws Error{conflict} if a file is in the way. The root's own is
  /// shared.
  HeldFd make_directory(const std::string& relative, bool durable);

 private:
  Opened open_root();
  Opened open_beneath_root(const std::string& relative, int flags);
  bool lost();
  void make_root(bool durable) const;
  void make_missing(const std::string& relative, bool durable);

  std::filesystem::path path_;
  LinkReads link_reads_;
  mode_t directory_mode_;  ///< Of directories that are made; the process's mask takes from it.
  std::shared_ptr<const UniqueFd> root_;  // O_PATH, once it exists
};

/// "a/b/c" as "a/b" and "c"; the first is empty for "c".
struct ParentAndName {
  std::string directory;
  std::string name;
};
ParentAndName split_parent(std::string_view relative);

}  // namespace sluice
