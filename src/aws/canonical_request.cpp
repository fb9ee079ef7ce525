#include "aws/canonical_request.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <optional>

#include "sluice/codec/percent.hpp"

namespace sluice::aws {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// A value without blanks at its ends, and with each run of blanks inside made one space.
void append_trimmed(std::string& out, std::string_view value) {
  while (!value.empty() && is_blank(value.front()))
    value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back()))
    value.remove_suffix(1);
  if (value.find('\t') == value.npos && value.find("  ") == value.npos) {
    out += value;
    return;
  }
  bool after_blank = false;
  for (const char c : value) {
    if (!is_blank(c)) out += c;
    if (is_blank(c) && !after_blank) out += ' ';
    after_blank = is_blank(c);
  }
}

std::string normalized(std::string_view path) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  std::string_view part;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string out;
  for (const auto kept : parts)
    out.append("/").append(kept);
  // What ends in a slash or a dot segment names a directory and keeps its slash.
  if (out.empty() || part.empty() || part == "." || part == "..") out += '/';
  return out;
}

// Encodes what is encoded already only once. A '%' that begins no escape is a plain character.
void append_encoded_once(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::string_view raw = text.substr(0, 1);
    std::optional<std::string> decoded;
    if (raw == "%") decoded = codec::percent_decode(text.substr(0, 3), codec::Plus::literal);
    text.remove_prefix(decoded ? 3 : 1);
    codec::append_percent_encoded(out, decoded ? std::string_view(*decoded) : raw,
                                  codec::Slash::encode);
  }
}

struct Parameter {
  std::string name, value;
  friend auto operator<=>(const Parameter&, const Parameter&) = default;
};

Parameter parameter_of(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  Parameter parameter;
  append_encoded_once(parameter.name, text.substr(0, equals));
  if (equals < text.size()) append_encoded_once(parameter.value, text.substr(equals + 1));
  return parameter;
}

}  // namespace

bool is_signed_header(std::string_view name) {
  static constexpr std::array<std::string_view, 12> never = {"accept-encoding",
                                                             "authorization",
                                                             "connection",
                                                             "expect",
                                                             "keep-alive",
                                                             "te",
                                                             "trailer",
                                                             "transfer-encoding",
                                                             "upgrade",
                                                             "user-agent",
                                                             "via",
                                                             "x-amzn-trace-id"};
  static constexpr std::string_view proxy = "proxy-";
  if (name.size() > proxy.size() && net::equal_names(name.substr(0, proxy.size()), proxy))
    return false;
  return std::ranges::none_of(
      never, [name](std::string_view other) { return net::equal_names(name, other); });
}

void CanonicalHeaders::clear() {
  names_.clear();
  fields_.clear();
}

void CanonicalHeaders::add(std::string_view name, std::string_view value) {
  if (!is_signed_header(name)) return;
  fields_.push_back(
      {static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(name.size()), value});
  for (const char c : name)
    names_ += lower(c);
}

void CanonicalHeaders::sort() {
  std::ranges::sort(fields_, [this](const Field& a, const Field& b) {
    const auto order = name_of(a) <=> name_of(b);
    return order != 0 ? order < 0 : a.name_begin < b.name_begin;
  });
}

void CanonicalHeaders::append_fields(std::string& out) const {
  std::string_view previous;
  for (const Field& field : fields_) {
    const std::string_view name = name_of(field);
    if (name == previous) {
      out.back() = ',';
    } else {
      out.append(name).append(":");
    }
    append_trimmed(out, field.value);
    out += '\n';
    previous = name;
  }
}

void CanonicalHeaders::append_names(std::string& out, std::string_view separator) const {
  std::string_view previous;
  for (const Field& field : fields_) {
    const std::string_view name = name_of(field);
    if (name == previous) continue;
    if (!previous.empty()) out += separator;
    out += name;
    previous = name;
  }
}

void append_canonical_path(std::string& out, std::string_view path, PathStyle style) {
  if (path.empty()) path = "/";
  switch (style) {
    case PathStyle::s3:
      out += path;
      return;
    case PathStyle::as_is:
      codec::append_percent_encoded(out, path, codec::Slash::keep);
      return;
    case PathStyle::normalized:
      codec::append_percent_encoded(out, normalized(path), codec::Slash::keep);
      return;
  }
}

void append_canonical_query(std::string& out, std::string_view query) {
  std::vector<Parameter> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    if (end > 0) parameters.push_back(parameter_of(query.substr(0, end)));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  std::ranges::sort(parameters);
  for (const Parameter& parameter : parameters) {
    out.append(parameter.name).append("=").append(parameter.value).append("&");
  }
  if (!parameters.empty()) out.pop_back();
}

TargetParts split_target(std::string_view target) {
  const std::size_t mark = target.find('?');
  if (mark == target.npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

}  // namespace sluice::aws
