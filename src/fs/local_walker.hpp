#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fs/local_root.hpp"
#include "fs/posix_file.hpp"
#include "fs/record_sorter.hpp"
#include "sluice/core/log.hpp"
#include "sluice/fs/path_filter.hpp"

namespace sluice {

struct WalkerOptions {
  WalkOptions walk;
  std::size_t sort_memory = 0;
  std::filesystem::path scratch;
  Logger log;
};

/// A page of a walk; its strings keep their memory from one use to the next.
struct WalkPage {
  std::vector<FileInfo> files;  // the first `count` are valid
  std::size_t count = 0;
  std::vector<Error> failures;
  bool ended = false;
};

/// Walks a local tree in byte order of the full path, where a directory sorts as its name plus '/'.
/// Blocking, in slices: each call of fill() does a bounded piece of work. Holds the names of the
/// directories from the root to where it is, and at most 64 descriptors (more only below followed
/// links).
class LocalWalker {
 public:
  /// `directory`: relative to the root, "" for all. The root must outlive the walker.
  LocalWalker(std::shared_ptr<LocalRoot> root, std::string directory, WalkerOptions options);
  ~LocalWalker();

  /// Makes the next page; it may be empty before the end. The first call throws if there is no such
  /// directory.
  void fill(WalkPage& page);

 private:
  struct Level;
  struct Name;

  void open_start();
  void push(UniqueFd fd, bool through_link);
  bool leads_back(const struct stat& status) const;
  std::size_t read_names(Level& level);
  void take_name(Level& level, std::string_view name, unsigned char type);
  void take_link(Level& level, std::string_view name);
  void take_typed(Level& level, std::string_view name, unsigned char type, unsigned char flags);
  void take_directory(Level& level, unsigned char flags);
  void visit(Level& level, WalkPage& page);
  void report_file(const Level& level, Name name, WalkPage& page);
  void report_directory(const Level& level, Name name, WalkPage& page);
  FileInfo& emit(WalkPage& page, const struct stat& status);
  void descend(Level& level, Name name);
  void ascend();
  bool reopen(Level& parent, const Level& child);
  void fail(Error error);
  std::string shown_path() const;
  std::string_view relative_path() const;

  std::shared_ptr<LocalRoot> root_;
  WalkerOptions options_;
  PathFilter filter_;
  std::string path_;             // of the entry at hand, from the file system's root
  std::size_t base_length_ = 0;  // of the walk's root in it, with its '/'
  std::vector<std::unique_ptr<Level>> levels_;
  std::vector<std::unique_ptr<Level>> spare_;
  std::vector<std::byte> entries_;  // what getdents64 filled
  std::vector<Error> failures_;
  bool started_ = false;
};

}  // namespace sluice
