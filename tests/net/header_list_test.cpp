#include "sluice/net/header_list.hpp"

#include <doctest/doctest.h>

#include "net/request_head.hpp"
#include "sluice/core/error.hpp"

using namespace sluice;
using net::HeaderList;

TEST_CASE("HeaderList: fields keep their order and are found without case") {
  HeaderList list;
  list.add("Content-Type", "text/plain");
  list.add("x-amz-meta-a", "1");
  list.add("X-Amz-Meta-A", "2");
  REQUIRE(list.size() == 3);
  CHECK(list[0] == HeaderList::Field("Content-Type", "text/plain"));
  CHECK(list.find("content-TYPE") == "text/plain");
  CHECK(list.find("X-AMZ-META-A") == "1");
  CHECK_FALSE(list.find("content-typ").has_value());
  list.set("x-amz-meta-a", "3");
  REQUIRE(list.size() == 2);
  CHECK(list[1] == HeaderList::Field("x-amz-meta-a", "3"));
  list.remove("CONTENT-TYPE");
  CHECK(list.size() == 1);
  list.clear();
  CHECK(list.size() == 0);
}

TEST_CASE("HeaderList: names and values that could smuggle another line are refused") {
  HeaderList list;
  for (const char* name : {"", "a b", "a:", "a\r\nb", "\xc3\xa9"})
    CHECK_THROWS_AS(list.add(name, "v"), Error);
  for (const std::string& value :
       {std::string("a\r\nb"), std::string("a\nb"), std::string("a\0b", 3), std::string("\x7f")}) {
    CHECK_THROWS_AS(list.add("n", value), Error);
  }
  list.add("n", "tab\tand \xe3\x81\x82");
  CHECK(list.size() == 1);
}

TEST_CASE("Request head: the client writes Host, Content-Length and the rest once") {
  net::HttpRequest request;
  request.method = "PUT";
  request.target = "/b/%20k?x";
  request.headers.add("x-a", "1");
  std::string text = "left over";
  net::format_request_head(request,
                           {.authority = "h:81",
                            .user_agent = "sluice",
                            .absolute_prefix = "",
                            .proxy_authorization = ""},
                           text);
  CHECK(text ==
        "PUT /b/%20k?x HTTP/1.1\r\nHost: h:81\r\nUser-Agent: sluice\r\nx-a: 1\r\nContent-Length: "
        "0\r\n\r\n");
  request.method = "GET";
  request.expect_continue = true;  // nothing to wait for without a body
  net::format_request_head(request,
                           {.authority = "h",
                            .user_agent = "s",
                            .absolute_prefix = "http://h",
                            .proxy_authorization = "Basic x"},
                           text);
  CHECK(text ==
        "GET http://h/b/%20k?x HTTP/1.1\r\nHost: h\r\nUser-Agent: s\r\nx-a: "
        "1\r\nProxy-Authorization: Basic x\r\n\r\n");
}

TEST_CASE("Request head: what would split or double the message is refused") {
  const auto refused = [](auto change) {
    net::HttpRequest request;
    change(request);
    try {
      net::check_request(request);
    } catch (const Error& error) {
      return error.code() == ErrorCode::invalid_input;
    }
    return false;
  };
  CHECK_FALSE(refused([](net::HttpRequest&) {}));
  CHECK(refused([](net::HttpRequest& r) { r.method = "GET /"; }));
  CHECK(refused([](net::HttpRequest& r) { r.method = "CONNECT"; }));
  CHECK(refused([](net::HttpRequest& r) { r.target = "/a b"; }));
  CHECK(refused([](net::HttpRequest& r) { r.target = "/a\r\nHost: evil"; }));
  CHECK(refused([](net::HttpRequest& r) { r.target = ""; }));
  for (const char* name :
       {"HOST", "content-length", "Connection", "Transfer-Encoding", "expect", "User-Agent"}) {
    CHECK(refused([name](net::HttpRequest& r) { r.headers.add(name, "1"); }));
  }
}
