#include "faults/rule.hpp"

#include <doctest/doctest.h>

#include <string>

#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::lab;
using namespace std::chrono_literals;

namespace {

std::string complaint(std::string_view text) {
  try {
    parse_fault(text);
    return {};
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::invalid_input);
    return error.what();
  }
}

bool names(const std::string& complaint, std::string_view part) {
  return complaint.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every kind of fault is read by its name") {
  for (const auto& info : fault_kinds()) {
    CAPTURE(info.name);
    std::string text(info.name);
    if (info.value.starts_with("TIME")) text += "=20ms";
    if (info.value.starts_with("BYTES")) text += "=64k";
    if (info.value.starts_with("CODE")) text += "=SlowDown";
    if (info.value.starts_with("301")) text += "=301";
    if (info.value.starts_with("PLACE")) text += "=head";
    if (info.value.starts_with("N")) text += "=5";
    if (info.value.starts_with("percent")) text += "=none";
    const auto rule = parse_fault(text);
    CHECK(rule.kind == info.kind);
    CHECK(rule.when.operations == info.operations);
    CHECK(rule.text == text);
    CHECK_FALSE(rule.off());
    CHECK(parse_fault(std::string(info.name) + "=off").off());
  }
}

TEST_CASE("what a fault does is its value") {
  CHECK(parse_fault("latency=20ms").low == 20ms);
  CHECK(parse_fault("latency=20ms").high == 20ms);
  CHECK(parse_fault("latency=10ms..1s").high == 1s);
  CHECK(parse_fault("clock-skew=-20m").low == -20min);
  CHECK(parse_fault("download-bandwidth=64k").number == 65'536);
  CHECK(parse_fault("error=SlowDown").code == "SlowDown");
  CHECK(parse_fault("error=502").number == 502);
  CHECK(parse_fault("reset=end").place == WirePlace::end);
  CHECK(parse_fault("close=body,at=1M").at == 1'048'576);
  CHECK(parse_fault("error=503,retry-after=7").retry_after == 7);
  CHECK(parse_fault("wrong-region=307,region=eu-west-1").region == "eu-west-1");
}

TEST_CASE("when a fault strikes is what follows") {
  const auto when =
      parse_fault(
          "reset=body,op=GetObject|HeadObject,op=PutObject,key=a/,page=3,skip=4,every=5,count=6,"
          "rate=0.5,after=1m,for=10s,seed=7")
          .when;
  CHECK(when.operations == (bit_of(Operation::get_object) | bit_of(Operation::head_object) |
                            bit_of(Operation::put_object)));
  CHECK(when.key_prefix == "a/");
  CHECK(when.page == 3);
  CHECK(when.skip == 4);
  CHECK(when.every == 5);
  CHECK(when.count == 6);
  CHECK(when.rate == 0.5);
  CHECK(when.after == 1min);
  CHECK(when.for_time == 10s);
  CHECK(when.seed == 7);
}

TEST_CASE("the short forms of old stand for errors at random") {
  const auto rule = parse_fault("slowdown-rate=0.02,retry-after=1");
  CHECK(rule.kind == FaultKind::error);
  CHECK(rule.code == "SlowDown");
  CHECK(rule.when.rate == 0.02);
  CHECK(rule.retry_after == 1);
  CHECK(parse_fault("error-rate=0.1").code == "InternalError");
  CHECK(parse_fault("error-rate=0").off());
  CHECK(parse_fault("latency=0").off());
}

TEST_CASE("credentials expire once unless told otherwise") {
  CHECK(parse_fault("expired-token").when.count == 1);
  CHECK(parse_fault("expired-token,count=3").when.count == 3);
}

TEST_CASE("what is wrong with a fault is named") {
  CHECK(names(complaint("bogus=1"), "bogus"));
  CHECK(names(complaint("latency"), "latency"));
  CHECK(names(complaint("latency=soon"), "soon"));
  CHECK(names(complaint("latency=2s..1s"), "2s..1s"));
  CHECK(names(complaint("corrupt=yes"), "takes no value"));
  CHECK(names(complaint("reset=nowhere"), "nowhere"));
  CHECK(names(complaint("error=NoSuchThing"), "NoSuchThing"));
  CHECK(names(complaint("error=200"), "400"));
  CHECK(names(complaint("error=SlowDown,op=Get"), "Get"));
  CHECK(names(complaint("error=SlowDown,rate=2"), "rate"));
  CHECK(names(complaint("error=SlowDown,rate=nan"), "rate"));
  CHECK(names(complaint("error=SlowDown,every=0"), "every"));
  CHECK(names(complaint("corrupt,at=3"), "at"));
  CHECK(names(complaint("wrong-region=302"), "302"));
  CHECK(names(complaint("reset=body,"), "reset"));
}
