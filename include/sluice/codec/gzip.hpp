#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

/// Compresses a stream into one gzip member (RFC 1952). CPU work: call it on an offload lane for
/// big inputs.
class GzipWriter {
 public:
  GzipWriter();
  ~GzipWriter();
  GzipWriter(GzipWriter&&) noexcept;
  GzipWriter& operator=(GzipWriter&&) noexcept;

  void write(
      Bytes plain,
      std::string& out);  ///< Appends what is ready to `out`. Cheapest in pieces of 64 KiB or more.
  void finish(std::string& out);  ///< Appends the rest and the trailer; nothing may follow.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Decompresses one or more concatenated members. Throws Error{integrity} on corrupt or truncated
/// input.
class GzipReader {
 public:
  GzipReader();
  ~GzipReader();
  GzipReader(GzipReader&&) noexcept;
  GzipReader& operator=(GzipReader&&) noexcept;

  /// Takes from the front of `packed` (shrinking it) and appends to `out` until `packed` is empty
  /// or `out` holds `out_limit` bytes or more. Call again with the rest. Nothing stays behind: when
  /// `packed` is empty, all that it decodes to is in `out`, even if that passes the limit (by less
  /// than 128 KiB).
  void read(Bytes& packed, std::string& out, std::size_t out_limit);
  /// Tells that no input follows: throws Error{integrity} unless a member has just ended.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::codec
