#include "sluice/codec/json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "codec/refusal.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

std::optional<ErrorCode> refusal(std::string_view text) {
  return test::refusal_of([&] { parse_json(text, "the document"); });
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("JSON members are found by name, absent ones are null") {
  const JsonValue json = parse_json(R"({"a":{"b":["x",true,null]},"a":2,"empty":{}})", "test");
  const JsonValue::Array* const array = json["a"]["b"].as_array();
  REQUIRE(array);
  REQUIRE(array->size() == 3);
  CHECK((*array)[0].as_string() == "x");
  CHECK((*array)[1].as_bool() == true);
  CHECK((*array)[2].is_null());
  CHECK(json["no"]["such"]["member"].is_null());
  CHECK(json["a"]["b"]["not an object"].is_null());
  REQUIRE(json["empty"].as_object());
  CHECK(json["empty"].as_object()->empty());
  CHECK(json.as_object()->at(1).second.as_int() == 2);
}

TEST_CASE("JSON values of another type are no value") {
  const JsonValue json = parse_json(R"({"text":"1","number":1,"flag":true})", "test");
  CHECK_FALSE(json["text"].as_int());
  CHECK_FALSE(json["text"].as_double());
  CHECK_FALSE(json["number"].as_string());
  CHECK_FALSE(json["number"].as_bool());
  CHECK_FALSE(json["flag"].as_int());
  CHECK_FALSE(json["flag"].as_array());
  CHECK_FALSE(json["flag"].as_object());
  CHECK_FALSE(json["absent"].as_string());
}

TEST_CASE("JSON numbers keep their range") {
  const JsonValue json = parse_json(
      "[9223372036854775807,-9223372036854775808,18446744073709551615,1.523477145713E9,-1.0,1e19,0."
      "5,-0.0]",
      "test");
  const JsonValue::Array& n = *json.as_array();
  CHECK(n[0].as_int() == std::numeric_limits<std::int64_t>::max());
  CHECK(n[0].as_uint() == 9223372036854775807U);
  CHECK(n[1].as_int() == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(n[1].as_uint());
  CHECK_FALSE(n[2].as_int());
  CHECK(n[2].as_uint() == std::numeric_limits<std::uint64_t>::max());
  CHECK(n[3].as_double() == 1523477145.713);
  CHECK_FALSE(n[3].as_int());
  CHECK(n[4].as_int() == -1);
  CHECK_FALSE(n[4].as_uint());
  CHECK_FALSE(n[5].as_int());
  CHECK(n[5].as_uint() == 10'000'000'000'000'000'000U);
  CHECK_FALSE(n[6].as_int());
  CHECK(n[7].as_uint() == 0);
  CHECK(parse_json("1e30", "test").as_uint() == std::nullopt);
  CHECK(parse_json("3", "test").as_double() == 3.0);
}

TEST_CASE("JSON text is unescaped") {
  const JsonValue json = parse_json(R"(["\u0041\n\"\\\/","\ud83d\ude00","a\u0000b"])", "test");
  const JsonValue::Array& texts = *json.as_array();
  CHECK(texts[0].as_string() == "A\n\"\\/");
  CHECK(texts[1].as_string() == "\xF0\x9F\x98\x80");
  CHECK(texts[2].as_string() == std::string_view("a\0b", 3));
}

TEST_CASE("malformed JSON is a protocol error that names the document") {
  const char* const malformed[] = {"",   " ",   "{",   "[1,]",      "{\"a\":}", "{'a':1}",
                                   "01", "1 2", "nul", "\"\n",      "\"\xFF\"", "[1}",
                                   "+1", "NaN", ".5",  "\"\\x41\"", "{}}",      "// x"};
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK(refusal(text) == ErrorCode::protocol);
  }
  CHECK(refusal("18446744073709551616") == ErrorCode::protocol);
}

TEST_CASE("JSON is refused beyond 64 levels and 16 MiB") {
  CHECK_FALSE(refusal(nested(63)));
  CHECK(refusal(nested(65)) == ErrorCode::protocol);
  CHECK(refusal(nested(1'000'000)) == ErrorCode::protocol);
  const std::string largest = '"' + std::string(16 * 1024 * 1024 - 2, 'x') + '"';
  CHECK_FALSE(refusal(largest));
  CHECK(refusal(largest + ' ') == ErrorCode::protocol);
}

TEST_CASE("the JSON writer puts commas where they belong") {
  JsonWriter writer;
  writer.begin_object().key("a").value(1).key("b").begin_array().end_array().key("c").begin_array();
  writer.value("x").null().value(true).begin_object().end_object().end_array();
  writer.key("d").value(std::uint64_t{18446744073709551615U}).key("e").value(-0.5).end_object();
  CHECK(writer.text() ==
        R"({"a":1,"b":[],"c":["x",null,true,{}],"d":18446744073709551615,"e":-0.5})");
  CHECK(writer.take() ==
        R"({"a":1,"b":[],"c":["x",null,true,{}],"d":18446744073709551615,"e":-0.5})");
  CHECK(writer.begin_array().value(std::string("again")).end_array().take() == R"(["again"])");
}

TEST_CASE("what the JSON writer writes is read back") {
  JsonWriter writer;
  std::string all;
  for (int c = 0; c < 128; ++c)
    all += static_cast<char>(c);
  writer.begin_array().value(all).value(1e300).value(5e-324).value(0.1).value(INT64_MIN);
  writer.value(std::numeric_limits<double>::infinity()).value(std::nan("")).end_array();
  const JsonValue json = parse_json(writer.text(), "test");
  const JsonValue::Array& values = *json.as_array();
  CHECK(values[0].as_string() == all);
  CHECK(values[1].as_double() == 1e300);
  CHECK(values[2].as_double() == 5e-324);
  CHECK(values[3].as_double() == 0.1);
  CHECK(JsonWriter().value(1.0).text() == "1.0");
  CHECK(JsonWriter().value(-0.0).text() == "-0.0");
  CHECK(values[4].as_int() == INT64_MIN);
  CHECK(values[5].is_null());
  CHECK(values[6].is_null());
}

TEST_CASE("JSON: a tree is written as it was read") {
  const std::string text =
      R"({"b":[1,-2,18446744073709551615,1.5,-0.0,"x\"y",true,null,{}],"a":{"b":[]},"b":2})";
  JsonWriter writer;
  writer.value(parse_json(text, "test"));
  CHECK(writer.take() == text);
}

}  // namespace sluice::codec
