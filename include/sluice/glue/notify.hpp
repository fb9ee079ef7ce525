#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/language.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/glue_log.hpp"
#include "sluice/glue/report.hpp"
#include "sluice/net/http_client.hpp"
#include "sluice/net/tls_options.hpp"

namespace sluice::glue {

enum class NoticeStatus : std::uint8_t {
  success,
  partial,  ///< Exit code 0, but files failed (W002).
  failed,
  interrupted,  ///< Exit code 130.
};

/// "success", "partial", "failed", "interrupted": what {status} stands for.
std::string_view name_of(NoticeStatus status);

/// Whether it is told of: who asks for failures hears of all but a whole success.
bool is_due(NotifyWhen when, NoticeStatus status);

/// What is told of a run that has ended.
struct Notice {
  NoticeStatus status = NoticeStatus::failed;
  int exit_code = 1;
  std::string workflow;
  std::string run_id;       ///< Empty: nothing was run.
  bool downloaded = false;  ///< Whether it came to that; else the numbers are zero.
  std::uint64_t total_files = 0, successful = 0, failed = 0, skipped = 0, total_bytes = 0;
  Duration duration{};
  std::vector<std::string> errors;  ///< As logged, in their order.
  std::string report;               ///< Path of the text report; empty: there is none.
  std::string host;                 ///< Where it ran; may be empty.
};

/// What a report does not know.
struct NoticeEnding {
  int exit_code = 0;
  std::string report;  ///< As Notice::report and Notice::host.
  std::string host;
};
Notice make_notice(const ReportData& report, NoticeEnding ending);

/// Slack's form: {"text": …} in the run's language. Slack's own signs in names and errors (& < >)
/// are text there.
std::string slack_body(const Notice& notice, Language language);

/// Fills the user's template. It is JSON, but for the placeholders
///
///   {status} {workflow} {run_id} {error} {report} {host}
///   {total_files} {successful} {failed} {skipped} {size_mb} {duration} {exit_code}
///
/// `{`, one of these names, `}`: nothing that JSON itself could mean, so that JSON's own braces
/// need no care. Within a string, a placeholder stands for its value, escaped as JSON wants it; a
/// literal
/// "{status}" there is written "\u007bstatus}". The numbers (second line) may also stand outside
/// strings, as values. {error} is the first error, {duration} is in whole seconds, {size_mb} in MiB
/// with one decimal. Throws Error{config} for what problem_of_template() finds.
std::string fill_template(std::string_view text, const Notice& notice);

/// What is wrong with a template; "" if nothing is. A template without a problem makes JSON of
/// every notice.
std::string problem_of_template(std::string_view text, Language language = Language::english);

/// One setting that cannot be used.
struct NotifyProblem {
  std::string key;  ///< Below notify.webhook or notify.email: "url", "to[1]".
  std::string message;
};
/// For the configuration's parser. The webhook's URL is a secret, and in no message.
std::vector<NotifyProblem> problems_of(const WebhookConfig& webhook, Language language);
std::vector<NotifyProblem> problems_of(const EmailConfig& email, Language language);

struct NotifyOptions {
  Duration time = std::chrono::seconds(30);         ///< For all of it, with every try.
  Duration webhook_try = std::chrono::seconds(10);  ///< For one try of the webhook.
  net::TlsOptions tls;                              ///< Of the mail server.
};

/// Tells of the run's end, by webhook and mail at once, each tried three times if a failure may
/// pass. What cannot be told is a warning in the log, naming the host and what it answered, and
/// never a failure of the run: throws only Error{cancelled}.
Task<> notify(Runtime& runtime, OpContext context, net::HttpClient& http,
              const NotifyConfig& config, const Notice& notice, const GlueLog& log,
              NotifyOptions options = {});

}  // namespace sluice::glue
