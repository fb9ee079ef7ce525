#pragma once

#include "sluice/async/retry.hpp"
#include "sluice/glue/notify.hpp"

namespace sluice::glue {

/// What a sender works with. All of it outlives the sending.
struct Sending {
  Runtime* runtime;
  const NotifyConfig* config;
  const Notice* notice;
  const GlueLog* log;
  const NotifyOptions* options;
  SteadyTime backstop;  ///< After the deadline: for what does not look at it.
};

// Each says in the log how it went. Cancelled, it says that and returns.
Task<> tell_webhook(Sending sending, OpContext context, net::HttpClient* http);
Task<> tell_by_email(Sending sending, OpContext context);

/// Three tries, some seconds apart at most.
inline constexpr RetryPolicy notice_retries{
    .max_attempts = 3, .base = std::chrono::seconds(1), .cap = std::chrono::seconds(5)};

}  // namespace sluice::glue
