#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/glob_chars.hpp"
#include "codec/glob_class.hpp"

namespace sluice::codec::glob {

/// One element of a pattern part.
struct Item {
  enum class Kind : std::uint8_t { literal, any, star, char_class, group };
  Kind kind = Kind::literal;
  char32_t code =
      0;  ///< Of a literal (folded if case does not matter); of a group its type: one of "?*+@!".
  CharClass members{};                            ///< Of a char_class.
  std::vector<std::vector<Item>> alternatives{};  ///< Of a group.
};
using Sequence = std::vector<Item>;

enum class DotRule : std::uint8_t {
  free,            ///< Wildcards match any character.
  not_first,       ///< A wildcard outside of negations does not match the first character, a dot.
  only_literally,  ///< The text is "." or "..": no wildcard outside of negations matches any of it.
};

/// A part with extglobs as a nondeterministic automaton, run over all positions at once: time
/// O(characters * nodes), and with negations times characters / 64. Nothing backtracks.
///
/// The inside of a negation "!(...)" is a level of its own. There a thread is a set of positions,
/// those at which the negation was entered, so one pass finds for every start and end whether the
/// inside matches exactly between them; what follows the negation begins where it does not.
class Automaton {
 public:
  /// With negations, texts above this length never match: what a run holds grows with the square of
  /// the length.
  static constexpr std::size_t max_negated_length = 1024;

  Automaton(const Sequence& sequence, bool nocase);

  bool matches(TextView text, DotRule rule) const;
  std::size_t node_count() const { return nodes_.size(); }

 private:
  enum class Op : std::uint8_t { literal, any, star, char_class, split, negation, accept };
  struct Node {
    Op op;
    char32_t code = 0;          // of a literal
    std::uint32_t index = 0;    // of a class, a negation, or the first target of a split
    std::uint32_t targets = 0;  // of a split; the others go on to the next node
  };
  // The inside lies between the negation's node and `after`; the node before `after` accepts.
  struct Negation {
    std::uint32_t node, after;
    std::uint32_t level;         // around it
    std::uint32_t nested_index;  // among those inside of others
  };
  struct Level {
    std::vector<std::uint32_t> nodes;
  };
  class Builder;
  class Run;

  bool nocase_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> targets_;
  std::vector<CharClass> classes_;
  std::vector<Negation> negations_;
  std::uint32_t nested_negations_ = 0;
  std::vector<Level>
      levels_;  // 0 is outside of all negations; level n + 1 is the inside of negation n
};

}  // namespace sluice::codec::glob
