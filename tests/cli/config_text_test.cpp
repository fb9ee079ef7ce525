#include "config_text.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

namespace sluice::cli {
namespace {

struct Refusal {
  std::string place, message;
};

Refusal refusal_of(std::string_view text) {
  try {
    parse_config(text, "f.yaml");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::config);
    return {error.subject(), error.message()};
  }
  return {};
}

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("a configuration gives values by dotted key, each with its place") {
  const ConfigFile file = parse_config(
      "transfers: 32\n"
      "sync:\n"
      "  max_delete: 10\n"
      "  exclude: ['*.tmp', \"a b\"]\n"
      "batch:\n"
      "  run: {exec: step}\n"
      "  state: redis://h/0\n",
      "f.yaml");
  REQUIRE(file.size() == 5);
  CHECK(file.at("transfers").values == Values{"32"});
  CHECK(file.at("sync.max-delete").where == "f.yaml:3:3");
  CHECK(file.at("sync.exclude").values == Values{"*.tmp", "a b"});
  CHECK(file.at("batch.run.exec").values == Values{"step"});
  CHECK(file.at("batch.state").where == "f.yaml:7:3");
}

TEST_CASE("an empty configuration has no values") {
  CHECK(parse_config("", "f.yaml").empty());
  CHECK(parse_config("# nothing\n", "f.yaml").empty());
  CHECK(parse_config("---\n", "f.yaml").empty());
}

TEST_CASE("what is wrong in a configuration is named with line and column") {
  CHECK(refusal_of("a: 1\nb:\n").place == "f.yaml:2:1");
  CHECK(refusal_of("a: 1\nb:\n").message == "the key b needs a value or a list of values");
  CHECK(refusal_of("a: 1\ns:\n  x: 1\n  x: 2\n").place == "f.yaml:4:3");
  CHECK(refusal_of("a: 1\ns:\n  x: 1\n  x: 2\n").message == "the key s.x stands twice");
  CHECK(refusal_of("a: [[1]]\n").place == "f.yaml:1:5");
  CHECK(refusal_of("a: [{b: 1}]\n").place == "f.yaml:1:5");
  CHECK(refusal_of("- a\n").message == "expected \"key: value\" lines");
  CHECK(refusal_of("just words\n").place == "f.yaml:1:1");
  CHECK(refusal_of("? [a]\n: b\n").place == "f.yaml:1:3");
  CHECK(refusal_of("'': b\n").message == "a key is empty");
  CHECK(refusal_of("a: 1\nb: \"open").place == "f.yaml:2:9");
  CHECK(refusal_of("a: 1\n---\nb: 2\n").message == "only one document (\"---\") is read");
}

TEST_CASE("a small configuration cannot stand for a huge one") {
  CHECK(refusal_of("a: &x [y]\nb: *x\n").place == "f.yaml:2:4");
  CHECK(refusal_of("a: &x [*x]\n").place == "f.yaml:1:8");
  CHECK(refusal_of("a: {b: {c: {d: {e: 1}}}}\n").message == "sections nest too deep");
  CHECK(refusal_of("a: " + std::string(100'000, '[')).place == "f.yaml:1:5");
  CHECK(refusal_of(std::string(config_limit + 1, '#')).place == "f.yaml:1:1");
}

}  // namespace sluice::cli
