#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/core/bytes.hpp"

namespace sluice::lab {

/// A pull parser of the chunked grammar: HTTP's transfer coding (RFC 9112 section 7.1) and S3's
/// aws-chunked content coding, which differ only in the chunk extensions. Sans I/O; throws
/// BadRequest on bytes that do not fit.
class ChunkedParser {
 public:
  enum class Kind : std::uint8_t { need_more, chunk_start, data, chunk_end, trailer, end };

  struct Event {
    Kind kind = Kind::need_more;
    std::size_t consumed = 0;  ///< Bytes of the input that this event used up.
    /// Kind::data: a view into the input.
    Bytes data{};
    std::uint64_t size = 0;  ///< Kind::chunk_start: 0 is the last chunk.
    /// chunk_start: the extension; trailer: the line. Valid until the next call.
    std::string_view text{};
  };

  Event next(Bytes input);
  bool done() const { return state_ == State::done; }

 private:
  enum class State : std::uint8_t { size_line, data, data_end, trailer, done };

  Event take_line(Bytes input);
  Event size_event(Event event);
  Event data_event(Bytes input);

  State state_ = State::size_line;
  std::uint64_t left_ = 0;
  std::string line_;
  bool line_is_whole_ = false;
};

}  // namespace sluice::lab
