#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sluice/core/redaction.hpp"
#include "ssh/session.hpp"

namespace sluice::ssh {
namespace {

constexpr std::size_t longest_words = 300;

constexpr auto codes = std::to_array<std::pair<int, ErrorCode>>({
    {LIBSSH2_ERROR_SOCKET_SEND, ErrorCode::network},
    {LIBSSH2_ERROR_SOCKET_RECV, ErrorCode::network},
    {LIBSSH2_ERROR_SOCKET_DISCONNECT, ErrorCode::network},
    {LIBSSH2_ERROR_CHANNEL_CLOSED, ErrorCode::network},
    {LIBSSH2_ERROR_CHANNEL_EOF_SENT, ErrorCode::network},
    {LIBSSH2_ERROR_TIMEOUT, ErrorCode::timeout},
    {LIBSSH2_ERROR_ALLOC, ErrorCode::internal},
    {LIBSSH2_ERROR_CHANNEL_FAILURE, ErrorCode::permission_denied},
});

/// What the server said when it took its leave.
ErrorCode code_of_disconnect(int reason, std::string_view words) {
  constexpr int too_many_connections = 12, no_more_ways = 14;  // RFC 4253 section 11.1
  if (reason == no_more_ways || words.find("authentication failures") != words.npos)
    return ErrorCode::unauthenticated;
  return reason == too_many_connections ? ErrorCode::throttled : ErrorCode::network;
}

}  // namespace

Error Session::error_for(int result, std::string operation) const {
  if (!disconnect_words_.empty())
    return Error(code_of_disconnect(disconnect_reason_, disconnect_words_), std::move(operation),
                 subject_, disconnect_words_);
  if (failure_) return *failure_;
  char* words = nullptr;
  int size = 0;
  libssh2_session_last_error(raw_.get(), &words, &size, 0);
  const std::string_view said(words ? words : "", static_cast<std::size_t>(std::max(size, 0)));
  const auto* const known = std::ranges::find(codes, result, &std::pair<int, ErrorCode>::first);
  return Error(known == codes.end() ? ErrorCode::protocol : known->second, std::move(operation),
               subject_, fmt::format("{} (libssh2 {})", one_line(said, longest_words), result));
}

}  // namespace sluice::ssh
