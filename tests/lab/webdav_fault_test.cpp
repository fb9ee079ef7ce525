#include "webdav/fault.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::lab;
using namespace std::chrono_literals;

namespace {

bool refuses(std::string_view text) {
  try {
    parse_webdav_fault(text);
  } catch (const Error& error) {
    return error.code() == ErrorCode::invalid_input;
  }
  return false;
}

bool strikes(std::string_view fault, const WebdavRequest& request) {
  return WebdavFaults({parse_webdav_fault(fault)}).strike(request) != nullptr;
}

}  // namespace

TEST_CASE("a fault of the WebDAV front is read from its text") {
  const WebdavFault status =
      parse_webdav_fault("status=503,retry-after=2,op=PUT|MOVE,skip=1,count=3");
  CHECK(status.kind == WebdavFaultKind::status);
  CHECK(status.status == 503);
  CHECK(status.retry_after == 2);
  CHECK(status.methods == std::vector<std::string>{"PUT", "MOVE"});
  CHECK(status.skip == 1);
  CHECK(status.count == 3);
  CHECK(status.answers_itself());
  const WebdavFault cut = parse_webdav_fault("reset=body,at=10");
  CHECK(cut.wire.end == WireEnd::reset);
  CHECK(cut.wire.place == WirePlace::body);
  CHECK(cut.wire.at == 10);
  CHECK_FALSE(cut.answers_itself());
  CHECK(parse_webdav_fault("close=request").wire.end == WireEnd::close);
  CHECK(parse_webdav_fault("stall=answer").wire.place == WirePlace::answer);
  CHECK(parse_webdav_fault("latency=2s").wire.delay == 2s);
  CHECK(parse_webdav_fault("no-continue").wire.no_continue);
  CHECK(parse_webdav_fault("xml=wrong-root").xml == XmlFault::wrong_root);
  CHECK(parse_webdav_fault("redirect=http://a/b?c=d").location == "http://a/b?c=d");
  CHECK(parse_webdav_fault("truncate=1k").bytes == 1024);
}

TEST_CASE("what is no fault of the WebDAV front is refused") {
  for (const char* const text :
       {"", "nothing", "status", "status=99", "status=4x", "xml=fine", "reset=nowhere", "latency=x",
        "truncate=x", "wrong-range,at=3", "no-continue,retry-after=1", "status=503,key=a"})
    CHECK_MESSAGE(refuses(text), text);
}

TEST_CASE("a fault strikes its methods, paths and depths only") {
  const WebdavRequest put{.method = "PUT", .path = "/dav/a%20b/c.txt", .depth = ""};
  CHECK(strikes("status=500", put));
  CHECK(strikes("status=500,op=GET|PUT", put));
  CHECK_FALSE(strikes("status=500,op=GET", put));
  CHECK(strikes("status=500,path=dav/a b/*", put));
  CHECK(strikes("status=500,path=**", put));
  CHECK_FALSE(strikes("status=500,path=dav/*", put));
  const WebdavRequest listing{.method = "PROPFIND", .path = "/dav/d/", .depth = "1"};
  CHECK(strikes("status=500,path=dav/d", listing));
  CHECK(strikes("status=500,depth=1", listing));
  CHECK_FALSE(strikes("status=500,depth=0", listing));
}

TEST_CASE("a fault strikes when it is due, and the first one of several does") {
  WebdavFaults faults({parse_webdav_fault("status=500,op=PUT,skip=1,count=2"),
                       parse_webdav_fault("status=501,count=10")});
  const WebdavRequest put{.method = "PUT", .path = "/a", .depth = ""};
  const WebdavRequest get{.method = "GET", .path = "/a", .depth = ""};
  CHECK(faults.strike(put)->status == 501);
  CHECK(faults.strike(put)->status == 500);
  CHECK(faults.strike(get)->status == 501);
  CHECK(faults.strike(put)->status == 500);
  CHECK(faults.strike(put)->status == 501);
  CHECK(faults.struck() == std::vector<std::uint64_t>{2, 3});
}
