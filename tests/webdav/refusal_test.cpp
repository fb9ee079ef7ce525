#include "webdav/refusal.hpp"

#include <doctest/doctest.h>

#include "webdav/requests.hpp"

namespace sluice::webdav {
namespace {

Error refusal_with(int status, std::string_view body, std::string method = "PUT",
                   net::HeaderList headers = {}) {
  return refusal({std::move(method), "write", "webdav://host/x"}, status, headers, body);
}

}  // namespace

TEST_CASE("the server's own words are told") {
  const Error nextcloud = refusal_with(
      403,
      R"(<?xml version="1.0" encoding="utf-8"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\DAV\Exception\Forbidden</s:exception><s:message>No write permission</s:message></d:error>)");
  CHECK(nextcloud.code() == ErrorCode::permission_denied);
  CHECK(nextcloud.server_code() == "Sabre\\DAV\\Exception\\Forbidden");
  CHECK(nextcloud.message().find("No write permission") != std::string::npos);
  const Error locked =
      refusal_with(423, R"(<D:error xmlns:D="DAV:"><D:lock-token-submitted/></D:error>)");
  CHECK(locked.server_code() == "lock-token-submitted");
  CHECK(locked.retryable());
  const Error page = refusal_with(
      409,
      "<!DOCTYPE HTML><html><head><title>409</title></head><body>\n<h1>Conflict</h1>\n<p>The "
      "intermediate\x1b collection</p></body></html>");
  CHECK(page.code() == ErrorCode::conflict);
  CHECK(page.message().find("(\"Conflict The intermediate collection\")") != std::string::npos);
  CHECK(refusal_with(500, "").code() == ErrorCode::unavailable);
  CHECK(refusal_with(507, "").code() == ErrorCode::no_space);
  CHECK_FALSE(refusal_with(507, "").retryable());
  CHECK(refusal_with(302, "").code() == ErrorCode::protocol);
  CHECK(refusal_with(502, "", "MOVE").message().find("proxy") != std::string::npos);
}

TEST_CASE("a wait that the server asks for is heeded") {
  net::HeaderList seconds;
  seconds.add("Retry-After", "7");
  const Error busy = refusal_with(503, "", "PUT", seconds);
  CHECK(busy.code() == ErrorCode::throttled);
  CHECK(busy.retry_after() == std::chrono::seconds(7));
  net::HeaderList date;
  date.add("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
  date.add("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT");
  CHECK(refusal_with(429, "", "PUT", date).retry_after() == std::chrono::seconds(60));
  CHECK(refusal_with(503, "").code() == ErrorCode::unavailable);
}

TEST_CASE("redirects are followed on the same origin only") {
  const net::Endpoint here{.tls = true, .host = "h", .port = 443};
  const auto follow = [&here](const char* method, const char* location) {
    return redirect_target(here, method, "/a/d", location).value_or("");
  };
  CHECK(follow("GET", "/b") == "/b");
  CHECK(follow("GET", "https://h/b?x") == "/b?x");
  CHECK(follow("GET", "https://h:443/b") == "/b");
  CHECK(follow("PROPFIND", "/a/d/") == "/a/d/");
  CHECK(follow("PROPFIND", "http://h/a/d/") == "/a/d/");  // stays on https
  CHECK(follow("PUT", "https://h/a/d/") == "/a/d/");
  CHECK(follow("PUT", "/b") == "");
  CHECK(follow("MOVE", "/b") == "");
  for (const char* const location :
       {"http://h/b", "https://other/b", "https://h:8443/b", "https://other/a/d/", "//other/a/d/",
        "b", "", "https://", "javascript:x", "https://h@evil/a/d/"})
    CHECK_MESSAGE(follow("GET", location) == "", location);
}

TEST_CASE("ranges") {
  CHECK(range_field(5, std::nullopt) == "bytes=5-");
  CHECK(range_field(5, 10) == "bytes=5-14");
  const auto range = parse_content_range("bytes 2-4/5");
  REQUIRE(range);
  CHECK(range->first == 2);
  CHECK(range->last == 4);
  CHECK(range->size == 5);
  CHECK(parse_content_range("bytes 2-4/*"));
  for (const char* const text : {"", "bytes 4-2/5", "bytes 2-5/5", "bytes */5", "bytes 2-4",
                                 "x 2-4/5", "bytes 2-4/5 ", "bytes -1-4/5"})
    CHECK_FALSE(parse_content_range(text));
}

}  // namespace sluice::webdav
