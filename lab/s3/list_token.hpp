#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::lab {

/// What the lab writes into a continuation token: where the next page begins, and its number, so
/// that a fault can strike page N and no other.
struct ListToken {
  std::uint64_t page = 1;
  std::string after;
};

std::string format_list_token(const ListToken& token);
std::optional<ListToken> parse_list_token(std::string_view text);

}  // namespace sluice::lab
