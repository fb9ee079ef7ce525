#include "codec/glob_merge.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace sluice::codec::glob {
namespace {

// minimatch's own test of whether a part may stand in "@(...)": no bar or parenthesis that would
// belong to it, no backslash at the end. It passes over classes but does not look into them.
bool may_be_joined(TextView part) {
  if (is_lone_empty_extglob(part) || part.find(U"[:") != TextView::npos) return false;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] == U'\\') {
      if (++at == part.size()) return false;
    } else if (part[at] == U'[') {
      const std::size_t close = simple_class_end(part, at);
      if (close != TextView::npos) at = close;
    } else if (opens_extglob(part, at)) {
      ++depth;
      ++at;
    } else if (part[at] == U')') {
      if (depth-- == 0) return false;
    } else if (part[at] == U'|' && depth == 0) {
      return false;
    }
  }
  return depth == 0;
}

// Whether every '[' begins a class that ends within the part.
bool has_whole_classes(TextView part, bool nocase) {
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] == U'\\') {
      ++at;
    } else if (part[at] == U'[') {
      const ParsedClass parsed = parse_class(part, at, nocase);
      if (parsed.length == 0 || parsed.holds_nothing) return false;
      at += parsed.length - 1;
    }
  }
  return true;
}

std::uint64_t pair_of(std::uint32_t a, std::uint32_t b) {
  return std::uint64_t{a} << 32U | b;
}

}  // namespace

// Numbers for what lies before and behind each part of each row, equal for rows that are equal
// there.
class Rows::Neighbours {
 public:
  explicit Neighbours(const std::vector<std::vector<Index>>& rows) {
    for (const std::vector<Index>& row : rows) {
      std::vector<std::uint32_t>& before = before_.emplace_back(1, 0U);
      for (const Index part : row)
        before.push_back(number(before.back(), part));
      std::vector<std::uint32_t>& behind = behind_.emplace_back(row.size() + 1, 0U);
      for (std::size_t i = row.size(); i-- > 0;)
        behind[i] = number(behind[i + 1], row[i]);
    }
  }

  std::uint64_t key(std::size_t row, std::size_t column) const {
    return pair_of(before_[row][column], behind_[row][column + 1]);
  }

 private:
  std::uint32_t number(std::uint32_t rest, Index part) {
    const auto next = static_cast<std::uint32_t>(numbers_.size() + 1);
    return numbers_.try_emplace(pair_of(rest, part), next).first->second;
  }

  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
  std::vector<std::vector<std::uint32_t>> before_, behind_;
};

Rows::Index Rows::index_of(const Text& text) {
  const auto [found, added] = known_.try_emplace(text, static_cast<Index>(parts_.size()));
  if (added) {
    const bool magic = text != U"**" && !literal_of(text, syntax_);
    parts_.push_back(
        {text, magic && may_be_joined(text), magic && has_whole_classes(text, syntax_.nocase)});
  }
  return found->second;
}

void Rows::add(const std::vector<Text>& parts) {
  std::vector<Index>& row = rows_.emplace_back();
  for (const Text& part : parts)
    row.push_back(index_of(part));
}

void Rows::merge() {
  if (syntax_.noext) return;
  for (bool merged = true; merged && rows_.size() > 1;) {
    merged = false;
    Neighbours neighbours(rows_);
    std::size_t columns = 0;
    for (const std::vector<Index>& row : rows_)
      columns = std::max(columns, row.size());
    for (std::size_t column = 0; column < columns && rows_.size() > 1; ++column) {
      if (!merge_at(column, neighbours)) continue;
      merged = true;
      neighbours = Neighbours(rows_);
    }
  }
}

bool Rows::merge_at(std::size_t column, const Neighbours& neighbours) {
  const auto candidate = [&](std::size_t row) {
    return column < rows_[row].size() && parts_[rows_[row][column]].mergeable;
  };
  std::unordered_map<std::uint64_t, std::size_t> group_of;
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (!candidate(row)) continue;
    const auto [found, added] = group_of.try_emplace(neighbours.key(row, column), groups.size());
    if (added) groups.emplace_back();
    groups[found->second].push_back(row);
  }
  bool merged = false;
  for (const std::vector<std::size_t>& group : groups)
    merged |= group.size() > 1 && join(group, column);
  if (merged) std::erase_if(rows_, [](const std::vector<Index>& row) { return row.empty(); });
  return merged;
}

// Leaves all rows but the first of them empty.
bool Rows::join(const std::vector<std::size_t>& rows, std::size_t column) {
  Text text = U"@(";
  std::vector<Index> alternatives;
  for (const std::size_t row : rows) {
    if (!alternatives.empty()) text += U'|';
    alternatives.push_back(rows_[row][column]);
    text += parts_[alternatives.back()].text;
  }
  text += U')';
  if (count_extglobs(text) > max_extglobs) return false;
  const Index joined = index_of(text);
  const auto contained = [this](Index part) { return parts_[part].self_contained; };
  if (std::all_of(alternatives.begin(), alternatives.end(), contained)) {
    parts_[joined].alternatives = std::move(alternatives);
  }
  rows_[rows.front()][column] = joined;
  for (std::size_t i = 1; i < rows.size(); ++i)
    rows_[rows[i]].clear();
  return true;
}

}  // namespace sluice::codec::glob
