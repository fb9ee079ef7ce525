#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::state {

/// A file that takes its name when it is whole and durable. Blocking: for the disk lane. Throws
/// Error naming the final file.
class ReplacedFile {
 public:
  /// `random_id` makes the temporary name unique. Where the file system can, the file has no name
  /// at all until commit(), and a crash leaves nothing behind.
  ReplacedFile(std::filesystem::path file, std::string random_id);
  ReplacedFile(const ReplacedFile&) = delete;
  ReplacedFile& operator=(const ReplacedFile&) = delete;
  /// Without commit(): nothing happened.
  ~ReplacedFile();

  void write(std::string_view bytes);
  /// fsync, rename over the final name, fsync of the directory.
  void commit();

 private:
  [[noreturn]] void fail(const char* operation) const;
  bool open_unnamed();
  void name_it();

  std::filesystem::path file_, directory_, temporary_;
  int descriptor_ = -1;
  bool named_ = false;
};

}  // namespace sluice::state
