#include "glue/compressed_transfer.hpp"

#include <utility>
#include <variant>

#include "sluice/async/offload.hpp"
#include "sluice/codec/gzip.hpp"
#include "sluice/codec/zstd.hpp"

namespace sluice::glue {
namespace {

class Compressor {
 public:
  explicit Compressor(Compression compression) {
    if (compression == Compression::zstd) writer_.emplace<codec::ZstdWriter>();
  }
  void write(Bytes plain, std::string& out) {
    std::visit([&](auto& writer) { writer.write(plain, out); }, writer_);
  }
  void finish(std::string& out) {
    std::visit([&](auto& writer) { writer.finish(out); }, writer_);
  }

 private:
  std::variant<codec::GzipWriter, codec::ZstdWriter> writer_;
};

/// Reads what another source gives, compressed.
class CompressedSource final : public ByteSource {
 public:
  CompressedSource(Runtime& runtime, std::unique_ptr<ByteSource> plain, Compression compression,
                   BytesPassed on_bytes)
      : runtime_(runtime),
        plain_(std::move(plain)),
        compressor_(compression),
        on_bytes_(std::move(on_bytes)) {}

  const FileInfo& info() const override { return plain_->info(); }

  Task<Bytes> next() override {
    packed_.clear();
    while (packed_.empty() && !ended_) {
      const Bytes bytes = co_await plain_->next();
      ended_ = bytes.empty();
      if (on_bytes_ && !ended_) on_bytes_(bytes.size());
      auto job = [this, bytes] {
        if (bytes.empty()) {
          compressor_.finish(packed_);
        } else {
          compressor_.write(bytes, packed_);
        }
      };
      co_await offload(runtime_.cpu(), job);
    }
    co_return as_bytes(packed_);
  }

 private:
  Runtime& runtime_;
  std::unique_ptr<ByteSource> plain_;
  Compressor compressor_;
  BytesPassed on_bytes_;
  std::string packed_;
  bool ended_ = false;
};

}  // namespace

Task<FileInfo> transfer_compressed(Runtime& runtime, OpContext context, Transfer what,
                                   Compression compression) {
  ReadOptions read;
  read.if_match = what.file.etag;
  read.known = what.file;
  auto plain = co_await what.source->open(context, what.file.path, std::move(read));
  CompressedSource source(runtime, std::move(plain), compression, std::move(what.on_bytes));
  const auto sink = co_await what.destination->create(context, what.path, what.options);
  co_return co_await pour(context, source, *sink, nullptr);
}

}  // namespace sluice::glue
