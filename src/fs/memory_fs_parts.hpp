#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sluice/fs/memory_fs.hpp"
#include "sluice/fs/path_filter.hpp"

namespace sluice {

/// Looks the next files up by the last path for each batch, so that changes meanwhile do no harm.
class MemoryFs::Walk final : public FileStream {
 public:
  Walk(const MemoryFs& owner, OpContext context, std::string root, WalkOptions options)
      : owner_(owner),
        context_(std::move(context)),
        prefix_(root.empty() ? std::move(root) : std::move(root) + '/'),
        filter_(options),
        options_(std::move(options)),
        after_(options_.start_after) {}

  Task<std::optional<FileBatch>> next() override;

 private:
  bool accepts(const std::string& path) const;

  const MemoryFs& owner_;
  OpContext context_;
  std::string prefix_;
  PathFilter filter_;
  WalkOptions options_;
  std::string after_;
  std::vector<FileInfo> batch_;
};

class MemoryFs::Source final : public ByteSource {
 public:
  Source(const MemoryFs& owner, OpContext context, FileInfo info,
         std::shared_ptr<const std::vector<std::byte>> bytes, std::uint64_t offset,
         std::uint64_t length)
      : owner_(owner),
        context_(std::move(context)),
        info_(std::move(info)),
        bytes_(std::move(bytes)),
        rest_(Bytes(*bytes_).subspan(static_cast<std::size_t>(offset),
                                     static_cast<std::size_t>(length))) {}

  const FileInfo& info() const override { return info_; }
  Bytes rest() const { return rest_; }
  Task<Bytes> next() override;

 private:
  const MemoryFs& owner_;
  OpContext context_;
  FileInfo info_;
  std::shared_ptr<const std::vector<std::byte>> bytes_;
  Bytes rest_;
};

class MemoryFs::Sink final : public ByteSink {
 public:
  Sink(MemoryFs& owner, OpContext context, std::string path, WriteOptions options)
      : owner_(owner),
        context_(std::move(context)),
        path_(std::move(path)),
        options_(std::move(options)) {}

  Task<void> write(Bytes bytes) override;
  Task<FileInfo> commit() override;
  Task<void> abort() override;

 private:
  void require_open() const;

  MemoryFs& owner_;
  OpContext context_;
  std::string path_;
  WriteOptions options_;
  std::vector<std::byte> bytes_;
  bool finished_ = false;
};

}  // namespace sluice
