#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::net {

/// The framing of a chunked body (RFC 9112 section 7.1). It never touches the data: feed() eats
/// framing bytes, the caller moves `data_due()` bytes of data by itself (straight from the socket,
/// if it likes) and says so with took().
class ChunkedDecoder {
 public:
  /// Eats framing at the front of `received` until data is due, the body is done, more bytes are
  /// needed or the framing is refused. Returns the bytes eaten.
  std::size_t feed(std::string_view received);
  void took(std::uint64_t data_bytes);

  std::uint64_t data_due() const { return data_due_; }
  bool done() const { return state_ == State::done; }
  /// Why the framing is refused; empty if it is fine so far.
  std::string_view problem() const { return problem_; }

 private:
  enum class State : std::uint8_t {
    size,
    extension,
    size_end,
    data,
    data_return,
    data_end,
    trailer_start,
    trailer,
    trailer_end,
    last_end,
    done
  };
  void step(char c);
  void step_size(char c);
  void step_trailer(char c);
  void expect_feed(char c, State next);
  void end_size_line();
  bool refuse(std::string_view reason);

  State state_ = State::size;
  std::uint64_t data_due_ = 0;
  std::uint32_t size_digits_ = 0;
  std::uint32_t skipped_ = 0;  // bytes of this extension, or of all trailers
  std::string_view problem_;
};

}  // namespace sluice::net
