#include "glue/notice_template.hpp"

#include <fmt/format.h>

#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"

namespace sluice::glue {
namespace {

std::string json_inside(std::string_view text) {
  codec::JsonWriter writer;
  writer.value(text);
  const std::string quoted = writer.take();
  return quoted.substr(1, quoted.size() - 2);
}

/// Calls `on_name` for each name, and puts what it returns in its place.
template <class OnName>
std::string replaced(std::string_view text, OnName on_name) {
  std::string result;
  for (;;) {
    const std::size_t at = text.find("{{");
    const std::size_t end = at == std::string_view::npos ? at : text.find("}}", at);
    result += text.substr(0, end == std::string_view::npos ? end : at);
    if (end == std::string_view::npos) return result;
    result += on_name(text.substr(at + 2, end - at - 2));
    text.remove_prefix(end + 2);
  }
}

}  // namespace

const NoticeValues& example_values() {
  static const NoticeValues values = {
      {"status", "success"}, {"workflow", "w"}, {"run_id", "wr_1"},  {"total_files", "1"},
      {"successful", "1"},   {"failed", "0"},   {"skipped", "0"},    {"size_mb", "1.0"},
      {"duration", "1.0"},   {"error", ""},     {"report", "a.txt"}, {"exit_code", "0"},
      {"text", "message"},
  };
  return values;
}

std::string filled_in(std::string_view text, const NoticeValues& values) {
  return replaced(text, [&values](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : json_inside(found->second);
  });
}

std::string problem_of_template(std::string_view text) {
  if (text.empty()) return "";
  std::string unknown;
  replaced(text, [&unknown](std::string_view name) {
    if (!example_values().contains(name)) unknown = std::string(name);
    return std::string();
  });
  if (!unknown.empty()) {
    std::string names;
    for (const auto& [name, value] : example_values())
      names += (names.empty() ? "" : ", ") + name;
    return fmt::format("there is no {{{{{}}}}}; there are {}", unknown, names);
  }
  try {
    codec::parse_json(filled_in(text, example_values()), "template");
  } catch (const Error& error) {
    return fmt::format("filled in, this is no JSON: {}", error.message());
  }
  return "";
}

}  // namespace sluice::glue
