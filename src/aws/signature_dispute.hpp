#pragma once

#include <string>
#include <string_view>

#include "sluice/aws/aws_error.hpp"
#include "sluice/aws/credentials.hpp"
#include "sluice/aws/signing.hpp"
#include "sluice/core/log.hpp"

namespace sluice::aws {

/// Whether the peer computed another signature than we did.
bool is_signature_dispute(const ServiceError& refusal);

/// Logs at debug level what the peer signed and what we signed, side by side: the difference is the
/// reason. The session token, part of what is signed, is masked wherever it stands.
void log_signature_dispute(const Logger& log, const ServiceError& refusal, const SigningTexts& ours,
                           const Credentials& credentials);

/// `text` with "***" for each `secret` in it, as it is and percent-encoded. Pure.
std::string masked(std::string text, std::string_view secret);

}  // namespace sluice::aws
