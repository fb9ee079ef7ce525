#include "codec/glob_part.hpp"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <iterator>
#include <optional>
#include <utility>

namespace sluice::codec::glob {
namespace {

using Kind = Item::Kind;

// Bytes can be compared without decoding: a whole character never begins inside of another one.
bool is_byte_literal(const Item& item) {
  return item.kind == Kind::literal && item.code < raw_byte_base;
}

}  // namespace

PartPattern::PartPattern(TextView part, const PartSyntax& syntax, bool dot)
    : dot_(dot), nocase_(syntax.nocase) {
  if (const std::optional<Text> literal = literal_of(part, syntax)) {
    prefix_ = encode(*literal);
    return;
  }
  compile(parse_part(part, syntax));
}

PartPattern::PartPattern(std::vector<PartPattern> any_of)
    : form_(Form::any_of), any_of_(std::move(any_of)) {}

void PartPattern::compile(Sequence sequence) {
  const auto is = [](Kind kind) { return [kind](const Item& item) { return item.kind == kind; }; };
  wildcards_ = !std::all_of(sequence.begin(), sequence.end(), is(Kind::literal));
  wildcard_first_ = wildcards_ && sequence.front().kind != Kind::literal;
  const bool groups = std::any_of(sequence.begin(), sequence.end(), is(Kind::group));
  if (groups) automaton_ = std::make_shared<const Automaton>(sequence, nocase_);
  if (!nocase_) split_affixes(sequence);
  if (groups) {
    form_ = Form::automaton;
  } else if (sequence.empty()) {
    prefix_ += std::exchange(suffix_, {});
  } else if (std::all_of(sequence.begin(), sequence.end(), is(Kind::star))) {
    form_ = Form::affixes;
  } else {
    form_ = Form::chain;
    chain_ = std::move(sequence);
  }
}

void PartPattern::split_affixes(Sequence& sequence) {
  const auto first = std::find_if_not(sequence.begin(), sequence.end(), is_byte_literal);
  const auto last =
      std::find_if_not(sequence.rbegin(), std::reverse_iterator(first), is_byte_literal).base();
  std::for_each(sequence.begin(), first,
                [this](const Item& item) { append_encoded(prefix_, item.code); });
  std::for_each(last, sequence.end(),
                [this](const Item& item) { append_encoded(suffix_, item.code); });
  sequence = Sequence(std::make_move_iterator(first), std::make_move_iterator(last));
}

bool PartPattern::matches(std::string_view part) const {
  if (form_ == Form::literal) return part == prefix_;
  if (form_ == Form::any_of) {
    return std::any_of(any_of_.begin(), any_of_.end(),
                       [part](const PartPattern& one) { return one.matches(part); });
  }
  if (part.empty() || !has_affixes(part)) return false;
  if (form_ == Form::automaton) return automaton_matches(part);
  if (wildcards_ && part.front() == '.') {
    if (wildcard_first_ && !dot_) return false;
    if (part == "." || part == "..") return false;
  }
  return form_ == Form::affixes || chain_matches(part);
}

bool PartPattern::has_affixes(std::string_view part) const {
  return part.size() >= prefix_.size() + suffix_.size() && part.starts_with(prefix_) &&
         part.ends_with(suffix_);
}

bool PartPattern::automaton_matches(std::string_view part) const {
  boost::container::small_vector<char32_t, 256> text;
  for (std::string_view rest = part; !rest.empty();) {
    const Char c = first_char(rest);
    text.push_back(c.code);
    rest.remove_prefix(c.length);
  }
  DotRule rule = DotRule::free;
  if (part.front() == '.' && !dot_) rule = DotRule::not_first;
  if (part == "." || part == "..") rule = DotRule::only_literally;
  return automaton_->matches({text.data(), text.size()}, rule);
}

// Every element but a star takes exactly one character, so a failure needs to go back only to the
// last star: at most elements * characters steps.
bool PartPattern::chain_matches(std::string_view part) const {
  std::string_view rest =
      part.substr(prefix_.size(), part.size() - prefix_.size() - suffix_.size());
  std::string_view star_rest;
  std::size_t at = 0, after_star = 0;  // 0: no star yet
  while (!rest.empty()) {
    if (at < chain_.size() && chain_[at].kind == Kind::star) {
      after_star = ++at;
      star_rest = rest;
      continue;
    }
    const Char c = first_char(rest);
    if (at < chain_.size() && element_matches(chain_[at], c.code)) {
      ++at;
      rest.remove_prefix(c.length);
      continue;
    }
    if (after_star == 0) return false;
    star_rest.remove_prefix(first_char(star_rest).length);
    rest = star_rest;
    at = after_star;
  }
  while (at < chain_.size() && chain_[at].kind == Kind::star)
    ++at;
  return at == chain_.size();
}

bool PartPattern::element_matches(const Item& element, char32_t code) const {
  switch (element.kind) {
    case Kind::literal:
      return element.code == (nocase_ ? fold(code) : code);
    case Kind::char_class:
      return element.members.contains(code);
    case Kind::any:
    case Kind::star:
      return true;
    case Kind::group:
      return false;
  }
  return false;
}

}  // namespace sluice::codec::glob
