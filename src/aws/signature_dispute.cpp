#include "aws/signature_dispute.hpp"

#include <utility>

#include "sluice/codec/percent.hpp"

namespace sluice::aws {
namespace {

std::string without(std::string_view text, std::string_view secret) {
  std::string out;
  for (;;) {
    const std::size_t at = text.find(secret);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += "***";
    text.remove_prefix(at + secret.size());
  }
}

}  // namespace

bool is_signature_dispute(const ServiceError& refusal) {
  return refusal.code == "SignatureDoesNotMatch";
}

std::string masked(std::string text, std::string_view secret) {
  if (secret.empty()) return text;
  std::string encoded;
  codec::append_percent_encoded(encoded, secret, codec::Slash::encode);
  return without(without(text, secret), encoded);
}

void log_signature_dispute(const Logger& log, const ServiceError& refusal, const SigningTexts& ours,
                           const Credentials& credentials) {
  const std::string& token = credentials.session_token.reveal();
  log.debug("The server computed another signature",
            {{"access_key_id", credentials.access_key_id},
             {"our_string_to_sign", masked(ours.string_to_sign, token)},
             {"server_string_to_sign", masked(refusal.string_to_sign, token)},
             {"our_canonical_request", masked(ours.canonical_request, token)},
             {"server_canonical_request", masked(refusal.canonical_request, token)}});
}

}  // namespace sluice::aws
