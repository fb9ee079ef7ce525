#include <algorithm>
#include <limits>

#include "sluice/core/error.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t first_piece = 4 << 10;

}  // namespace

Task<std::string> HttpResponse::read_all(std::size_t limit) {
  const auto refuse = [limit] {
    throw Error(ErrorCode::protocol, "HTTP response body", "",
                "it is longer than " + std::to_string(limit) + " bytes");
  };
  if (content_length_ && *content_length_ > limit && body_) {
    // An answer to HEAD announces a length and has no body.
    std::byte probe{};
    const std::size_t some = co_await body_->read(MutableBytes(&probe, 1));
    if (some == 0) co_return std::string();
    refuse();
  }
  std::string text;
  // One byte beyond the limit tells a body that is too long from one that just fits.
  const std::size_t most = limit == std::numeric_limits<std::size_t>::max() ? limit : limit + 1;
  const auto expected = static_cast<std::size_t>(content_length_.value_or(0));
  text.resize(expected > 0 ? expected : std::min(first_piece, most));
  std::size_t length = 0;
  while (expected == 0 || length < expected) {
    if (length == text.size()) text.resize(std::min(text.size() * 2, most));
    const MutableBytes room(reinterpret_cast<std::byte*>(text.data()) + length,
                            text.size() - length);
    const std::size_t count = co_await body_->read(room);
    if (count == 0) break;
    length += count;
    if (length > limit) refuse();
  }
  text.resize(length);
  co_return text;
}

}  // namespace sluice::net
