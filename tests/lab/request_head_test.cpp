#include "http/request_head.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice::lab;

namespace {

int refusal_of(std::string_view bytes) {
  RequestHead head;
  try {
    parse_request_head(bytes, head);
    framing_of(head);
    return 0;
  } catch (const BadRequest& bad) {
    return bad.status();
  }
}

}  // namespace

TEST_CASE("a request head is split without being decoded") {
  const std::string text =
      "PUT /b/a%2F..//x?y=%20&z HTTP/1.1\r\nHost: h:1\r\nX-A:  two  words \r\n\r\nbody";
  RequestHead head;
  CHECK(parse_request_head(text, head) == text.size() - 4);
  CHECK(head.method == "PUT");
  CHECK(head.path == "/b/a%2F..//x");
  CHECK(head.query == "y=%20&z");
  CHECK(head.value_or_empty("HOST") == "h:1");
  CHECK(head.value_or_empty("x-a") == "two  words");
  CHECK(head.persistent);
  CHECK_FALSE(head.find("absent"));
}

TEST_CASE("a head that is cut anywhere is incomplete, not wrong") {
  const std::string text = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";
  RequestHead head;
  for (std::size_t length = 0; length < text.size(); ++length)
    CHECK_FALSE(parse_request_head(std::string_view(text).substr(0, length), head));
  CHECK(parse_request_head(text, head) == text.size());
}

TEST_CASE("a target in absolute form is its path") {
  RequestHead head;
  parse_request_head("GET http://h:8/b/k?q HTTP/1.1\r\n\r\n", head);
  CHECK(head.path == "/b/k");
  CHECK(head.query == "q");
}

TEST_CASE("persistence follows the version and the Connection field") {
  RequestHead head;
  parse_request_head("GET / HTTP/1.0\r\n\r\n", head);
  CHECK_FALSE(head.persistent);
  parse_request_head("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", head);
  CHECK(head.persistent);
  parse_request_head("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", head);
  CHECK_FALSE(head.persistent);
}

TEST_CASE("what is no HTTP/1.1 request is refused") {
  CHECK(refusal_of("GET /\r\n\r\n") == 400);
  CHECK(refusal_of("G@T / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/3\r\n\r\n") == 505);
  CHECK(refusal_of("GET /a b HTTP/1.1\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\nname : v\r\n\r\n") == 400);
  CHECK(refusal_of("GET / HTTP/1.1\r\n folded\r\n\r\n") == 400);
  CHECK(refusal_of(std::string(max_head_bytes, 'a')) == 431);
}

TEST_CASE("ambiguous framing is refused") {
  const std::string put = "PUT / HTTP/1.1\r\n";
  CHECK(refusal_of(put + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
  CHECK(refusal_of(put + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n") == 400);
  CHECK(refusal_of(put + "Content-Length: +1\r\n\r\n") == 400);
  CHECK(refusal_of(put + "Transfer-Encoding: gzip, chunked\r\n\r\n") == 501);
  CHECK(refusal_of(put + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n") == 0);
}
