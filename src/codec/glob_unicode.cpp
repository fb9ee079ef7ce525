#include "codec/glob_unicode.hpp"

#include <algorithm>
#include <cassert>

namespace sluice::codec::glob {
namespace {

bool contains(const FoldRun& run, char32_t code) {
  return code >= run.first && code <= run.last && (code - run.first) % run.stride == 0;
}

char32_t moved(char32_t code, std::int32_t delta) {
  return static_cast<char32_t>(static_cast<std::int32_t>(code) + delta);
}

}  // namespace

Category category_of(char32_t code) {
  const auto after =
      std::upper_bound(category_runs.begin(), category_runs.end(), code,
                       [](char32_t wanted, std::uint32_t run) { return wanted < run / 16; });
  return static_cast<Category>(*std::prev(after) % 16);
}

char32_t fold_slow(char32_t code) {
  const auto after =
      std::upper_bound(fold_runs.begin(), fold_runs.end(), code,
                       [](char32_t wanted, const FoldRun& run) { return wanted < run.first; });
  if (after == fold_runs.begin()) return code;
  const FoldRun& run = *std::prev(after);
  return contains(run, code) ? moved(code, run.delta) : code;
}

Equivalents equivalents_of(char32_t code) {
  Equivalents all;
  const char32_t folded = fold(code);
  all.codes[all.count++] = folded;
  for (const FoldRun& run : fold_runs) {
    const char32_t source = moved(folded, -run.delta);
    if (!contains(run, source)) continue;
    assert(all.count < all.codes.size());
    all.codes[all.count++] = source;
  }
  return all;
}

bool is_cased(char32_t code) {
  const auto holds = [code](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  };
  return equivalents_of(code).count > 1 ||
         std::any_of(cased_unfolded.begin(), cased_unfolded.end(), holds);
}

}  // namespace sluice::codec::glob
