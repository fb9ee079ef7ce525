// Reads the lines of generate.mjs from stdin and compares minimatch's verdicts with ours. Prints
// differences and totals.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <optional>
#include <string>

#include "sluice/codec/glob.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"

namespace {

using sluice::codec::Glob;
using sluice::codec::GlobOptions;
using sluice::codec::JsonValue;

constexpr std::size_t max_shown = 50;

struct Totals {
  std::size_t pairs = 0, patterns = 0, matches = 0, refused = 0, differences = 0;
};

GlobOptions options_of(const JsonValue::Array& names) {
  GlobOptions options;
  for (const JsonValue& entry : names) {
    const auto name = entry.as_string().value();
    if (name == "dot") options.dot = true;
    if (name == "nocase") options.nocase = true;
    if (name == "matchBase") options.match_base = true;
    if (name == "nobrace") options.nobrace = true;
    if (name == "noext") options.noext = true;
    if (name == "noglobstar") options.noglobstar = true;
    if (name == "nonegate") options.nonegate = true;
    if (name == "nocomment") options.nocomment = true;
    if (name == "flipNegate") options.flip_negate = true;
  }
  return options;
}

void report(Totals& totals, const std::string& line, std::string_view what) {
  if (++totals.differences <= max_shown) fmt::print("{}\n  in {:.600}\n", what, line);
}

void compare(const std::string& line, Totals& totals) {
  const JsonValue record = sluice::codec::parse_json(line, "line");
  std::optional<Glob> glob;
  std::string refusal;
  try {
    glob.emplace(record["pattern"].as_string().value(), options_of(*record["options"].as_array()));
  } catch (const sluice::Error& error) {
    refusal = error.what();
  }
  ++totals.patterns;
  const bool refused_there = record["error"].as_string().has_value();
  if (refused_there) ++totals.refused;
  if (refused_there != !glob) {
    report(totals, line, refused_there ? "minimatch refuses this pattern" : refusal);
    return;
  }
  if (!glob) return;
  const auto verdicts = record["verdicts"].as_string().value();
  for (std::size_t i = 0; const JsonValue& entry : *record["paths"].as_array()) {
    const auto path = entry.as_string().value();
    const bool expected = verdicts[i++] == '1';
    ++totals.pairs;
    totals.matches += expected ? 1 : 0;
    if (glob->matches(path) != expected) {
      report(totals, line, fmt::format("path {:?}: minimatch says {}", path, expected));
    }
  }
}

}  // namespace

int main() {
  Totals totals;
  for (std::string line; std::getline(std::cin, line);)
    compare(line, totals);
  fmt::print("patterns {}, of these refused {}, matches {}, differences {}, pairs {}\n",
             totals.patterns, totals.refused, totals.matches, totals.differences, totals.pairs);
  return totals.differences == 0 ? 0 : 1;
}
