#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

struct MemoryFsOptions {
  /// Called before each operation with its name ("walk" for each batch, "find", "open", "read",
  /// "create", "write", "commit", "copy", "remove", "upload", "download") and path. What it throws,
  /// the operation throws: failures for tests. May be null.
  std::function<void(std::string_view operation, std::string_view path)> before{};
  std::size_t batch = 1000;  ///< Files in one batch of a walk; at least 1.
};

/// Files in memory, as an object store keeps them: no directories, version tags, conditional writes
/// that are checked at commit(). For tests and for embedders who have nothing else. All bytes are
/// held as long as the file, or a source of it, lives. Sources, sinks and walks must not outlive
/// it.
class MemoryFs final : public FileSystem {
 public:
  MemoryFs(Runtime& runtime, MemoryFsOptions options);

  /// Puts a file there at once, outside any failure injection; its mtime is now unless given.
  FileInfo put(std::string path, std::string_view bytes, std::optional<TimePoint> mtime = {});
  std::optional<std::string> text_of(std::string_view path) const;
  std::size_t size() const { return files_.size(); }

  std::unique_ptr<FileStream> walk(OpContext context, std::string root,
                                   WalkOptions options) override;
  Task<std::optional<FileInfo>> find(OpContext context, std::string path,
                                     FindOptions options) override;
  Task<std::unique_ptr<ByteSource>> open(OpContext context, std::string path,
                                         ReadOptions options) override;
  Task<std::unique_ptr<ByteSink>> create(OpContext context, std::string path,
                                         WriteOptions options) override;
  Task<FileInfo> copy(OpContext context, FileInfo from, std::string to,
                      WriteOptions options) override;
  Task<RemoveResult> remove(OpContext context, std::vector<std::string> paths) override;
  Task<void> make_directory(OpContext context, std::string path) override;
  Task<bool> remove_directory(OpContext context, std::string path) override;
  Task<FileInfo> download(OpContext context, std::string path, std::filesystem::path local,
                          ReadOptions options) override;
  Task<FileInfo> upload(OpContext context, std::filesystem::path local, std::string path,
                        WriteOptions options) override;
  Capabilities capabilities() const override;
  std::string describe() const override { return "memory:"; }
  Task<void> close(OpContext context) override;

 private:
  struct File {
    FileInfo info;  // with extras, if it was given any
    std::shared_ptr<const std::vector<std::byte>> bytes;
  };
  class Walk;
  class Source;
  class Sink;

  void begin(const OpContext& context, const char* operation, std::string_view path) const;
  const File& existing(const char* operation, const std::string& path) const;
  FileInfo store(const std::string& path, std::vector<std::byte> bytes,
                 const WriteOptions& options);
  void check(const std::string& path, std::size_t size, const WriteOptions& options) const;
  std::unique_ptr<Source> open_now(OpContext context, const std::string& path,
                                   const ReadOptions& options) const;

  Runtime& runtime_;
  MemoryFsOptions options_;
  std::map<std::string, File, std::less<>> files_;
  std::uint64_t versions_ = 0;
};

}  // namespace sluice
