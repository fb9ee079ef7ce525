#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "sluice/codec/python_regex.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

// What Python's classes hold, as RE2 writes it. \w is what str.isalnum() says, and '_'; combining
// marks are not of it.
constexpr std::string_view digits = "\\p{Nd}";
constexpr std::string_view word = "\\p{L}\\p{N}_";
constexpr std::string_view spaces =
    "\\t-\\r\\x1c-\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{"
    "205f}"
    "\\x{3000}";
constexpr std::string_view ascii_digits = "0-9";
constexpr std::string_view ascii_word = "0-9A-Za-z_";
constexpr std::string_view ascii_spaces = "\\t-\\r\\x20";
constexpr int most_repeats = 1000;  // of RE2

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  std::string run() {
    while (at_ < in_.size())
      element();
    return std::move(out_);
  }

 private:
  struct Class {
    std::string items;   ///< What a class holds, without its brackets.
    std::string beside;  ///< Negated classes, which RE2 cannot hold inside another.
    bool negated = false;
  };

  [[noreturn]] void refuse(std::size_t at, std::string_view why) const {
    throw Error(ErrorCode::invalid_input, "read pattern", std::string(in_),
                fmt::format("at byte {}: {}", at + 1, why));
  }
  bool looks_at(std::string_view text) const { return in_.substr(at_).starts_with(text); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0';
  }

  void element();
  void escape();
  void group();
  void flags(std::size_t begin);
  void named_group(std::size_t begin);
  void repeat();
  void braces();
  void after_repeat();
  void char_class();
  void class_item(Class& items);
  void class_escape(Class& items);
  std::string plain_escape(std::size_t begin, char c);
  std::string code_point(std::size_t begin, std::size_t size);
  std::string number_escape(std::size_t begin);
  std::string_view digits_of() const { return ascii_ ? ascii_digits : digits; }
  std::string_view word_of() const { return ascii_ ? ascii_word : word; }
  std::string_view spaces_of() const { return ascii_ ? ascii_spaces : spaces; }

  std::string_view in_;
  std::size_t at_ = 0;
  std::string out_;
  std::set<std::string> names_;
  bool ascii_ = false;
};

void Translator::element() {
  switch (in_[at_]) {
    case '\\':
      return escape();
    case '[':
      return char_class();
    case '(':
      return group();
    case '*':
    case '+':
    case '?':
      return repeat();
    case '{':
      return braces();
    default:
      out_ += in_[at_++];
  }
}

void Translator::repeat() {
  out_ += in_[at_++];
  after_repeat();
}

void Translator::after_repeat() {
  if (peek() == '+') refuse(at_, "possessive quantifiers are not supported");
  if (peek() == '?') out_ += in_[at_++];
}

/// "{n}", "{n,}", "{,m}", "{n,m}"; anything else is the character itself, as in Python.
void Translator::braces() {
  const std::size_t begin = at_;
  const std::size_t end = in_.find('}', at_);
  const std::string_view inside =
      end == std::string_view::npos ? std::string_view() : in_.substr(at_ + 1, end - at_ - 1);
  const std::size_t comma = inside.find(',');
  const std::string_view low = inside.substr(0, comma);
  const std::string_view high =
      comma == std::string_view::npos ? std::string_view() : inside.substr(comma + 1);
  const auto is_number = [](std::string_view text) { return std::ranges::all_of(text, is_digit); };
  const bool quantifier = !inside.empty() && is_number(low) && is_number(high) &&
                          !(low.empty() && comma == std::string_view::npos);
  if (!quantifier) {
    out_ += "\\{";
    ++at_;
    return;
  }
  for (const std::string_view number : {low, high}) {
    if (number.size() > 4 || (!number.empty() && std::stoi(std::string(number)) > most_repeats))
      refuse(begin, fmt::format("a repetition has at most {} turns", most_repeats));
  }
  out_ += fmt::format("{{{}{}{}}}", low.empty() ? "0" : low,
                      comma == std::string_view::npos ? "" : ",", high);
  at_ = end + 1;
  after_repeat();
}

void Translator::group() {
  const std::size_t begin = at_;
  static constexpr auto refused = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"(?=", "look-ahead is not supported"},
      {"(?!", "look-ahead is not supported"},
      {"(?<=", "look-behind is not supported"},
      {"(?<!", "look-behind is not supported"},
      {"(?>", "atomic groups are not supported"},
      {"(?(", "conditionals are not supported"},
      {"(?P=", "back-references are not supported"},
      {"(?<", "a named group is written (?P<name>...)"},
  });
  for (const auto& [start, why] : refused) {
    if (looks_at(start)) refuse(begin, why);
  }
  if (looks_at("(?#")) {
    const std::size_t end = in_.find(')', at_);
    if (end == std::string_view::npos) refuse(begin, "a comment has no end");
    at_ = end + 1;
    return;
  }
  if (looks_at("(?P<")) return named_group(begin);
  if (looks_at("(?:")) {
    out_ += "(?:";
    at_ += 3;
    return;
  }
  if (looks_at("(?")) return flags(begin);
  out_ += in_[at_++];
}

void Translator::named_group(std::size_t begin) {
  const std::size_t end = in_.find('>', at_);
  if (end == std::string_view::npos) refuse(begin, "a group's name has no end");
  const std::string name(in_.substr(at_ + 4, end - at_ - 4));
  if (!names_.insert(name).second) refuse(begin, "two groups have the name " + name);
  out_ += in_.substr(at_, end + 1 - at_);
  at_ = end + 1;
}

/// "(?i)" at the beginning, "(?i:...)" and "(?-i:...)" anywhere.
void Translator::flags(std::size_t begin) {
  std::size_t end = at_ + 2;
  while (end < in_.size() && (is_letter(in_[end]) || in_[end] == '-'))
    ++end;
  const char last = end < in_.size() ? in_[end] : '\0';
  const std::string_view given = in_.substr(at_ + 2, end - at_ - 2);
  if (last != ')' && last != ':') refuse(begin, "a group begins with something unknown");
  if (last == ')' && begin != 0 && !out_.empty())
    refuse(begin, "flags for all of the pattern stand at its beginning");
  std::string kept;
  for (const char flag : given) {
    if (flag == 'x' || flag == 'L')
      refuse(begin, fmt::format("the flag {} is not supported", flag));
    if (flag == 'a' && last == ':') refuse(begin, "the flag a is for all of the pattern");
    if (flag == 'a') ascii_ = true;
    if (flag == 'a' || flag == 'u') continue;  // u is what holds anyway
    if (flag != 'i' && flag != 'm' && flag != 's' && flag != '-')
      refuse(begin, fmt::format("there is no flag {}", flag));
    kept += flag;
  }
  if (!kept.empty() || last == ':') out_ += "(?" + kept + last;
  at_ = end + 1;
}

/// "\xHH", "\uHHHH", "\UHHHHHHHH" after its two first characters.
std::string Translator::code_point(std::size_t begin, std::size_t size) {
  const std::string_view hex = in_.substr(at_, size);
  if (hex.size() != size || !std::ranges::all_of(hex, is_hex))
    refuse(begin, fmt::format("{} hexadecimal digits belong here", size));
  at_ += size;
  return fmt::format("\\x{{{}}}", hex);
}

/// "\0", "\012": octal. Anything else with a digit is a back-reference.
std::string Translator::number_escape(std::size_t begin) {
  std::size_t size = 0;
  while (size < 3 && is_octal(peek(size)))
    ++size;
  const bool octal = peek() == '0' || size == 3;
  if (!octal) refuse(begin, "back-references are not supported");
  const int value = std::stoi(std::string(in_.substr(at_, size)), nullptr, 8);
  if (value > 0377) refuse(begin, "an octal escape ends at \\377");
  at_ += size;
  return fmt::format("\\x{{{:x}}}", value);
}

/// What is written alike within classes and outside; `c` is the character after the backslash.
std::string Translator::plain_escape(std::size_t begin, char c) {
  if (c == 'x') return code_point(begin, 2);
  if (c == 'u') return code_point(begin, 4);
  if (c == 'U') return code_point(begin, 8);
  static constexpr std::string_view controls = "afnrtv";
  if (controls.find(c) != std::string_view::npos) return {'\\', c};
  if (is_letter(c)) refuse(begin, fmt::format("Python knows no \\{} here", c));
  const bool punctuation = static_cast<unsigned char>(c) < 0x80 && c != '_';
  return punctuation ? std::string{'\\', c} : std::string{c};
}

void Translator::escape() {
  const std::size_t begin = at_++;
  if (at_ == in_.size()) refuse(begin, "a backslash at the end stands for nothing");
  const char c = in_[at_];
  if (is_digit(c)) {
    out_ += number_escape(begin);
    return;
  }
  ++at_;
  switch (c) {
    case 'd':
      out_ += fmt::format("[{}]", digits_of());
      return;
    case 'D':
      out_ += fmt::format("[^{}]", digits_of());
      return;
    case 'w':
      out_ += fmt::format("[{}]", word_of());
      return;
    case 'W':
      out_ += fmt::format("[^{}]", word_of());
      return;
    case 's':
      out_ += fmt::format("[{}]", spaces_of());
      return;
    case 'S':
      out_ += fmt::format("[^{}]", spaces_of());
      return;
    case 'Z':
      out_ += "\\z";
      return;
    case 'A':
    case 'b':
    case 'B':
      out_ += {'\\', c};
      return;
    default:
      out_ += plain_escape(begin, c);
  }
}

void Translator::char_class() {
  const std::size_t begin = at_++;
  Class items;
  if (peek() == '^') {
    items.negated = true;
    ++at_;
  }
  // A ']' that comes first is one of the class.
  bool first = true;
  while (at_ < in_.size() && (in_[at_] != ']' || first)) {
    class_item(items);
    first = false;
  }
  if (at_ >= in_.size()) refuse(begin, "a class has no end");
  ++at_;
  if (items.beside.empty()) {
    out_ += fmt::format("[{}{}]", items.negated ? "^" : "", items.items);
  } else if (items.negated) {
    refuse(begin, "a class that excludes \\W or \\S is not supported");
  } else if (items.items.empty()) {
    out_ += fmt::format("(?:{})", items.beside);
  } else {
    out_ += fmt::format("(?:[{}]|{})", items.items, items.beside);
  }
}

void Translator::class_item(Class& items) {
  const char c = in_[at_];
  if (c == '\\') return class_escape(items);
  ++at_;
  if (c == '[' || c == ']' || c == '^') items.items += '\\';
  items.items += c;
}

void Translator::class_escape(Class& items) {
  const std::size_t begin = at_++;
  if (at_ == in_.size()) refuse(begin, "a backslash at the end stands for nothing");
  const char c = in_[at_];
  if (is_digit(c)) {
    items.items += number_escape(begin);
    return;
  }
  ++at_;
  const auto outside = [&items](std::string_view held) {
    items.beside += fmt::format("{}[^{}]", items.beside.empty() ? "" : "|", held);
  };
  switch (c) {
    case 'd':
      items.items += digits_of();
      return;
    case 'w':
      items.items += word_of();
      return;
    case 's':
      items.items += spaces_of();
      return;
    case 'D':
      return outside(digits_of());
    case 'W':
      return outside(word_of());
    case 'S':
      return outside(spaces_of());
    case 'b':
      items.items += "\\x08";
      return;
    default:
      items.items += plain_escape(begin, c);
  }
}

}  // namespace

std::string re2_from_python(std::string_view pattern) {
  return Translator(pattern).run();
}

}  // namespace sluice::codec
