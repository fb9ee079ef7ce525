#include "sluice/glue/notify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "glue/notice_template.hpp"
#include "glue/report_words.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/retry.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/net/endpoint.hpp"

namespace sluice::glue {
namespace {

using Text = std::string_view;

constexpr auto longest = std::chrono::seconds(30);
constexpr std::uint32_t tries = 3;
constexpr std::size_t errors_told = 3;
constexpr std::size_t answer_limit = 64_KiB;

constexpr Message<Text, Text, Text, std::uint64_t, std::uint64_t, std::uint64_t, Text> line{
    "{}: Glue workflow {} ({}): {} downloaded, {} failed, {} skipped, {} MB",
    "{}: Glue Workflow {} ({}): 成功 {}件, 失敗 {}件, スキップ {}件, {} MB"};
constexpr Message<> success{"Success", "成功"}, failure{"Failure", "失敗"};
constexpr Message<Text, Text> not_sent{"The notice could not be sent to {}: {}",
                                       "通知を送信できませんでした: {} - {}"};

bool is_wanted(NotifyWhen when, bool succeeded) {
  if (when == NotifyWhen::always) return true;
  return (when == NotifyWhen::success) == succeeded;
}

std::string run_id_of(const RunOutcome& outcome) {
  return outcome.report.workflow ? outcome.report.workflow->run_id : "-";
}

NoticeValues values_of(const RunOutcome& outcome, Language language) {
  const ReportData& report = outcome.report;
  const DownloadResult none;
  const DownloadResult& result = report.download ? *report.download : none;
  NoticeValues values;
  values["status"] = outcome.failure ? "failure" : "success";
  values["workflow"] = report.workflow_name;
  values["run_id"] = run_id_of(outcome);
  values["total_files"] = std::to_string(result.total_files);
  values["successful"] = std::to_string(result.successful);
  values["failed"] = std::to_string(result.failed);
  values["skipped"] = std::to_string(result.skipped);
  values["size_mb"] = words::megabytes(result.total_bytes);
  const std::chrono::duration<double> taken = report.finished - report.timestamp;
  values["duration"] = fmt::format("{:.1f}", taken.count());
  values["error"] = report.errors.empty() ? "" : report.errors.front();
  values["report"] =
      outcome.report_files.empty() ? "" : words::shown_path(report, outcome.report_files.front());
  values["exit_code"] = std::to_string(outcome.exit_code);
  values["text"] = notice_text(outcome, language);
  return values;
}

Task<> post(OpContext context, net::HttpClient* http, const net::Url* url, Bytes body) {
  net::HttpRequest request;
  request.endpoint = url->endpoint;
  request.target = url->target;
  request.method = "POST";
  request.headers.add("Content-Type", "application/json");
  request.body = body;
  net::HttpResponse response = co_await http->send(std::move(context), request);
  const int status = response.status();
  const std::string answer = co_await response.read_all(answer_limit);
  if (status >= 200 && status < 300) co_return;
  Error error(status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid_input, "post", "notice",
              answer.substr(0, 200));
  throw error.with_status(status);
}

}  // namespace

std::string notice_text(const RunOutcome& outcome, Language language) {
  const ReportData& report = outcome.report;
  const DownloadResult none;
  const DownloadResult& result = report.download ? *report.download : none;
  std::string text = say(language, line, say(language, outcome.failure ? failure : success),
                         report.workflow_name, run_id_of(outcome), result.successful, result.failed,
                         result.skipped, words::megabytes(result.total_bytes));
  for (std::size_t i = 0; i < std::min(errors_told, report.errors.size()); ++i)
    text += "\n" + report.errors[i];
  return text;
}

std::string webhook_body(const WebhookConfig& webhook, const RunOutcome& outcome,
                         Language language) {
  if (!webhook.template_text.empty())
    return filled_in(webhook.template_text, values_of(outcome, language));
  codec::JsonWriter writer;
  writer.begin_object().key("text").value(notice_text(outcome, language)).end_object();
  return writer.take();
}

Task<> notify(Runtime& runtime, OpContext context, net::HttpClient& http,
              const NotifyConfig& config, const RunOutcome& outcome, const GlueLog& log) {
  if (!config.webhook || !is_wanted(config.webhook->when, !outcome.failure)) co_return;
  const std::string body = webhook_body(*config.webhook, outcome, log.language());
  std::string host = "webhook";
  std::optional<Error> failed;
  try {
    const net::Url url = net::parse_url(config.webhook->url.reveal());
    host = url.endpoint.host;
    RetryPolicy policy = RetryPolicy::exponential();
    policy.max_attempts = tries;
    Retrier retrier(runtime, policy);
    const OpContext limited = context.shortened_to(runtime.clock().steady() + longest);
    auto once = [&limited, &http, &url, &body] {
      return post(limited, &http, &url, as_bytes(body));
    };
    co_await retrier.run(limited, Safety::idempotent, once);
  } catch (...) {
    failed = error_from(std::current_exception());
  }
  if (!failed) co_return;
  // The error may name the URL, which is a secret.
  const std::string reason = failed->status() != 0 ? fmt::format("HTTP {}", failed->status())
                                                   : std::string(name_of(failed->code()));
  log.warning(Component::main, not_sent, host, reason);
}

}  // namespace sluice::glue
