#include "smtp/refusal.hpp"

#include <algorithm>
#include <utility>

#include "sluice/core/redaction.hpp"

namespace sluice::smtp {
namespace {

ErrorCode code_of(const Reply& reply) {
  // A good answer at the wrong moment.
  if (reply.completed() || reply.wants_more()) return ErrorCode::protocol;
  if (reply.transient()) return ErrorCode::unavailable;
  switch (reply.code) {
    case 500:
    case 502:
    case 504:
    case 555:
      return ErrorCode::unsupported;
    case 530:
    case 534:
    case 535:
    case 538:
      return ErrorCode::unauthenticated;  // RFC 4954 section 6
    default:
      return ErrorCode::permission_denied;
  }
}

}  // namespace

Error refusal(std::string step, std::string subject, const Reply& reply,
              const std::vector<Secret>& secrets) {
  std::string words = reply.text();
  std::string whole;
  for (const std::string& line : reply.lines)
    whole += line;
  const auto given_away = [&](const Secret& secret) {
    return gives_away(whole, secret.reveal()) || gives_away(words, secret.reveal());
  };
  if (std::any_of(secrets.begin(), secrets.end(), given_away))
    words = "the server's words are not shown: they quote the password";
  if (words.empty()) words = "the server gives no reason";
  return Error(code_of(reply), std::move(step), std::move(subject), std::move(words))
      .with_server(std::to_string(reply.code), "");
}

}  // namespace sluice::smtp
