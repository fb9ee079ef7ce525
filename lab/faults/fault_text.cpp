#include "faults/fault_text.hpp"

#include <charconv>
#include <tuple>

#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

std::pair<std::string_view, std::string_view> split(std::string_view text, char at) {
  const std::size_t place = text.find(at);
  if (place == std::string_view::npos) return {text, {}};
  return {text.substr(0, place), text.substr(place + 1)};
}

}  // namespace

void FaultText::refuse(const char* reason) const {
  throw Error(ErrorCode::invalid_input, "read fault", std::string(whole), reason);
}

std::uint64_t FaultText::number(std::string_view of) const {
  std::uint64_t found = 0;
  const auto [end, failed] = std::from_chars(of.data(), of.data() + of.size(), found);
  if (failed != std::errc() || end != of.data() + of.size()) refuse("a number is wanted");
  return found;
}

std::string FaultText::decoded(std::string_view of) {
  return codec::percent_decode(of, codec::Plus::literal).value_or(std::string(of));
}

FaultText take_fault_apart(std::string_view text) {
  FaultText parts;
  parts.whole = text;
  auto [kind, rest] = split(text, ',');
  std::tie(parts.kind, parts.value) = split(kind, '=');
  while (!rest.empty()) {
    const auto [setting, more] = split(rest, ',');
    parts.settings.push_back(split(setting, '='));
    rest = more;
  }
  return parts;
}

bool FaultTurns::take() {
  const std::uint64_t at = matched++;
  return at >= skip && at - skip < count;
}

}  // namespace sluice::lab
