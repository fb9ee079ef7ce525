#pragma once

#include <array>
#include <string_view>

namespace sluice::net {

using ByteSet = std::array<bool, 256>;

/// tchar of RFC 9110 section 5.6.2: what names of fields and methods are made of.
inline constexpr ByteSet token_bytes = [] {
  ByteSet set{};
  for (int c = '0'; c <= '9'; ++c)
    set[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c)
    set[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c)
    set[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    set[static_cast<std::size_t>(c)] = true;
  return set;
}();

/// What a field value may hold (RFC 9110 section 5.5): visible bytes, obs-text, space and tab.
inline constexpr ByteSet value_bytes = [] {
  ByteSet set{};
  for (std::size_t c = 0x20; c < 256; ++c)
    set[c] = c != 0x7f;
  set['\t'] = true;
  return set;
}();

constexpr bool all_of_set(std::string_view text, const ByteSet& set) {
  bool all = true;
  for (const char c : text)
    all &= set[static_cast<unsigned char>(c)];
  return all;
}

constexpr bool is_token(std::string_view text) {
  return !text.empty() && all_of_set(text, token_bytes);
}

constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Without the optional white space (space and tab) around it.
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

}  // namespace sluice::net
