#include "s3/list_token.hpp"

#include <fmt/format.h>

#include <charconv>

#include "sluice/codec/base64.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::lab {

std::string format_list_token(const ListToken& token) {
  return codec::to_base64(as_bytes(fmt::format("{} {}", token.page, token.after)));
}

std::optional<ListToken> parse_list_token(std::string_view text) {
  const auto plain = codec::from_base64(text);
  if (!plain) return std::nullopt;
  ListToken token;
  const auto* begin = plain->data();
  const auto* const last = begin + plain->size();
  const auto [end, code] = std::from_chars(begin, last, token.page);
  if (code != std::errc{} || last - end < 2 || *end != ' ') return std::nullopt;
  token.after.assign(end + 1, last);
  return token;
}

}  // namespace sluice::lab
