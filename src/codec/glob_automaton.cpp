#include "codec/glob_automaton.hpp"

namespace sluice::codec::glob {

// Nodes are laid out in the order of the pattern, so that all edges lead forward but those that
// close a loop.
class Automaton::Builder {
 public:
  explicit Builder(Automaton& automaton) : automaton_(automaton) {
    automaton_.levels_.emplace_back();
  }

  void build(const Sequence& sequence) {
    add_sequence(sequence);
    add({Op::accept});
  }

 private:
  std::uint32_t next() const { return static_cast<std::uint32_t>(automaton_.nodes_.size()); }

  std::uint32_t add(Node node) {
    const std::uint32_t at = next();
    automaton_.nodes_.push_back(node);
    automaton_.levels_[level_].nodes.push_back(at);
    return at;
  }

  void add_sequence(const Sequence& sequence) {
    for (const Item& item : sequence)
      add_item(item);
  }

  void add_item(const Item& item) {
    switch (item.kind) {
      case Item::Kind::literal:
        add({Op::literal, item.code});
        return;
      case Item::Kind::any:
        add({Op::any});
        return;
      case Item::Kind::star:
        add({Op::star});
        return;
      case Item::Kind::char_class:
        add({Op::char_class, 0, static_cast<std::uint32_t>(automaton_.classes_.size())});
        automaton_.classes_.push_back(item.members);
        return;
      case Item::Kind::group:
        if (item.code == U'!') {
          add_negation(item);
        } else {
          add_group(item);
        }
        return;
    }
  }

  void aim(std::uint32_t split, const std::vector<std::uint32_t>& targets) {
    Node& node = automaton_.nodes_[split];
    node.index = static_cast<std::uint32_t>(automaton_.targets_.size());
    node.targets = static_cast<std::uint32_t>(targets.size());
    automaton_.targets_.insert(automaton_.targets_.end(), targets.begin(), targets.end());
  }

  // entry: split to each alternative (and past the group if it is optional); each alternative ends
  // in a jump to `last`, which for the repeated kinds also leads back to the entry.
  void add_group(const Item& item) {
    const std::uint32_t entry = add({Op::split});
    std::vector<std::uint32_t> starts, jumps;
    for (const Sequence& alternative : item.alternatives) {
      starts.push_back(next());
      add_sequence(alternative);
      jumps.push_back(add({Op::split}));
    }
    const std::uint32_t last = add({Op::split});
    const bool repeated = item.code == U'*' || item.code == U'+';
    const bool optional = item.code == U'*' || item.code == U'?';
    if (optional) starts.push_back(last + 1);
    aim(entry, starts);
    for (const std::uint32_t jump : jumps)
      aim(jump, {last});
    aim(last, repeated ? std::vector{last + 1, entry} : std::vector{last + 1});
  }

  void add_negation(const Item& item) {
    const auto index = static_cast<std::uint32_t>(automaton_.negations_.size());
    const std::uint32_t node = add({Op::negation, 0, index});
    automaton_.negations_.push_back({node, 0, level_, automaton_.nested_negations_});
    if (level_ > 0) ++automaton_.nested_negations_;
    const std::uint32_t outer = level_;
    level_ = static_cast<std::uint32_t>(automaton_.levels_.size());
    automaton_.levels_.emplace_back();
    Item inside = item;
    inside.code = U'@';
    add_group(inside);
    add({Op::accept});
    level_ = outer;
    automaton_.negations_[index].after = next();
  }

  Automaton& automaton_;
  std::uint32_t level_ = 0;
};

Automaton::Automaton(const Sequence& sequence, bool nocase) : nocase_(nocase) {
  Builder(*this).build(sequence);
}

}  // namespace sluice::codec::glob
