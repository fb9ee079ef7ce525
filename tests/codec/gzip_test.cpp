#include "sluice/codec/gzip.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <optional>

#include "codec/random_input.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

constexpr std::size_t no_limit = std::size_t{1} << 40U;

std::string packed_whole(std::string_view plain) {
  std::string out;
  GzipWriter writer;
  writer.write(as_bytes(plain), out);
  writer.finish(out);
  return out;
}

std::string unpacked(std::string_view packed) {
  Bytes rest = as_bytes(packed);
  std::string out;
  GzipReader reader;
  reader.read(rest, out, no_limit);
  CHECK(rest.empty());
  reader.finish();
  return out;
}

std::optional<ErrorCode> refusal(std::string_view packed) {
  try {
    unpacked(packed);
  } catch (const Error& error) {
    CHECK_FALSE(error.message().empty());
    return error.code();
  }
  return std::nullopt;
}

/// A header with every field that there is.
struct FullHeader {
  FullHeader() {
    header.extra = extra;
    header.extra_len = sizeof extra;
    header.name = name;
    header.comment = comment;
    header.hcrc = 1;
    header.time = 1;
  }
  FullHeader(const FullHeader&) = delete;
  FullHeader& operator=(const FullHeader&) = delete;

  Bytef extra[6] = {'A', 'B', 2, 0, 'x', 'y'};
  Bytef name[14] = "backlog.jsonl";
  Bytef comment[10] = "a comment";
  gz_header header{};
};

/// gzip by zlib at a level, or with a header of all optional fields.
std::string packed_by_zlib(std::string_view plain, int level, gz_header* header = nullptr) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  if (header) REQUIRE(deflateSetHeader(&stream, header) == Z_OK);
  std::string out(deflateBound(&stream, plain.size()) + 200, '\0');
  std::string in(plain);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string unpacked_by_zlib(std::string_view packed, std::size_t plain_size) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 31) == Z_OK);
  std::string in(packed), out(plain_size + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.avail_in == 0);  // one member and nothing else
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

/// Text that compresses like a backlog's lines, with stretches that do not.
std::string some_lines(test::RandomInput& random, std::size_t lines) {
  std::string text;
  for (std::size_t line = 0; line < lines; ++line) {
    text += "{\"path\":\"data/" + std::to_string(line / 7) + "/" +
            random.bytes_of("abc", random.below(9)) + "\"}\n";
    if (random.below(50) == 0) text += random.bytes(random.below(400));
  }
  return text;
}

}  // namespace

TEST_CASE("gzip gives back what was written, and zlib reads it too") {
  test::RandomInput random("gzip");
  for (const std::size_t lines : {0U, 1U, 2U, 100U, 3000U, 60000U}) {
    const std::string plain = some_lines(random, lines);
    const std::string packed = packed_whole(plain);
    CHECK(unpacked(packed) == plain);
    CHECK(unpacked_by_zlib(packed, plain.size()) == plain);
  }
  CHECK(unpacked(packed_whole("")) == "");
}

TEST_CASE("gzip output does not depend on the time or the machine's name") {
  const std::string packed = packed_whole("text");
  REQUIRE(packed.size() > 10);
  CHECK(packed.substr(0, 8) ==
        std::string_view("\x1F\x8B\x08\0\0\0\0\0", 8));  // no fields, no time
}

TEST_CASE("gzip written in pieces of any size is one member") {
  test::RandomInput random("gzip pieces");
  const std::string plain = some_lines(random, 5000);
  for (const std::size_t largest : {1U, 2U, 150U, 5000U, 100000U}) {
    std::string packed;
    GzipWriter writer;
    for (std::string_view rest = plain; !rest.empty();) {
      const std::size_t size = std::min(rest.size(), 1 + random.below(largest));
      writer.write(as_bytes(rest.substr(0, size)), packed);
      rest.remove_prefix(size);
    }
    writer.finish(packed);
    CHECK(unpacked_by_zlib(packed, plain.size()) == plain);
  }
}

TEST_CASE("gzip reads what zlib writes, at every level and with every field") {
  test::RandomInput random("gzip levels");
  const std::string plain = some_lines(random, 2000);
  for (int level = 0; level <= 9; ++level)
    CHECK(unpacked(packed_by_zlib(plain, level)) == plain);
  FullHeader full;
  CHECK(unpacked(packed_by_zlib(plain, 6, &full.header)) == plain);
}

TEST_CASE("gzip members that adjoin are read as one text") {
  test::RandomInput random("gzip members");
  std::string packed, plain;
  for (int member = 0; member < 40; ++member) {
    const std::string part = some_lines(random, random.below(30));
    plain += part;
    packed += member % 2 == 0 ? packed_whole(part) : packed_by_zlib(part, member % 10);
  }
  CHECK(unpacked(packed) == plain);
}

TEST_CASE("gzip input and output may be cut anywhere") {
  test::RandomInput random("gzip cuts");
  const std::string plain = some_lines(random, 3000);
  const std::string packed = packed_whole(plain) + packed_whole("") + packed_whole(plain);
  for (const std::size_t largest : {1U, 3U, 100U, 100000U}) {
    GzipReader reader;
    std::string all;
    for (std::string_view left = packed; !left.empty();) {
      const std::size_t size = std::min(left.size(), 1 + random.below(largest));
      Bytes piece = as_bytes(left.substr(0, size));
      left.remove_prefix(size);
      while (!piece.empty()) {
        std::string out;
        const std::size_t limit = 1 + random.below(1000);
        reader.read(piece, out, limit);
        if (!piece.empty()) CHECK(out.size() == limit);
        all += out;
      }
    }
    reader.finish();
    CHECK(all == plain + plain);
  }
}

TEST_CASE("a gzip reader stops at its limit, however much the input would become") {
  const std::string packed = packed_by_zlib(std::string(50'000'000, 'x'), 9);
  Bytes rest = as_bytes(packed);
  std::string out;
  GzipReader reader;
  reader.read(rest, out, 1'000'000);
  CHECK(out.size() == 1'000'000);
  CHECK_FALSE(rest.empty());
  reader.read(rest, out, 1'000'000);
  CHECK(out.size() == 1'000'000);
  CHECK_THROWS_AS(reader.finish(), Error);
}

TEST_CASE("gzip input that is used up leaves no output behind, and passes the limit by little") {
  constexpr std::size_t step = 5000, past_limit = 128 * 1024;
  const std::string packed = packed_by_zlib(std::string(3'000'000, 'x'), 9);
  for (std::size_t given = 1; given < packed.size(); given += packed.size() / 20) {
    Bytes limited = as_bytes(std::string_view(packed).substr(0, given));
    Bytes unlimited = limited;
    std::string some, all;
    GzipReader first, second;
    while (!limited.empty()) {
      const std::size_t limit = some.size() + step;
      first.read(limited, some, limit);
      CHECK(some.size() <= limit + past_limit);
    }
    second.read(unlimited, all, no_limit);
    CHECK(some.size() == all.size());
  }
}

TEST_CASE("truncated gzip is an integrity error at every length") {
  const std::string packed = packed_whole("some text that repeats, that repeats, that repeats");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    CAPTURE(size);
    CHECK(refusal(std::string_view(packed).substr(0, size)) == ErrorCode::integrity);
    const std::string second = packed + packed.substr(0, size);
    if (size > 0) CHECK(refusal(second) == ErrorCode::integrity);
  }
}

TEST_CASE("gzip with a changed bit is an integrity error, unless the bit means nothing") {
  test::RandomInput random("gzip damage");
  const std::string plain = some_lines(random, 20);
  const std::string packed = packed_whole(plain);
  std::size_t undetected = 0;
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string damaged = packed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ static_cast<char>(1U << bit % 8));
    if (const auto code = refusal(damaged)) {
      CHECK(code == ErrorCode::integrity);
    } else {
      ++undetected;
      CHECK(unpacked(damaged) == plain);
    }
  }
  // The header's time, extra flags and system are 48 bits; a few more are padding and codes that no
  // symbol uses.
  CHECK(undetected >= 48);
  CHECK(undetected < 48 + packed.size() * 8 / 20);
}

TEST_CASE("a gzip header with every field may be cut anywhere, and its checksum counts") {
  FullHeader full;
  const std::string packed = packed_by_zlib("text", 6, &full.header);
  for (std::size_t cut = 0; cut <= packed.size(); ++cut) {
    CAPTURE(cut);
    Bytes first = as_bytes(std::string_view(packed).substr(0, cut));
    Bytes second = as_bytes(std::string_view(packed).substr(cut));
    std::string out;
    GzipReader reader;
    reader.read(first, out, no_limit);
    reader.read(second, out, no_limit);
    reader.finish();
    CHECK(out == "text");
  }
  std::string damaged = packed;
  damaged[packed.find("backlog")] = 'g';
  CHECK(refusal(damaged) == ErrorCode::integrity);
  damaged = packed;
  damaged[3] = static_cast<char>(0x80);
  CHECK(refusal(damaged) == ErrorCode::integrity);
}

TEST_CASE("a wrong gzip checksum or length is an integrity error") {
  const std::string packed = packed_whole("text");
  for (std::size_t from_end = 1; from_end <= 8; ++from_end) {
    std::string damaged = packed;
    damaged[packed.size() - from_end] = static_cast<char>(damaged[packed.size() - from_end] ^ 1);
    CHECK(refusal(damaged) == ErrorCode::integrity);
  }
}

TEST_CASE("what follows a gzip member must be another one") {
  const std::string packed = packed_whole("text");
  CHECK(refusal(packed + "garbage") == ErrorCode::integrity);
  CHECK(refusal(packed + '\0') == ErrorCode::integrity);
  CHECK(refusal(packed + std::string(512, '\0')) == ErrorCode::integrity);
  CHECK(refusal("plain text") == ErrorCode::integrity);
}

TEST_CASE("lines like a backlog's shrink to a fifth") {
  test::RandomInput random("gzip ratio");
  std::string plain;
  for (int line = 0; line < 20000; ++line) {
    const std::string name = "export_" + std::to_string(line) + ".csv";
    plain += "{\"name\":\"" + name + "\",\"size\":" + std::to_string(random.below(10'000'000)) +
             ",\"path\":\"data/customer-" + std::to_string(line / 500) + "/2025/" + name +
             "\",\"mod_time\":\"2025-05-" + std::to_string(10 + random.below(18)) +
             "T10:" + std::to_string(10 + random.below(50)) + ":00Z\"}\n";
  }
  CHECK(packed_whole(plain).size() * 5 <= plain.size());
}

}  // namespace sluice::codec
