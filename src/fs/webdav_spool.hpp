#pragma once

#include <cstdint>
#include <filesystem>

#include "sluice/async/runtime.hpp"
#include "sluice/fs/scratch_file.hpp"
#include "sluice/webdav/client.hpp"

namespace sluice {

/// Bytes of a file whose size is not known yet, kept on disk until it is.
class WebdavSpool final : public webdav::Body, private ByteReader {
 public:
  WebdavSpool(Runtime& runtime, std::filesystem::path directory)
      : runtime_(runtime), file_(std::move(directory)) {}

  Task<> append(Bytes bytes);
  /// Also what begin() gives reads through it: one at a time.
  Task<std::size_t> read(MutableBytes buffer) override;

  std::uint64_t size() const override { return file_.size(); }
  bool can_begin() const override { return true; }
  ByteReader& begin() override {
    at_ = 0;
    return *this;
  }

 private:
  Runtime& runtime_;
  ScratchFile file_;
  std::uint64_t at_ = 0;
};

}  // namespace sluice
