#include "net/chunked.hpp"

#include "net/ascii.hpp"

namespace sluice::net {
namespace {

constexpr std::uint32_t most_digits = 16;  // of a 64-bit size
constexpr std::uint32_t most_skipped =
    16 << 10;  // bytes of an extension or of the trailers, which nobody reads

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

bool ChunkedDecoder::refuse(std::string_view reason) {
  problem_ = reason;
  return false;
}

std::size_t ChunkedDecoder::feed(std::string_view received) {
  std::size_t eaten = 0;
  while (eaten < received.size() && state_ != State::data && state_ != State::done &&
         problem_.empty()) {
    step(received[eaten]);
    ++eaten;
  }
  return eaten;
}

void ChunkedDecoder::took(std::uint64_t data_bytes) {
  data_due_ -= data_bytes;
  if (data_due_ == 0) state_ = State::data_return;
}

void ChunkedDecoder::step(char c) {
  switch (state_) {
    case State::size:
    case State::extension:
      return step_size(c);
    case State::size_end:
      return c == '\n' ? end_size_line() : void(refuse("a chunk's size line is malformed"));
    case State::data_return:
      if (c != '\r') refuse("a chunk is longer than it says");
      state_ = State::data_end;
      return;
    case State::data_end:
      return expect_feed(c, State::size);
    case State::trailer_start:
    case State::trailer:
      return step_trailer(c);
    case State::trailer_end:
      return expect_feed(c, State::trailer_start);
    case State::last_end:
      return expect_feed(c, State::done);
    case State::data:
    case State::done:
      return;
  }
}

void ChunkedDecoder::step_size(char c) {
  if (c == '\r') {
    if (size_digits_ == 0) refuse("a chunk has no size");
    state_ = State::size_end;
    return;
  }
  if (state_ == State::extension) {
    if (!value_bytes[static_cast<unsigned char>(c)])
      refuse("a chunk extension has control characters");
    if (++skipped_ > most_skipped) refuse("a chunk extension is too long");
    return;
  }
  const int digit = hex_value(c);
  if (digit >= 0) {
    if (++size_digits_ > most_digits) refuse("a chunk's size is too big");
    data_due_ = data_due_ << 4 | static_cast<std::uint64_t>(digit);
    return;
  }
  // Some servers pad the size with spaces; RFC 9112 section 7.1.1 has white space before an
  // extension as well.
  if (size_digits_ == 0 || (c != ';' && c != ' ' && c != '\t'))
    refuse("a chunk's size is no number");
  skipped_ = 0;
  state_ = State::extension;
}

void ChunkedDecoder::end_size_line() {
  size_digits_ = 0;
  skipped_ = 0;
  state_ = data_due_ == 0 ? State::trailer_start : State::data;
}

void ChunkedDecoder::step_trailer(char c) {
  if (c == '\r') {
    state_ = state_ == State::trailer_start ? State::last_end : State::trailer_end;
    return;
  }
  state_ = State::trailer;
  if (!value_bytes[static_cast<unsigned char>(c)]) refuse("a trailer has control characters");
  if (++skipped_ > most_skipped) refuse("the trailers are too long");
}

void ChunkedDecoder::expect_feed(char c, State next) {
  if (c != '\n') refuse("a line of the chunked body ends without a line feed");
  state_ = next;
}

}  // namespace sluice::net
