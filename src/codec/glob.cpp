#include "sluice/codec/glob.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "codec/glob_braces.hpp"
#include "codec/glob_program.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

using glob::Text;
using glob::TextView;

constexpr std::size_t max_pattern_length = 64_KiB;
constexpr std::size_t shown_length = 200;  // of a pattern in an error

std::vector<Text> split_pattern(TextView pattern) {
  std::vector<Text> parts;
  while (true) {
    const std::size_t slash = pattern.find(U'/');
    parts.emplace_back(pattern.substr(0, slash));
    if (slash == TextView::npos) return parts;
    const std::size_t next = pattern.find_first_not_of(U'/', slash);
    pattern = next == TextView::npos ? TextView() : pattern.substr(next);
  }
}

// What minimatch does at its default optimization level: "a/../b" is "b" and "**/**" is "**".
std::vector<Text> simplified(std::vector<Text> parts) {
  std::vector<Text> kept;
  for (Text& part : parts) {
    const Text* before = kept.empty() ? nullptr : &kept.back();
    if (part == U"**" && before && *before == U"**") continue;
    const bool removable =
        before && !before->empty() && *before != U"." && *before != U".." && *before != U"**";
    if (part == U".." && removable) {
      kept.pop_back();
    } else {
      kept.push_back(std::move(part));
    }
  }
  if (kept.empty()) kept.emplace_back();
  return kept;
}

}  // namespace

Glob::Program::Program(std::string_view pattern, const GlobOptions& options) : options_(options) {
  if (!options.nocomment && pattern.starts_with('#')) {
    kind_ = Kind::nothing;
    return;
  }
  if (pattern.empty()) {
    kind_ = Kind::empty_path;
    return;
  }
  while (!options.nonegate && pattern.starts_with('!')) {
    negated_ = !negated_;
    pattern.remove_prefix(1);
  }
  compile(pattern);
}

void Glob::Program::compile(std::string_view pattern) {
  const Text text = glob::decode(pattern);
  glob::Expansion expansion;
  if (options_.nobrace) {
    expansion.patterns.push_back(text);
  } else {
    expansion = glob::expand_braces(text, options_.noext);
  }
  const glob::PartSyntax syntax{
      .nocase = options_.nocase, .noext = options_.noext, .ranges = &expansion.ranges};
  glob::Rows rows(syntax);
  for (const Text& alternative : expansion.patterns) {
    std::vector<Text> parts = split_pattern(alternative);
    if (options_.noglobstar) std::replace(parts.begin(), parts.end(), Text(U"**"), Text(U"*"));
    rows.add(simplified(std::move(parts)));
  }
  rows.merge();
  compile_rows(rows, syntax);
}

void Glob::Program::compile_rows(const glob::Rows& rows, const glob::PartSyntax& syntax) {
  std::map<PartIndex, PartIndex> compiled;
  for (const std::vector<PartIndex>& row : rows.rows()) {
    std::vector<PartIndex> parts;
    for (const PartIndex part : row) {
      if (rows.text(part) == U"**") {
        parts.push_back(globstar);
        continue;
      }
      const auto [found, added] = compiled.try_emplace(part, static_cast<PartIndex>(parts_.size()));
      parts.push_back(found->second);
      if (added) parts_.push_back(compiled_part(rows, part, syntax));
    }
    add_row(std::move(parts));
  }
}

glob::PartPattern Glob::Program::compiled_part(const glob::Rows& rows, PartIndex part,
                                               const glob::PartSyntax& syntax) const {
  const std::vector<PartIndex>& alternatives = rows.alternatives(part);
  if (alternatives.empty()) return {rows.text(part), syntax, options_.dot};
  std::vector<glob::PartPattern> any_of;
  for (const PartIndex one : alternatives)
    any_of.push_back(compiled_part(rows, one, syntax));
  return glob::PartPattern(std::move(any_of));
}

void Glob::Program::add_row(std::vector<PartIndex> parts) {
  const auto globstars = std::count(parts.begin(), parts.end(), globstar);
  Shape shape = Shape::other;
  if (parts.size() == 1 && globstars == 0) shape = Shape::one_part;
  if (parts.size() == 2 && globstars == 1 && parts.front() == globstar)
    shape = Shape::globstar_and_one_part;
  rows_.push_back({std::move(parts), shape});
}

Glob::Glob(std::string_view pattern, GlobOptions options) {
  const std::string shown(pattern.substr(0, shown_length));
  if (pattern.size() > max_pattern_length) {
    throw Error(ErrorCode::invalid_input, "compile glob", shown,
                "the pattern is longer than 64 KiB");
  }
  try {
    program_ = std::make_shared<const Program>(pattern, options);
  } catch (const Error& error) {
    throw Error(error.code(), error.operation(), shown, error.message());
  }
}

bool Glob::matches(std::string_view path) const {
  return program_->matches(path);
}
bool Glob::may_match_below(std::string_view prefix) const {
  return program_->may_match_below(prefix);
}
std::string Glob::literal_prefix() const {
  return program_->literal_prefix();
}

}  // namespace sluice::codec
