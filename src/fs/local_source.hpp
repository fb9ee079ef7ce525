#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fs/part_file.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// A file opened for reading, pinned to the version that was found. Blocking.
class ReadableFile {
 public:
  /// Throws Error{conflict} for an if_match (local files have no tags), Error{invalid_input} for
  /// what is no regular file and for an offset beyond the end.
  static ReadableFile below(LocalRoot& root, const std::string& relative,
                            const ReadOptions& options);
  static ReadableFile anywhere(const std::filesystem::path& path);

  const FileInfo& info() const { return info_; }
  const struct stat& status() const { return status_; }
  int fd() const { return fd_.get(); }
  const std::string& shown() const { return shown_; }
  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return end_ - position_; }

  /// Fills `buffer` with the next bytes (fewer at the end). Throws Error{conflict} if the file
  /// changed; after the last byte this has been made sure of, and the file is closed.
  std::size_t read(MutableBytes buffer);
  /// Counts bytes that were copied past this object.
  void advance(std::uint64_t count);

 private:
  ReadableFile(UniqueFd fd, std::string shown, WithExtras extras);
  void limit_to(const ReadOptions& options);
  void finish();

  UniqueFd fd_;
  std::string shown_;
  struct stat status_{};
  FileInfo info_;
  std::uint64_t position_ = 0, end_ = 0;
};

/// Opens `path` on the disk lane; a small file is opened, read and closed in that one job.
Task<std::unique_ptr<ByteSource>> open_local_source(Runtime& runtime, OpContext context,
                                                    std::shared_ptr<LocalSite> site,
                                                    std::string path, ReadOptions options);

}  // namespace sluice
