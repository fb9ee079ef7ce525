#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/error.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/smtp/reply.hpp"

namespace sluice::smtp {

/// The error for a reply that is not the one that a step needs. The server's words are left out if
/// they give away one of the secrets.
Error refusal(std::string step, std::string subject, const Reply& reply,
              const std::vector<Secret>& secrets);

}  // namespace sluice::smtp
