#pragma once

#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/downloader.hpp"
#include "sluice/glue/glue_log.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::glue {

/// What is told, in the run's language: one line, then the first errors.
std::string notice_text(const RunOutcome& outcome, Language language);
/// The webhook's body: Slack's {"text": ...}, or the template filled in.
std::string webhook_body(const WebhookConfig& webhook, const RunOutcome& outcome,
                         Language language);

/// Posts the notice, if it is wanted for such an end, within 30 s and three tries. That it could
/// not be sent is a warning that names the host; the URL is a secret.
Task<> notify(Runtime& runtime, OpContext context, net::HttpClient& http,
              const NotifyConfig& config, const RunOutcome& outcome, const GlueLog& log);

}  // namespace sluice::glue
