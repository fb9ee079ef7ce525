#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/codec/glob.hpp"
#include "sluice/core/error.hpp"

namespace {

using sluice::codec::Glob;
using sluice::codec::GlobOptions;

void require(bool holds) {
  if (!holds) std::abort();
}

GlobOptions options_of(unsigned bits) {
  const auto bit = [bits](unsigned at) { return (bits >> at & 1U) != 0; };
  return {.dot = bit(0),
          .nocase = bit(1),
          .match_base = bit(2),
          .nobrace = bit(3),
          .noext = bit(4),
          .noglobstar = bit(5),
          .nonegate = bit(6),
          .nocomment = bit(7),
          .flip_negate = false};
}

bool has_empty_part(std::string_view path) {
  return path.starts_with('/') || path.find("//") != path.npos;
}

void check(const Glob& glob, std::string_view path) {
  if (!glob.matches(path)) return;
  if (!has_empty_part(path)) require(path.starts_with(glob.literal_prefix()));
  // Every directory on the way to a match must be worth walking.
  for (std::size_t at = 0; at < path.size(); ++at) {
    const bool names_follow = path.find_first_not_of('/', at) != path.npos;
    if (path[at] == '/' && names_follow) require(glob.may_match_below(path.substr(0, at)));
  }
  if (path.find_first_not_of('/') != path.npos) require(glob.may_match_below(""));
}

}  // namespace

// Input: a byte of options, then the pattern, a NUL, and a path.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t nul = input.find('\0');
  const std::string_view path = nul == input.npos ? std::string_view() : input.substr(nul + 1);
  try {
    check(Glob(input.substr(0, nul), options_of(data[0])), path);
  } catch (const sluice::Error& error) {
    require(error.code() == sluice::ErrorCode::invalid_input);
  }
  return 0;
}
