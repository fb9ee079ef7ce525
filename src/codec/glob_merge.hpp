#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "codec/glob_chars.hpp"
#include "codec/glob_part_syntax.hpp"

namespace sluice::codec::glob {

/// The rows of parts that an expanded pattern consists of, as indexes of their texts.
class Rows {
 public:
  using Index = std::uint32_t;

  explicit Rows(const PartSyntax& syntax) : syntax_(syntax) {}

  void add(const std::vector<Text>& parts);
  /// Joins rows that differ in one part with magic into one with "@(a|b|...)" there, as minimatch
  /// does. It means to make no difference, but where a part has a '[' without its ']' or a class
  /// that holds nothing, it does: they reach over the other alternatives.
  void merge();

  const std::vector<std::vector<Index>>& rows() const { return rows_; }
  const Text& text(Index part) const { return parts_[part].text; }
  /// What a merged part was joined from, if they may be matched one by one; empty otherwise.
  const std::vector<Index>& alternatives(Index part) const { return parts_[part].alternatives; }

 private:
  struct Part {
    Text text;
    bool mergeable = false, self_contained = false;
    std::vector<Index> alternatives{};
  };
  class Neighbours;

  Index index_of(const Text& text);
  bool merge_at(std::size_t column, const Neighbours& neighbours);
  bool join(const std::vector<std::size_t>& rows, std::size_t column);

  const PartSyntax& syntax_;
  std::vector<Part> parts_;
  std::map<Text, Index> known_;
  std::vector<std::vector<Index>> rows_;
};

}  // namespace sluice::codec::glob
