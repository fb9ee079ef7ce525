#include "sluice/codec/gzip.hpp"

#include <algorithm>
#include <array>

#include "codec/gzip_engine.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

using Buffer = std::array<std::byte, 64_KiB>;

void append(std::string& out, const Buffer& buffer, std::size_t size) {
  out.append(as_text(Bytes(buffer).first(size)));
}

}  // namespace

struct GzipWriter::State {
  DeflateEngine engine;
  Buffer buffer;

  void deflate(Bytes piece, bool last, std::string& out) {
    std::size_t made = 0;
    do {
      made = engine.step(piece, last, buffer);
      append(out, buffer, made);
    } while (made == buffer.size());
  }
};

GzipWriter::GzipWriter() : state_(std::make_unique<State>()) {}
GzipWriter::~GzipWriter() = default;
GzipWriter::GzipWriter(GzipWriter&&) noexcept = default;
GzipWriter& GzipWriter::operator=(GzipWriter&&) noexcept = default;

void GzipWriter::write(Bytes plain, std::string& out) {
  while (!plain.empty()) {
    const Bytes piece = plain.first(std::min(plain.size(), gzip_max_piece));
    state_->deflate(piece, false, out);
    plain = plain.subspan(piece.size());
  }
}

void GzipWriter::finish(std::string& out) {
  state_->deflate({}, true, out);
}

struct GzipReader::State {
  InflateEngine engine;
  bool member_ended = false;
  bool drained = true;  ///< All output that the input so far gives has been handed out.
  Buffer buffer;

  void inflate(Bytes& packed, std::string& out, std::size_t limit) {
    const std::size_t before = packed.size();
    const MutableBytes room =
        MutableBytes(buffer).first(std::clamp<std::size_t>(limit, 1, buffer.size()));
    const InflateEngine::Step step = engine.step(packed, room);
    append(out, buffer, step.made);
    member_ended = step.member_ended;
    drained = step.made < room.size() || member_ended;
    // Cannot happen by the manuals; but hostile input must not be able to turn a flaw of the
    // library into an endless loop.
    const bool stuck = packed.size() == before && step.made == 0 && !member_ended;
    if (stuck && !packed.empty())
      throw Error(ErrorCode::integrity, "read gzip", "", "the compressed data is corrupt");
  }
};

GzipReader::GzipReader() : state_(std::make_unique<State>()) {}
GzipReader::~GzipReader() = default;
GzipReader::GzipReader(GzipReader&&) noexcept = default;
GzipReader& GzipReader::operator=(GzipReader&&) noexcept = default;

void GzipReader::read(Bytes& packed, std::string& out, std::size_t out_limit) {
  while (packed.empty() ? !state_->drained : out.size() < out_limit) {
    const bool room_left = out_limit > out.size();
    state_->inflate(packed, out, room_left ? out_limit - out.size() : state_->buffer.size());
  }
}

void GzipReader::finish() {
  if (state_->member_ended) return;
  throw Error(ErrorCode::integrity, "read gzip", "", "the data ends before its last member does");
}

}  // namespace sluice::codec
