#include <algorithm>

#include "codec/glob_program.hpp"

namespace sluice::codec {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t max_middle_runs = 200;  // minimatch matches nothing above that

using Flags = boost::container::small_vector<bool, 64>;

// The last part that is not empty; "" if there is none.
std::string_view base_name(std::string_view path) {
  const std::size_t last = path.find_last_not_of('/');
  if (last == npos) return {};
  path = path.substr(0, last + 1);
  const std::size_t slash = path.rfind('/');
  return slash == npos ? path : path.substr(slash + 1);
}

}  // namespace

glob::PathParts glob::split_path(std::string_view path) {
  PathParts parts;
  while (true) {
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == npos) return parts;
    path.remove_prefix(std::min(path.find_first_not_of('/', slash), path.size()));
  }
}

bool Glob::Program::matches(std::string_view path) const {
  switch (kind_) {
    case Kind::nothing:
      return false;
    case Kind::empty_path:
      return path.empty();
    case Kind::rows:
      return any_row_matches(path) != inverted();
  }
  return false;
}

bool Glob::Program::any_row_matches(std::string_view path) const {
  glob::PathParts parts;
  for (const CompiledRow& row : rows_) {
    if (options_.match_base && row.parts.size() == 1) {
      const std::string_view name = base_name(path);
      if (row_matches(row.parts, Path(&name, 1))) return true;
      continue;
    }
    bool matched = false;
    switch (row.shape) {
      case Shape::one_part:
        matched = one_part_matches(row.parts[0], path);
        break;
      case Shape::globstar_and_one_part:
        matched = last_part_matches(row.parts[1], path);
        break;
      case Shape::other:
        if (parts.empty()) parts = glob::split_path(path);
        matched = row_matches(row.parts, parts);
        break;
    }
    if (matched) return true;
  }
  return false;
}

// Whether "**" may stand for this part (among others).
bool Glob::Program::walkable(std::string_view part) const {
  if (!part.starts_with('.')) return true;
  return options_.dot && part != "." && part != "..";
}

bool Glob::Program::one_part_matches(PartIndex part, std::string_view path) const {
  const std::size_t slash = path.find('/');
  if (slash == npos) return part_matches(part, path);
  return path.find_first_not_of('/', slash) == npos && part_matches(part, path.substr(0, slash));
}

bool Glob::Program::last_part_matches(PartIndex part, std::string_view path) const {
  std::size_t start = path.rfind('/') + 1;  // npos + 1 is 0
  if (!part_matches(part, path.substr(start))) {
    if (start != path.size() || start == 0) return false;
    const std::size_t last = path.find_last_not_of('/');
    const std::size_t end = last == npos ? 0 : last + 1;
    start = end == 0 ? 0 : path.rfind('/', end - 1) + 1;
    if (!part_matches(part, path.substr(start, end - start))) return false;
  }
  for (std::size_t at = 0; at < start;) {
    const std::size_t slash = path.find('/', at);
    if (!walkable(path.substr(at, slash - at))) return false;
    at = slash + 1;
  }
  return true;
}

bool Glob::Program::starts_with(Path path, Row parts) const {
  if (path.size() < parts.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!part_matches(parts[i], path[i])) return false;
  }
  return true;
}

// A path may have one slash more at its end than the pattern.
bool Glob::Program::plain_row_matches(Row row, Path path) const {
  if (!starts_with(path, row)) return false;
  return path.size() == row.size() || (path.size() == row.size() + 1 && path.back().empty());
}

bool Glob::Program::row_matches(Row row, Path path) const {
  const auto first = std::find(row.begin(), row.end(), globstar);
  if (first == row.end()) return plain_row_matches(row, path);
  const auto last = std::find(row.rbegin(), row.rend(), globstar).base();  // behind it
  const Row head(row.begin(), first), tail(last, row.end());
  if (!starts_with(path, head)) return false;
  path = path.subspan(head.size());
  if (path.size() < tail.size()) return false;
  if (!tail.empty()) {
    if (!starts_with(path.last(tail.size()), tail)) {
      if (!path.back().empty() || path.size() == tail.size()) return false;
      path = path.first(path.size() - 1);
      if (!starts_with(path.last(tail.size()), tail)) return false;
    }
    path = path.first(path.size() - tail.size());
  }
  const Row middle = first + 1 == last ? Row() : Row(first + 1, last - 1);
  return middle_matches(middle, path, tail.empty());
}

// What lies between the first and the last "**": runs of parts to be found in this order, with only
// walkable parts before, between and behind them. All positions that can be reached are followed at
// once.
bool Glob::Program::middle_matches(Row middle, Path path, bool needs_more) const {
  Flags reached(path.size() + 1, false), next;
  reached[0] = true;
  std::size_t runs = 0;
  while (!middle.empty()) {
    const auto end = std::find(middle.begin(), middle.end(), globstar);
    const Row run(middle.begin(), end);
    middle = end == middle.end() ? Row() : Row(end + 1, middle.end());
    if (++runs > max_middle_runs) return false;
    next.assign(path.size() + 1, false);
    bool walking = false;
    for (std::size_t at = 0; at + run.size() <= path.size(); ++at) {
      walking = reached[at] || (walking && walkable(path[at - 1]));
      if (walking && starts_with(path.subspan(at), run)) next[at + run.size()] = true;
    }
    std::swap(reached, next);
  }
  std::size_t open = path.size();  // from here on all is walkable
  while (open > 0 && walkable(path[open - 1]))
    --open;
  for (std::size_t at = open; at <= path.size(); ++at) {
    if (reached[at] && (at < path.size() || !needs_more)) return true;
  }
  return false;
}

bool Glob::Program::may_match_below(std::string_view prefix) const {
  if (kind_ != Kind::rows) return false;
  if (inverted()) return true;
  glob::PathParts parts;
  if (!prefix.empty()) {
    parts = glob::split_path(prefix);
    if (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  }
  return std::any_of(rows_.begin(), rows_.end(),
                     [&](const CompiledRow& row) { return row_may_match_below(row.parts, parts); });
}

bool Glob::Program::row_may_match_below(Row row, Path prefix) const {
  if (options_.match_base && row.size() == 1) return true;
  Flags at(row.size() + 1, false), next;
  at[0] = true;
  const auto pass_globstars = [row](Flags& flags) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (flags[i] && row[i] == globstar) flags[i + 1] = true;
    }
  };
  pass_globstars(at);
  for (const std::string_view part : prefix) {
    next.assign(row.size() + 1, false);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!at[i]) continue;
      if (row[i] == globstar) {
        if (walkable(part)) next[i] = true;
      } else if (part_matches(row[i], part)) {
        next[i + 1] = true;
      }
    }
    std::swap(at, next);
    pass_globstars(at);
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!at[i]) continue;
    const std::string* literal = row[i] == globstar ? nullptr : parts_[row[i]].literal();
    const bool only_a_last_slash = literal && literal->empty() && i + 1 == row.size();
    if (!only_a_last_slash) return true;
  }
  return false;
}

std::string Glob::Program::literal_prefix() const {
  if (kind_ != Kind::rows || inverted() || rows_.empty()) return {};
  Row common = Row(rows_.front().parts).first(rows_.front().parts.size() - 1);
  for (const CompiledRow& row : rows_) {
    const Row directories = Row(row.parts).first(row.parts.size() - 1);
    const auto differs =
        std::mismatch(common.begin(), common.end(), directories.begin(), directories.end()).first;
    common = Row(common.begin(), differs);
  }
  std::string prefix;
  for (const PartIndex part : common) {
    const std::string* literal = part == globstar ? nullptr : parts_[part].literal();
    if (!literal) break;
    prefix += *literal + '/';
  }
  return prefix;
}

}  // namespace sluice::codec
