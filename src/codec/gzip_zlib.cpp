#include <zlib.h>

#include <algorithm>
#include <array>

#include "sluice/codec/gzip.hpp"
#include "sluice/core/error.hpp"

// gzip by zlib, for systems without ISA-L. Its fastest level: the others take up to three times as
// long for a tenth less.

namespace sluice::codec {
namespace {

constexpr int level = 1;
constexpr int gzip_window = 15 + 16;  // the largest window; 16 asks for the gzip wrapper
constexpr int memory_level = 9;
constexpr std::size_t buffer_size = 64 * 1024;
constexpr std::size_t max_piece = 1U << 30U;  // zlib counts in unsigned int

using Buffer = std::array<Bytef, buffer_size>;

void append(std::string& out, const Buffer& buffer, std::size_t size) {
  out.append(reinterpret_cast<const char*>(buffer.data()), size);
}

// zlib takes its input through a pointer to non-const, but only reads it.
Bytef* input_of(Bytes bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

Error failure(ErrorCode code, const char* operation, const z_stream& stream,
              const char* otherwise) {
  return Error(code, operation, "", stream.msg ? stream.msg : otherwise);
}

}  // namespace

struct GzipWriter::State {
  z_stream stream{};
  Buffer buffer;

  State() {
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw failure(ErrorCode::internal, "write gzip", stream, "zlib does not start");
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { deflateEnd(&stream); }

  void deflate(Bytes piece, int flush, std::string& out) {
    stream.next_in = input_of(piece);
    stream.avail_in = static_cast<uInt>(piece.size());
    do {
      stream.next_out = buffer.data();
      stream.avail_out = buffer_size;
      if (::deflate(&stream, flush) == Z_STREAM_ERROR) {
        throw failure(ErrorCode::internal, "write gzip", stream, "zlib refused its state");
      }
      append(out, buffer, buffer_size - stream.avail_out);
    } while (stream.avail_out == 0);
  }
};

GzipWriter::GzipWriter() : state_(std::make_unique<State>()) {}
GzipWriter::~GzipWriter() = default;
GzipWriter::GzipWriter(GzipWriter&&) noexcept = default;
GzipWriter& GzipWriter::operator=(GzipWriter&&) noexcept = default;

void GzipWriter::write(Bytes plain, std::string& out) {
  while (!plain.empty()) {
    const Bytes piece = plain.first(std::min(plain.size(), max_piece));
    state_->deflate(piece, Z_NO_FLUSH, out);
    plain = plain.subspan(piece.size());
  }
}

void GzipWriter::finish(std::string& out) {
  state_->deflate({}, Z_FINISH, out);
}

struct GzipReader::State {
  z_stream stream{};
  enum class Position { start, inside_member, after_member } position = Position::start;
  bool drained = true;  ///< All output that the input so far gives has been handed out.
  Buffer buffer;

  State() {
    if (inflateInit2(&stream, gzip_window) != Z_OK) {
      throw failure(ErrorCode::internal, "read gzip", stream, "zlib does not start");
    }
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { inflateEnd(&stream); }

  void begin_member() {
    if (inflateReset(&stream) != Z_OK)
      throw failure(ErrorCode::internal, "read gzip", stream, "zlib does not start");
    position = Position::inside_member;
  }

  void inflate(Bytes& packed, std::string& out, std::size_t limit) {
    if (position != Position::inside_member) begin_member();
    const std::size_t piece = std::min(packed.size(), max_piece);
    const auto room = static_cast<uInt>(std::clamp<std::size_t>(limit, 1, buffer_size));
    stream.next_in = input_of(packed);
    stream.avail_in = static_cast<uInt>(piece);
    stream.next_out = buffer.data();
    stream.avail_out = room;
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    // Z_BUF_ERROR only says that there was nothing left to do.
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      throw failure(ErrorCode::integrity, "read gzip", stream, "the compressed data is corrupt");
    }
    packed = packed.subspan(piece - stream.avail_in);
    append(out, buffer, room - stream.avail_out);
    if (status == Z_STREAM_END) position = Position::after_member;
    drained = stream.avail_out > 0 || position == Position::after_member;
  }
};

GzipReader::GzipReader() : state_(std::make_unique<State>()) {}
GzipReader::~GzipReader() = default;
GzipReader::GzipReader(GzipReader&&) noexcept = default;
GzipReader& GzipReader::operator=(GzipReader&&) noexcept = default;

void GzipReader::read(Bytes& packed, std::string& out, std::size_t out_limit) {
  while (packed.empty() ? !state_->drained : out.size() < out_limit) {
    state_->inflate(packed, out, out_limit > out.size() ? out_limit - out.size() : buffer_size);
  }
}

void GzipReader::finish() {
  if (state_->position == State::Position::after_member) return;
  throw Error(ErrorCode::integrity, "read gzip", "", "the data ends before its last member does");
}

}  // namespace sluice::codec
