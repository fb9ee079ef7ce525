#pragma once

#include <cstddef>
#include <memory>

#include "sluice/core/bytes.hpp"

/// What ISA-L and zlib do each in its own way; a build has one of them (gzip_isal.cpp,
/// gzip_zlib.cpp).
namespace sluice::codec {

/// Both libraries count in 32 bits: what one call is given at most.
inline constexpr std::size_t gzip_max_piece = 1U << 30U;

class DeflateEngine {
 public:
  DeflateEngine();
  ~DeflateEngine();
  DeflateEngine(const DeflateEngine&) = delete;
  DeflateEngine& operator=(const DeflateEngine&) = delete;

  /// Takes from the front of `piece` and returns how many bytes it made. As long as they fill
  /// `room`, call it again. `last`: the member ends with this piece.
  std::size_t step(Bytes& piece, bool last, MutableBytes room);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class InflateEngine {
 public:
  InflateEngine();
  ~InflateEngine();
  InflateEngine(const InflateEngine&) = delete;
  InflateEngine& operator=(const InflateEngine&) = delete;

  struct Step {
    std::size_t made = 0;
    bool member_ended = false;
  };
  /// Takes from the front of `packed`. What follows a member begins another one. Throws
  /// Error{integrity}.
  Step step(Bytes& packed, MutableBytes room);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::codec
