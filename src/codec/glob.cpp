#include "sluice/codec/glob.hpp"

#include <algorithm>
#include <utility>

#include "codec/glob_braces.hpp"
#include "codec/glob_program.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

using glob::Text;
using glob::TextView;

constexpr std::size_t max_pattern_length = 64 * 1024;
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
  IndexOfPart known;
  for (const Text& alternative : expansion.patterns)
    add_row(alternative, syntax, known);
}

void Glob::Program::add_row(TextView pattern, const glob::PartSyntax& syntax, IndexOfPart& known) {
  std::vector<Text> parts = split_pattern(pattern);
  if (options_.noglobstar) std::replace(parts.begin(), parts.end(), Text(U"**"), Text(U"*"));
  CompiledRow row{{}, Shape::other};
  for (const Text& part : simplified(std::move(parts))) {
    row.parts.push_back(part == U"**" ? globstar : add_part(part, syntax, known));
  }
  const auto globstars = std::count(row.parts.begin(), row.parts.end(), globstar);
  if (row.parts.size() == 1 && globstars == 0) row.shape = Shape::one_part;
  if (row.parts.size() == 2 && globstars == 1 && row.parts.front() == globstar) {
    row.shape = Shape::globstar_and_one_part;
  }
  rows_.push_back(std::move(row));
}

Glob::Program::PartIndex Glob::Program::add_part(const Text& part, const glob::PartSyntax& syntax,
                                                 IndexOfPart& known) {
  const auto [found, added] = known.try_emplace(part, static_cast<PartIndex>(parts_.size()));
  if (added) parts_.emplace_back(part, syntax, options_.dot);
  return found->second;
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
