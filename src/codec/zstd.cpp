#include "sluice/codec/zstd.hpp"

#include <zstd.h>

#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

constexpr int level = 3;  // the library's own choice between speed and size
constexpr std::size_t step = 128_KiB;

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

std::size_t checked(std::size_t result) {
  if (ZSTD_isError(result) != 0)
    throw Error(ErrorCode::internal, "compress", "zstd", ZSTD_getErrorName(result));
  return result;
}

}  // namespace

struct ZstdWriter::State {
  std::unique_ptr<ZSTD_CCtx, Free> context{ZSTD_createCCtx()};

  /// Returns what is still inside.
  std::size_t run(ZSTD_inBuffer& in, ZSTD_EndDirective directive, std::string& out) {
    const std::size_t before = out.size();
    out.resize(before + step);
    ZSTD_outBuffer buffer{out.data() + before, step, 0};
    const std::size_t left = checked(ZSTD_compressStream2(context.get(), &buffer, &in, directive));
    out.resize(before + buffer.pos);
    return left;
  }
};

ZstdWriter::ZstdWriter() : state_(std::make_unique<State>()) {
  if (!state_->context) throw std::bad_alloc();
  checked(ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_compressionLevel, level));
  checked(ZSTD_CCtx_setParameter(state_->context.get(), ZSTD_c_checksumFlag, 1));
}

ZstdWriter::~ZstdWriter() = default;
ZstdWriter::ZstdWriter(ZstdWriter&&) noexcept = default;
ZstdWriter& ZstdWriter::operator=(ZstdWriter&&) noexcept = default;

void ZstdWriter::write(Bytes plain, std::string& out) {
  ZSTD_inBuffer in{plain.data(), plain.size(), 0};
  while (in.pos < in.size)
    state_->run(in, ZSTD_e_continue, out);
}

void ZstdWriter::finish(std::string& out) {
  ZSTD_inBuffer nothing{nullptr, 0, 0};
  while (state_->run(nothing, ZSTD_e_end, out) > 0) {
  }
}

}  // namespace sluice::codec
