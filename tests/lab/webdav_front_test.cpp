#include "webdav/front.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::lab;

namespace {

const UpstreamServer server{.host = "127.0.0.1", .port = 81};

RequestHead head_of(std::string_view text) {
  RequestHead head;
  REQUIRE(parse_request_head(text, head));
  return head;
}

constexpr std::string_view move =
    "MOVE /dav/a HTTP/1.1\r\nHost: front:9\r\nDestination: http://front:9/dav/b\r\n"
    "If: <http://front:9/dav/b> ([\"1\"])\r\nConnection: keep-alive\r\n\r\n";
constexpr std::string_view get =
    "GET /dav/a?x=y HTTP/1.1\r\nHost: front:9\r\nRange: bytes=3-\r\nIf-Range: \"1\"\r\n\r\n";
constexpr std::string_view propfind =
    "PROPFIND /dav/d/ HTTP/1.1\r\nHost: front:9\r\nDepth: 1\r\n\r\n";

UpstreamRequest pass(std::string_view text, const char* fault = nullptr) {
  const RequestHead head = head_of(text);
  if (!fault) return passed_on(head, "", server, nullptr);
  const WebdavFault parsed = parse_webdav_fault(fault);
  return passed_on(head, "", server, &parsed);
}

Response back(UpstreamAnswer answer, std::string_view text, const char* fault = nullptr) {
  const RequestHead head = head_of(text);
  if (!fault) return passed_back(std::move(answer), head, server, nullptr);
  const WebdavFault parsed = parse_webdav_fault(fault);
  return passed_back(std::move(answer), head, server, &parsed);
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the front gives the server's address in the place of its own") {
  const UpstreamRequest passed = pass(move);
  CHECK(passed.method == "MOVE");
  CHECK(passed.target == "/dav/a");
  CHECK(value_in(passed.fields, "Destination") == "http://127.0.0.1:81/dav/b");
  CHECK(value_in(passed.fields, "If") == "<http://127.0.0.1:81/dav/b> ([\"1\"])");
  CHECK(value_in(passed.fields, "Connection").empty());
  CHECK(value_in(passed.fields, "Host").empty());
  CHECK(value_in(pass(move, "keep-destination").fields, "Destination") == "http://front:9/dav/b");
}

TEST_CASE("the front forgets what part was asked for") {
  CHECK(value_in(pass(get).fields, "Range") == "bytes=3-");
  CHECK(pass(get).target == "/dav/a?x=y");
  const UpstreamRequest whole = pass(get, "ignore-range");
  CHECK(value_in(whole.fields, "Range").empty());
  CHECK(value_in(whole.fields, "If-Range").empty());
}

TEST_CASE("the front passes answers back, but for what is to be wrong") {
  const UpstreamAnswer part{.status = 206,
                            .fields = {{"Content-Range", "bytes 3-9/10"}, {"Server", "Apache"}},
                            .body = "3456789"};
  const Response plain = back(part, get);
  CHECK(plain.status == 206);
  CHECK(plain.body == "3456789");
  CHECK(holds(plain.fields, "Content-Range: bytes 3-9/10\r\n"));
  CHECK_FALSE(holds(plain.fields, "Apache"));
  CHECK(holds(back(part, get, "wrong-range").fields, "Content-Range: bytes 4-9/10\r\n"));
  CHECK(back(part, get, "truncate=2").body == "34");
  const Response late = back(part, get, "late-status=503,retry-after=7");
  CHECK(late.status == 503);
  CHECK(holds(late.fields, "Retry-After: 7\r\n"));
  const UpstreamAnswer moved{
      .status = 301, .fields = {{"Location", "http://127.0.0.1:81/dav/d/"}}, .body = ""};
  CHECK(holds(back(moved, get).fields, "Location: http://front:9/dav/d/\r\n"));
}

TEST_CASE("the front answers by itself where the server is not to hear of it") {
  CHECK(own_answer(parse_webdav_fault("status=507")).status == 507);
  const Response away = own_answer(parse_webdav_fault("redirect=http://other/"));
  CHECK(away.status == 302);
  CHECK(holds(away.fields, "Location: http://other/\r\n"));
}

TEST_CASE("the front calls a nonce too old") {
  constexpr std::string_view put =
      "PUT /dav/a HTTP/1.1\r\nHost: front:9\r\nAuthorization: Digest nonce=\"n\"\r\n\r\n";
  CHECK(value_in(pass(put).fields, "Authorization") == "Digest nonce=\"n\"");
  CHECK(value_in(pass(put, "stale-nonce").fields, "Authorization").empty());
  const UpstreamAnswer refused{
      .status = 401, .fields = {{"WWW-Authenticate", "Digest nonce=\"m\""}}, .body = ""};
  CHECK(holds(back(refused, put, "stale-nonce").fields,
              "WWW-Authenticate: Digest nonce=\"m\", stale=true\r\n"));
}

TEST_CASE("a listing is made wrong, and nothing else is") {
  const UpstreamAnswer listing{.status = 207,
                               .fields = {},
                               .body =
                                   "<D:multistatus xmlns:D=\"DAV:\"><D:getcontentlength>1"
                                   "</D:getcontentlength></D:multistatus>"};
  const auto wrong = [&listing](const char* fault) { return back(listing, propfind, fault).body; };
  CHECK(holds(wrong("xml=broken"), "</nothing></D:multistatus>"));
  CHECK(wrong("xml=cut").size() == listing.body.size() / 2);
  CHECK_FALSE(holds(wrong("xml=wrong-root"), "multistatus"));
  CHECK(holds(wrong("xml=doctype"), "<!ENTITY"));
  CHECK(holds(wrong("xml=nul"), "/dav/d/a&#0;b"));
  CHECK(wrong("xml=deep").size() > 3'000'000);
  CHECK(wrong("xml=huge").size() > 100'000'000);
  CHECK(holds(wrong("xml=many"), "<x:href>/dav/d/made-up-099999</x:href>"));
  CHECK(holds(wrong("xml=foreign"), "<x:href>http://192.0.2.1/dav/d/foreign</x:href>"));
  CHECK(holds(wrong("xml=escape"), "/dav/d/%2f..%2f..%2fescaped"));
  CHECK_FALSE(holds(wrong("xml=no-size"), "getcontentlength"));
  UpstreamAnswer refused = listing;
  refused.status = 404;
  CHECK(back(refused, propfind, "xml=cut").body == listing.body);
}
