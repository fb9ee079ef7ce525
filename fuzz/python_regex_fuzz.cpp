// A pattern, a line end, and a name: what is accepted compiles and matches; what is not says why.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "require.hpp"
#include "sluice/codec/python_regex.hpp"
#include "sluice/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view first = text.substr(0, text.find('\n'));
  const std::string_view name = first.size() < text.size() ? text.substr(first.size() + 1) : "";
  const std::string pattern(first);
  try {
    const sluice::codec::PatternSet alone(std::span(&pattern, 1));
    const std::string both[] = {pattern, ".*"};
    const sluice::codec::PatternSet set(both);
    const auto matched = alone.first_match(name);
    const auto in_set = set.first_match(name);
    require(matched.has_value() == (in_set == std::size_t{0}),
            "the set finds what the pattern finds");
  } catch (const sluice::Error& refused) {
    require(refused.code() == sluice::ErrorCode::invalid_input && !refused.message().empty(),
            "a refusal says why");
  }
  return 0;
}
