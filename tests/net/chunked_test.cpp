#include "net/chunked.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>

using sluice::net::ChunkedDecoder;

namespace {

/// The decoded body, fed `step` bytes at a time; nullopt if refused or not complete.
std::optional<std::string> decode(std::string_view text, std::size_t step,
                                  std::size_t* used = nullptr) {
  ChunkedDecoder decoder;
  std::string body;
  std::size_t at = 0, end = 0;
  while (!decoder.done() && decoder.problem().empty() && end < text.size()) {
    end = std::min(text.size(), end + step);
    while (at < end && !decoder.done() && decoder.problem().empty()) {
      at += decoder.feed(text.substr(at, end - at));
      const std::size_t count = std::min<std::size_t>(decoder.data_due(), end - at);
      if (count == 0) continue;
      body += text.substr(at, count);
      at += count;
      decoder.took(count);
    }
  }
  if (used) *used = at;
  return decoder.done() && decoder.problem().empty() ? std::optional(body) : std::nullopt;
}

}  // namespace

TEST_CASE("Chunked: the same body comes out however the bytes are cut") {
  const std::string text =
      "5\r\nhello\r\n00a;name=\"v\"\r\n, chunked \r\n3 \r\n!\r\n\r\n0\r\nTrailer: x\r\nOther: "
      "y\r\n\r\nNEXT";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    std::size_t used = 0;
    const auto body = decode(text, step, &used);
    REQUIRE(body);
    CHECK(*body == "hello, chunked !\r\n");
    CHECK(text.substr(used) == "NEXT");
  }
  CHECK(decode("0\r\n\r\n", 5) == "");
}

TEST_CASE("Chunked: malformed framing is refused") {
  for (const char* text :
       {"\r\n", "g\r\n", "-1\r\n", " 5\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX0\r\n\r\n", "5\r\nhello\rX0\r\n\r\n", "5\r\nhello\r\n0\r\nA: \x01\r\n\r\n",
        "11111111111111111\r\n", "5;a\x01\r\nhello\r\n", "0\r\n\rX", "0\r\nA: b\rX",
        "0x5\r\nhello\r\n0\r\n\r\n"}) {
    INFO(text);
    CHECK_FALSE(decode(text, 1));
    CHECK_FALSE(decode(text, 100));
  }
}

TEST_CASE("Chunked: extensions and trailers are bounded") {
  CHECK_FALSE(decode("5;" + std::string(20000, 'x') + "\r\nhello\r\n0\r\n\r\n", 4096));
  CHECK_FALSE(decode("0\r\nA: " + std::string(20000, 'x') + "\r\n\r\n", 4096));
  std::string many = "0\r\n";
  for (int i = 0; i < 5000; ++i)
    many += "A: b\r\n";
  CHECK_FALSE(decode(many + "\r\n", 4096));
}
