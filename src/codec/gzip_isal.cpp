#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "codec/gzip_engine.hpp"
#include "codec/gzip_header.hpp"
#include "sluice/core/error.hpp"

// gzip by Intel's ISA-L: on a million lines of a backlog five times as fast as zlib at its fastest,
// and smaller. Level 1 was chosen by measurement: 0 is slower and larger, 2 and 3 are slower and
// not smaller on such lines.

namespace sluice::codec {
namespace {

constexpr std::uint32_t level = 1;

/// Where the next call of ISA-L reads and writes; it takes its input through a pointer to
/// non-const, but only reads it.
template <class Stream>
void set_buffers(Stream& stream, Bytes input, MutableBytes room) {
  stream.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(input.data()));
  stream.avail_in = static_cast<std::uint32_t>(std::min(input.size(), gzip_max_piece));
  stream.next_out = reinterpret_cast<std::uint8_t*>(room.data());
  stream.avail_out = static_cast<std::uint32_t>(room.size());
}

/// The bytes that it left of `input`.
template <class Stream>
Bytes rest_of(const Stream& stream, Bytes input) {
  return input.subspan(std::min(input.size(), gzip_max_piece) - stream.avail_in);
}

Error corrupt(int status) {
  const char* reason = "the compressed data is corrupt";
  if (status == ISAL_INCORRECT_CHECKSUM) reason = "the checksum or the length does not match";
  return Error(ErrorCode::integrity, "read gzip", "", reason);
}

}  // namespace

struct DeflateEngine::State {
  isal_zstream stream{};
  std::vector<std::uint8_t> level_buffer = std::vector<std::uint8_t>(ISAL_DEF_LVL1_DEFAULT);
};

DeflateEngine::DeflateEngine() : state_(std::make_unique<State>()) {
  isal_zstream& stream = state_->stream;
  isal_deflate_init(&stream);
  stream.level = level;
  stream.level_buf = state_->level_buffer.data();
  stream.level_buf_size = static_cast<std::uint32_t>(state_->level_buffer.size());
  stream.gzip_flag = IGZIP_GZIP;
}
DeflateEngine::~DeflateEngine() = default;

std::size_t DeflateEngine::step(Bytes& piece, bool last, MutableBytes room) {
  isal_zstream& stream = state_->stream;
  set_buffers(stream, piece, room);
  stream.end_of_stream = last ? 1 : 0;
  if (isal_deflate(&stream) != COMP_OK)
    throw Error(ErrorCode::internal, "write gzip", "", "ISA-L refused its state");
  piece = rest_of(stream, piece);
  return room.size() - stream.avail_out;
}

struct InflateEngine::State {
  inflate_state stream{};
  // Headers are read here: ISA-L 2.30 finds a header's checksum wrong when the header arrives in
  // pieces.
  GzipHeader header;
  enum class Position { between_members, header, body } position = Position::between_members;

  /// Takes what comes before a member's compressed data; whether that begins now.
  bool read_header(Bytes& packed) {
    if (position == Position::body) return true;
    if (position != Position::header) header = GzipHeader();
    position = Position::header;
    if (!header.read(packed)) return false;
    isal_inflate_init(&stream);
    stream.crc_flag = ISAL_GZIP_NO_HDR_VER;
    position = Position::body;
    return true;
  }
};

InflateEngine::InflateEngine() : state_(std::make_unique<State>()) {}
InflateEngine::~InflateEngine() = default;

InflateEngine::Step InflateEngine::step(Bytes& packed, MutableBytes room) {
  if (!state_->read_header(packed)) return {};
  inflate_state& stream = state_->stream;
  set_buffers(stream, packed, room);
  const int status = isal_inflate(&stream);
  if (status < 0) throw corrupt(status);
  packed = rest_of(stream, packed);
  const bool ended = stream.block_state == ISAL_BLOCK_FINISH;
  if (ended) state_->position = State::Position::between_members;
  return {.made = room.size() - stream.avail_out, .member_ended = ended};
}

}  // namespace sluice::codec
