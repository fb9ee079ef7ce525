#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/glob_merge.hpp"
#include "codec/glob_part.hpp"
#include "sluice/codec/glob.hpp"

namespace sluice::codec {
namespace glob {

/// A path cut at every run of slashes: a slash at the front or the end leaves an empty part there.
using PathParts = boost::container::small_vector<std::string_view, 32>;
PathParts split_path(std::string_view path);

}  // namespace glob

/// The compiled form: a row of parts for each alternative that the braces made.
struct Glob::Program {
 public:
  Program(std::string_view pattern, const GlobOptions& options);

  bool matches(std::string_view path) const;
  bool may_match_below(std::string_view prefix) const;
  std::string literal_prefix() const;

 private:
  using PartIndex = std::uint32_t;                 // of parts_, which all rows share; or globstar
  using Row = std::span<const PartIndex>;          // all or some of the parts of a row
  using Path = std::span<const std::string_view>;  // all or some of the parts of a path
  static constexpr PartIndex globstar = std::numeric_limits<PartIndex>::max();

  enum class Kind : std::uint8_t { nothing, empty_path, rows };
  // Forms of rows that are matched without cutting the path up.
  enum class Shape : std::uint8_t { one_part, globstar_and_one_part, other };
  struct CompiledRow {
    std::vector<PartIndex> parts;
    Shape shape;
  };

  void compile(std::string_view pattern);
  void compile_rows(const glob::Rows& rows, const glob::PartSyntax& syntax);
  glob::PartPattern compiled_part(const glob::Rows& rows, PartIndex part,
                                  const glob::PartSyntax& syntax) const;
  void add_row(std::vector<PartIndex> parts);

  bool part_matches(PartIndex part, std::string_view text) const {
    return parts_[part].matches(text);
  }
  bool walkable(std::string_view part) const;
  bool any_row_matches(std::string_view path) const;
  bool one_part_matches(PartIndex part, std::string_view path) const;
  bool last_part_matches(PartIndex part, std::string_view path) const;
  bool row_matches(Row row, Path path) const;
  bool plain_row_matches(Row row, Path path) const;
  bool starts_with(Path path, Row parts) const;
  bool middle_matches(Row middle, Path path, bool needs_more) const;
  bool row_may_match_below(Row row, Path prefix) const;
  bool inverted() const { return negated_ && !options_.flip_negate; }

  GlobOptions options_;
  Kind kind_ = Kind::rows;
  bool negated_ = false;
  std::vector<glob::PartPattern> parts_;
  std::vector<CompiledRow> rows_;
};

}  // namespace sluice::codec
