#include "http/chunked.hpp"

#include <doctest/doctest.h>

#include <string>

#include "http/request_head.hpp"

using namespace sluice;
using namespace sluice::lab;

namespace {

/// Everything that happened, as text, when the bytes arrive `step` at a time.
std::string events_of(std::string_view wire, std::size_t step) {
  ChunkedParser parser;
  std::string seen;
  while (!wire.empty() && !parser.done()) {
    auto piece = wire.substr(0, step);
    wire.remove_prefix(piece.size());
    while (!parser.done()) {
      const auto event = parser.next(as_bytes(piece));
      piece.remove_prefix(event.consumed);
      using Kind = ChunkedParser::Kind;
      if (event.kind == Kind::chunk_start)
        seen += "[" + std::to_string(event.size) + "|" + std::string(event.text) + "]";
      if (event.kind == Kind::data) seen += as_text(event.data);
      if (event.kind == Kind::chunk_end) seen += ";";
      if (event.kind == Kind::trailer) seen += "(" + std::string(event.text) + ")";
      if (event.kind == Kind::end) seen += "." + std::string(piece);
      if (event.kind == Kind::need_more && piece.empty()) break;
    }
  }
  return seen;
}

}  // namespace

TEST_CASE("chunks are the same however the bytes arrive") {
  const std::string wire = "3;a=b\r\nabc\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nx: y\r\n\r\n";
  const std::string expected = "[3|a=b]abc;[26|]abcdefghijklmnopqrstuvwxyz;[0|](x: y).";
  for (std::size_t step = 1; step <= wire.size(); ++step)
    CHECK(events_of(wire, step) == expected);
}

TEST_CASE("bytes after the last chunk are left alone") {
  CHECK(events_of("0\r\n\r\nGET /", 100) == "[0|].GET /");
}

TEST_CASE("malformed chunks are refused") {
  for (const auto* wire :
       {"\r\n", "zz\r\n", "3 x\nabc", "1\r\nab\r\n", "ffffffffffffffffff\r\n", "-1\r\n", "1\n"}) {
    CAPTURE(wire);
    CHECK_THROWS_AS(events_of(wire, 100), BadRequest);
  }
  CHECK_THROWS_AS(events_of("1;" + std::string(10'000, 'x') + "\r\n", 100), BadRequest);
}
