#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/glob_automaton.hpp"
#include "codec/glob_part_syntax.hpp"

namespace sluice::codec::glob {

/// One part (between slashes) of an expanded pattern, compiled into the cheapest form that can
/// match it.
class PartPattern {
 public:
  PartPattern(TextView part, const PartSyntax& syntax, bool dot);

  explicit PartPattern(std::vector<PartPattern> any_of);

  bool matches(std::string_view part) const;
  /// The only text that it matches, or null.
  const std::string* literal() const { return form_ == Form::literal ? &prefix_ : nullptr; }

 private:
  // affixes: prefix and suffix with "*" between. chain: elements of one character each, and stars.
  // automaton: the rest.
  enum class Form : std::uint8_t { literal, affixes, chain, automaton, any_of };

  void compile(Sequence sequence);
  void split_affixes(Sequence& sequence);
  bool has_affixes(std::string_view part) const;
  bool automaton_matches(std::string_view part) const;
  bool chain_matches(std::string_view part) const;
  bool element_matches(const Item& element, char32_t code) const;

  Form form_ = Form::literal;
  bool dot_ = false, nocase_ = false;
  bool wildcard_first_ = false, wildcards_ = false;
  std::string prefix_, suffix_;  // literal ends, in bytes
  Sequence chain_;               // what lies between them
  std::shared_ptr<const Automaton> automaton_;
  std::vector<PartPattern> any_of_;
};

}  // namespace sluice::codec::glob
