#include <algorithm>
#include <bit>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <span>

#include "codec/glob_automaton.hpp"

namespace sluice::codec::glob {

// One run over one text. Every node holds a set of positions, `stride_` words of bits: outside of
// negations only the start of the text (bit 0), inside of one the positions at which it was
// entered.
class Automaton::Run {
 public:
  Run(const Automaton& automaton, TextView text, DotRule rule)
      : automaton_(automaton),
        text_(text),
        rule_(rule),
        stride_(automaton.negations_.empty() ? 1 : text.size() / 64 + 1),
        words_per_side_(automaton.nodes_.size() * stride_),
        entered_at_(2 * words_per_side_),
        rows_at_(entered_at_ + automaton.negations_.size() * stride_),
        words_(rows_at_ + automaton.nested_negations_ * (text.size() + 1) * stride_) {}

  bool matches() {
    here(0)[0] = 1;
    for (position_ = 0;; ++position_) {
      close();
      if (position_ == text_.size()) return here(automaton_.nodes_.size() - 1)[0] != 0;
      if (!step()) return false;
    }
  }

 private:
  using Word = std::uint64_t;
  using Words = std::span<Word>;

  Words words(std::size_t at) { return Words(words_).subspan(at, stride_); }
  Words here(std::size_t node) { return words(side_ * words_per_side_ + node * stride_); }
  Words there(std::size_t node) { return words((1 - side_) * words_per_side_ + node * stride_); }
  Words entered(std::size_t negation) { return words(entered_at_ + negation * stride_); }

  static bool any(Words bits) {
    return std::any_of(bits.begin(), bits.end(), [](Word word) { return word != 0; });
  }
  static void unite(Words into, Words bits) {
    for (std::size_t i = 0; i < bits.size(); ++i)
      into[i] |= bits[i];
  }
  static void set_bit(Words bits, std::size_t bit) { bits[bit / 64] |= Word{1} << (bit % 64); }

  bool wildcards_barred(std::size_t level) const {
    return level == 0 &&
           (rule_ == DotRule::only_literally || (rule_ == DotRule::not_first && position_ == 0));
  }

  // Follows the edges that take no character. Inner levels come first: outer ones ask them what
  // matched. Every negation is entered at every position, needed or not, for whether it is needed
  // shows only later.
  void close() {
    for (std::size_t level = automaton_.levels_.size(); level-- > 0;) {
      if (level > 0) set_bit(here(automaton_.negations_[level - 1].node + 1), position_);
      // All edges lead forward but those that close loops, and no shortest path takes two of these:
      // what a loop's end reaches over the start of its loop includes all loops inside, and it
      // reaches the ends of those around without it.
      spread_level(level, true);
      spread_level(level, false);
    }
  }

  void spread_level(std::size_t level, bool first_pass) {
    for (const std::uint32_t at : automaton_.levels_[level].nodes) {
      const Node& node = automaton_.nodes_[at];
      if (node.op == Op::negation) {
        spread_negation(node.index, first_pass);
      } else if (node.op == Op::split && any(here(at))) {
        for (std::uint32_t i = 0; i < node.targets; ++i) {
          unite(here(automaton_.targets_[node.index + i]), here(at));
        }
      } else if (node.op == Op::star) {
        if (wildcards_barred(level)) {
          std::ranges::fill(here(at), 0);
        } else {
          unite(here(at + 1), here(at));
        }
      }
    }
  }

  void spread_negation(std::size_t index, bool first_pass) {
    const Negation& negation = automaton_.negations_[index];
    const Words arrived = here(negation.node);
    if (any(arrived)) {
      set_bit(entered(index), position_);
      if (negation.level > 0) unite(row(index, position_), arrived);
    }
    const Words matched = here(negation.after - 1);
    for (std::size_t i = first_pass ? 0 : position_ / 64; i <= position_ / 64; ++i) {
      Word open = entered(index)[i] & ~matched[i];
      if (negation.level == 0) {
        if (open != 0) here(negation.after)[0] = 1;
        continue;
      }
      for (; open != 0; open &= open - 1) {
        unite(here(negation.after),
              row(index, i * 64 + static_cast<std::size_t>(std::countr_zero(open))));
      }
    }
  }

  // Where an inner negation was entered at `start`: the positions at which the one around it had
  // been entered.
  Words row(std::size_t index, std::size_t start) {
    return words(rows_at_ +
                 (automaton_.negations_[index].nested_index * (text_.size() + 1) + start) *
                     stride_);
  }

  // Takes one character; false if nothing is left that could match.
  bool step() {
    const char32_t code = text_[position_];
    const char32_t compared = automaton_.nocase_ ? fold(code) : code;
    std::ranges::fill(Words(words_).subspan((1 - side_) * words_per_side_, words_per_side_), 0);
    bool alive = false;
    for (std::size_t level = 0; level < automaton_.levels_.size(); ++level) {
      for (const std::uint32_t at : automaton_.levels_[level].nodes) {
        const Node& node = automaton_.nodes_[at];
        if (!any(here(at)) || !takes(node, level, code, compared)) continue;
        unite(there(node.op == Op::star ? at : at + 1), here(at));
        alive |= level == 0;
      }
    }
    alive |= step_negations();
    side_ = 1 - side_;
    return alive;
  }

  bool takes(const Node& node, std::size_t level, char32_t code, char32_t compared) const {
    switch (node.op) {
      case Op::literal:
        return node.code == compared;
      case Op::any:
      case Op::star:
        return !wildcards_barred(level);
      case Op::char_class:
        return !wildcards_barred(level) && automaton_.classes_[node.index].contains(code);
      case Op::split:
      case Op::negation:
      case Op::accept:
        return false;
    }
    return false;
  }

  bool step_negations() {
    bool alive = false;
    for (std::size_t index = 0; index < automaton_.negations_.size(); ++index) {
      if (automaton_.negations_[index].level > 0) continue;
      if (wildcards_barred(0)) std::ranges::fill(entered(index), 0);
      alive |= any(entered(index));
    }
    return alive;
  }

  const Automaton& automaton_;
  TextView text_;
  DotRule rule_;
  std::size_t stride_, words_per_side_, entered_at_, rows_at_;
  std::size_t side_ = 0, position_ = 0;
  boost::container::small_vector<Word, 256>
      words_;  // both sides of all nodes, where negations were entered, rows
};

bool Automaton::matches(TextView text, DotRule rule) const {
  if (!negations_.empty() && text.size() > max_negated_length) return false;
  return Run(*this, text, rule).matches();
}

}  // namespace sluice::codec::glob
