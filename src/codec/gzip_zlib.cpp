#include <zlib.h>

#include <algorithm>

#include "codec/gzip_engine.hpp"
#include "sluice/core/error.hpp"

// gzip by zlib, for systems without ISA-L. Its fastest level: the others take up to three times as
// long for a tenth less.

namespace sluice::codec {
namespace {

constexpr int level = 1;
constexpr int gzip_window = 15 + 16;  // the largest window; 16 asks for the gzip wrapper
constexpr int memory_level = 9;

/// Where the next call of zlib reads and writes; it takes its input through a pointer to non-const,
/// but only reads it.
void set_buffers(z_stream& stream, Bytes input, MutableBytes room) {
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));
  stream.avail_in = static_cast<uInt>(std::min(input.size(), gzip_max_piece));
  stream.next_out = reinterpret_cast<Bytef*>(room.data());
  stream.avail_out = static_cast<uInt>(room.size());
}

/// The bytes that it left of `input`.
Bytes rest_of(const z_stream& stream, Bytes input) {
  return input.subspan(std::min(input.size(), gzip_max_piece) - stream.avail_in);
}

Error failure(ErrorCode code, const char* operation, const z_stream& stream,
              const char* otherwise) {
  return Error(code, operation, "", stream.msg ? stream.msg : otherwise);
}

}  // namespace

struct DeflateEngine::State {
  z_stream stream{};
};

DeflateEngine::DeflateEngine() : state_(std::make_unique<State>()) {
  z_stream& stream = state_->stream;
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw failure(ErrorCode::internal, "write gzip", stream, "zlib does not start");
  }
}
DeflateEngine::~DeflateEngine() {
  deflateEnd(&state_->stream);
}

std::size_t DeflateEngine::step(Bytes& piece, bool last, MutableBytes room) {
  z_stream& stream = state_->stream;
  set_buffers(stream, piece, room);
  if (::deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
    throw failure(ErrorCode::internal, "write gzip", stream, "zlib refused its state");
  piece = rest_of(stream, piece);
  return room.size() - stream.avail_out;
}

struct InflateEngine::State {
  z_stream stream{};
  bool inside_member = false;
};

InflateEngine::InflateEngine() : state_(std::make_unique<State>()) {
  if (inflateInit2(&state_->stream, gzip_window) != Z_OK)
    throw failure(ErrorCode::internal, "read gzip", state_->stream, "zlib does not start");
}
InflateEngine::~InflateEngine() {
  inflateEnd(&state_->stream);
}

InflateEngine::Step InflateEngine::step(Bytes& packed, MutableBytes room) {
  z_stream& stream = state_->stream;
  if (!state_->inside_member && inflateReset(&stream) != Z_OK)
    throw failure(ErrorCode::internal, "read gzip", stream, "zlib does not start");
  set_buffers(stream, packed, room);
  const int status = ::inflate(&stream, Z_NO_FLUSH);
  // Z_BUF_ERROR only says that there was nothing left to do.
  if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
    throw failure(ErrorCode::integrity, "read gzip", stream, "the compressed data is corrupt");
  packed = rest_of(stream, packed);
  state_->inside_member = status != Z_STREAM_END;
  return {.made = room.size() - stream.avail_out, .member_ended = status == Z_STREAM_END};
}

}  // namespace sluice::codec
