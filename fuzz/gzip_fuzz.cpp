#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/codec/gzip.hpp"
#include "sluice/core/error.hpp"

namespace {

using namespace sluice;

constexpr std::size_t most_plain = 1U << 20U;

/// The text, nullopt if the input is refused. Inputs that become too large are cut off and taken as
/// refused.
std::optional<std::string> read_whole(std::string_view packed, std::size_t piece_size,
                                      std::size_t step) {
  std::string out;
  codec::GzipReader reader;
  try {
    while (!packed.empty()) {
      const std::size_t size = std::min(piece_size, packed.size());
      Bytes piece = as_bytes(packed.substr(0, size));
      packed.remove_prefix(size);
      while (!piece.empty()) {
        if (out.size() > most_plain) return std::nullopt;
        reader.read(piece, out, out.size() + step);
      }
    }
    reader.finish();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::integrity) std::abort();
    return std::nullopt;
  }
  return out.size() > most_plain ? std::nullopt : std::optional(out);
}

/// The same by zlib alone.
std::optional<std::string> read_by_zlib(std::string_view packed) {
  z_stream stream{};
  if (inflateInit2(&stream, 31) != Z_OK) std::abort();
  std::string in(packed), out;
  std::array<Bytef, 4096> buffer;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  int status = Z_DATA_ERROR;
  while (out.size() <= most_plain) {
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - stream.avail_out);
    if (status == Z_STREAM_END && stream.avail_in > 0) {
      inflateReset(&stream);
    } else if (status != Z_OK) {
      break;
    }
  }
  inflateEnd(&stream);
  return status == Z_STREAM_END && out.size() <= most_plain ? std::optional(out) : std::nullopt;
}

}  // namespace

// Bytes survive compression; the reader agrees with zlib and does not depend on how its input and
// output are cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::string packed;
  codec::GzipWriter writer;
  writer.write(as_bytes(input), packed);
  writer.finish(packed);
  if (read_whole(packed, packed.size(), 1U << 16U) != input) std::abort();

  const auto whole = read_whole(input, size, 1U << 16U);
  if (whole != read_whole(input, 3, 7)) std::abort();
  if (whole != read_by_zlib(input)) std::abort();
  return 0;
}
