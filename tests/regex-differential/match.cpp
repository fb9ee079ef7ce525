// Reads lines of JSON, {"patterns": [...], "names": [...]}, and answers each with the index that
// each name matches (-1: none), or with what is wrong with the patterns.
#include <iostream>
#include <string>
#include <vector>

#include "sluice/codec/json.hpp"
#include "sluice/codec/python_regex.hpp"
#include "sluice/core/error.hpp"

namespace {

using sluice::codec::JsonValue;
using sluice::codec::JsonWriter;

std::vector<std::string> texts(const JsonValue& list) {
  std::vector<std::string> read;
  for (const JsonValue& each : *list.as_array())
    read.emplace_back(*each.as_string());
  return read;
}

void answer(const JsonValue& question, JsonWriter& writer) {
  const std::vector<std::string> patterns = texts(question["patterns"]);
  try {
    const sluice::codec::PatternSet set(patterns);
    writer.begin_object().key("matched").begin_array();
    for (const std::string& name : texts(question["names"])) {
      const auto index = set.first_match(name);
      writer.value(index ? static_cast<std::int64_t>(*index) : std::int64_t{-1});
    }
    writer.end_array().end_object();
  } catch (const sluice::Error& error) {
    writer = JsonWriter();
    writer.begin_object().key("refused").value(error.message()).end_object();
  }
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    JsonWriter writer;
    answer(sluice::codec::parse_json(line, "question"), writer);
    std::cout << writer.text() << '\n' << std::flush;
  }
}
