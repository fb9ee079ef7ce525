#include "codec/glob_class.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace sluice::codec::glob {
namespace {

using enum Category;

constexpr CategorySet letters = set_of(letter_upper) | set_of(letter_lower) | set_of(letter_other);
constexpr CategorySet separators = set_of(separator_space) | set_of(separator_other);
constexpr CategorySet others = set_of(control) | set_of(other);
constexpr CategorySet words = letters | set_of(number_letter) | set_of(number_digit);

constexpr CodeRange ascii_range[] = {{0, 0x7F}};
constexpr CodeRange tab_range[] = {{U'\t', U'\t'}};
constexpr CodeRange space_range[] = {{U'\t', U'\r'}};
constexpr CodeRange hex_ranges[] = {{U'A', U'F'}, {U'a', U'f'}, {U'0', U'9'}};

struct PosixClass {
  TextView name;
  CategorySet categories;
  std::span<const CodeRange> ranges{};
  bool complement = false;  // it holds what is in none of the categories
};

constexpr PosixClass posix_classes[] = {
    {U"[:alnum:]", words},
    {U"[:alpha:]", letters | set_of(number_letter)},
    {U"[:ascii:]", 0, ascii_range},
    {U"[:blank:]", set_of(separator_space), tab_range},
    {U"[:cntrl:]", set_of(control)},
    {U"[:digit:]", set_of(number_digit)},
    {U"[:graph:]", separators | others, {}, true},
    {U"[:lower:]", set_of(letter_lower)},
    {U"[:print:]", others, {}, true},
    {U"[:punct:]", set_of(punctuation_connector) | set_of(punctuation) | set_of(symbol)},
    {U"[:space:]", separators, space_range},
    {U"[:upper:]", set_of(letter_upper)},
    {U"[:word:]", words | set_of(punctuation_connector)},
    {U"[:xdigit:]", 0, hex_ranges},
};

// Calls `test` on the character, or without case on all that are equal to it.
template <class Test>
bool test_folded(char32_t code, bool nocase, const Test& test) {
  if (!nocase) return test(code);
  const Equivalents all = equivalents_of(code);
  return std::any_of(all.codes.begin(), all.codes.begin() + static_cast<std::ptrdiff_t>(all.count),
                     test);
}

bool is_listed(const CharClass::Members& members, char32_t code) {
  const auto holds = [code](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  };
  if (std::any_of(members.ranges.begin(), members.ranges.end(), holds)) return true;
  return members.categories != 0 && (members.categories & set_of(category_of(code))) != 0;
}

class ClassReader {
 public:
  ClassReader(TextView pattern, std::size_t at, bool nocase)
      : pattern_(pattern), start_(at), at_(at + 1) {
    parts_.nocase = nocase;
  }

  ParsedClass read() {
    if (peek(0) == U'!' || peek(0) == U'^') {
      negated_ = true;
      ++at_;
    }
    for (bool first = true; at_ < pattern_.size(); first = false) {
      if (peek(0) == U']' && !first) return finish();
      if (peek(0) == U'[' && read_posix_class()) {
        if (poisoned_) return poison();
        continue;
      }
      if (peek(0) == U'\\' && ++at_ == pattern_.size()) break;
      read_member();
    }
    return {};
  }

 private:
  char32_t peek(std::size_t ahead) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : U'\0';
  }
  bool has(std::size_t ahead, char32_t code) const {
    return at_ + ahead < pattern_.size() && pattern_[at_ + ahead] == code;
  }

  bool read_posix_class() {
    const TextView rest = pattern_.substr(at_);
    for (const PosixClass& posix : posix_classes) {
      if (!rest.starts_with(posix.name)) continue;
      poisoned_ = range_start_.has_value();  // "[a-[:alpha:]]" is no range
      at_ += posix.name.size();
      if (posix.complement) {
        parts_.complement |= posix.categories;
      } else {
        parts_.listed.categories |= posix.categories;
        for (const CodeRange& range : posix.ranges)
          parts_.listed.ranges.push_back(range);
        caret_first_ = caret_first_.value_or(false);
        parts_.has_listed = true;
      }
      return true;
    }
    return false;
  }

  void read_member() {
    const char32_t code = pattern_[at_++];
    if (range_start_) {
      add_range(*std::exchange(range_start_, std::nullopt), code);
    } else if (has(0, U'-') && has(1, U']')) {
      add(code, code);
      add(U'-', U'-');
      ++at_;
    } else if (has(0, U'-')) {
      range_start_ = code;
      ++at_;
    } else {
      add(code, code);
    }
  }

  // A range out of order is left out; the others still count.
  void add_range(char32_t first, char32_t last) {
    if (first <= last) add(first, last);
  }

  // minimatch pastes the members into "[...]" of a regular expression without escaping '^': the
  // first one, escaped in the glob ("[\^a]"), negates the class, and a range that starts with it
  // falls apart.
  void add(char32_t first, char32_t last) {
    parts_.has_listed = true;
    if (!caret_first_) {
      caret_first_ = first == U'^' && !negated_;
      if (*caret_first_) {
        if (last == first) return;
        parts_.listed.ranges.push_back({U'-', U'-'});
        first = last;
      }
    }
    parts_.listed.ranges.push_back({first, last});
  }

  ParsedClass finish() {
    ++at_;
    if (!parts_.has_listed && parts_.complement == 0) return poison();
    parts_.listed_negated = negated_ || caret_first_.value_or(false);
    parts_.complement_negated = negated_;
    return {CharClass(std::move(parts_)), false, at_ - start_};
  }

  ParsedClass poison() const { return {CharClass(), true, pattern_.size() - start_}; }

  TextView pattern_;
  std::size_t start_, at_;
  bool negated_ = false, poisoned_ = false;
  std::optional<bool> caret_first_;  // known from the first listed member on
  std::optional<char32_t> range_start_;
  CharClass::Parts parts_;
};

}  // namespace

CharClass::CharClass(Parts parts) : parts_(std::move(parts)) {
  for (char32_t code = 0; code < 0x80; ++code) {
    if (find(code)) ascii_[code / 64] |= std::uint64_t{1} << (code % 64);
  }
}

bool CharClass::find(char32_t code) const {
  if (parts_.has_listed) {
    const auto listed = [this](char32_t c) { return is_listed(parts_.listed, c); };
    if (test_folded(code, parts_.nocase, listed) != parts_.listed_negated) return true;
  }
  if (parts_.complement == 0) return false;
  const auto inside = [this](char32_t c) {
    return (parts_.complement & set_of(category_of(c))) != 0;
  };
  return test_folded(code, parts_.nocase, inside) == parts_.complement_negated;
}

ParsedClass parse_class(TextView pattern, std::size_t at, bool nocase) {
  return ClassReader(pattern, at, nocase).read();
}

}  // namespace sluice::codec::glob
