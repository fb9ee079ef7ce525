#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <utility>

#include "sluice/codec/json.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::codec {

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
  separate();
  out_ += '{';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate();
  out_ += '[';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  // The shortest text that reads back as the same number, and as a double: "-0" would lose its
  // sign.
  const std::string text = fmt::format("{}", number);
  out_ += text;
  if (text.find_first_of(".e") == std::string::npos) out_ += ".0";
  return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
  separate();
  out_ += flag ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::value(const JsonValue& tree) {
  // A parsed document is nested 64 levels deep at most, so this may recurse.
  if (const auto* const object = tree.as_object()) {
    begin_object();
    for (const auto& [name, member] : *object)
      key(name).value(member);
    return end_object();
  }
  if (const auto* const array = tree.as_array()) {
    begin_array();
    for (const JsonValue& element : *array)
      value(element);
    return end_array();
  }
  if (tree.is_null()) return null();
  if (const auto text = tree.as_string()) return value(*text);
  if (const auto flag = tree.as_bool()) return value(*flag);
  if (const auto* const number = std::get_if<double>(&tree.get())) return value(*number);
  if (const auto number = tree.as_int()) return value(*number);
  return value(tree.as_uint().value_or(0));
}

JsonWriter& JsonWriter::null() {
  separate();
  out_ += "null";
  return *this;
}

std::string JsonWriter::take() {
  needs_comma_ = false;
  return std::exchange(out_, {});
}

std::string indented_json(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  const auto new_line = [&out, &depth] { out.append("\n").append(2 * depth, ' '); };
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool empty = (c == '{' || c == '[') && (text[i + 1] == '}' || text[i + 1] == ']');
    if (quoted) {
      out += c;
      if (c == '\\') out += text[++i];
      quoted = c != '"';
    } else if (empty) {
      out += c;
      out += text[++i];
    } else if (c == '}' || c == ']') {
      --depth;
      new_line();
      out += c;
    } else {
      out += c;
      if (c == ':') out += ' ';
      if (c == '{' || c == '[') ++depth;
      if (c == '{' || c == '[' || c == ',') new_line();
      quoted = c == '"';
    }
  }
  return out;
}

}  // namespace sluice::codec
