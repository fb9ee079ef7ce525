#include "webdav/front.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "sluice/core/json_text.hpp"

namespace sluice::lab {
namespace {

std::string target_of(const RequestHead& head) {
  std::string target(head.path);
  if (!head.query.empty()) target.append("?").append(head.query);
  return target;
}

void replace_all(std::string& text, std::string_view old, std::string_view now) {
  if (old.empty()) return;
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += now.size())
    text.replace(at, old.size(), now);
}

bool is_for_range(std::string_view name) {
  return same_name(name, "Range") || same_name(name, "If-Range");
}

bool names_places(std::string_view name) {
  return same_name(name, "Destination") || same_name(name, "If");
}

/// Behind "https://" the client reaches the front by TLS, which the server knows nothing of.
void readdress(std::string& value, std::string_view front, const UpstreamServer& server) {
  for (const char* const scheme : {"http://", "https://"})
    replace_all(value, scheme + std::string(front), server.origin());
}

/// "bytes 3-9/10" becomes "bytes 4-9/10".
std::string later_range(std::string_view range) {
  constexpr std::string_view unit = "bytes ";
  std::uint64_t first = 0;
  if (range.starts_with(unit)) range.remove_prefix(unit.size());
  const auto [end, failed] = std::from_chars(range.data(), range.data() + range.size(), first);
  if (failed != std::errc()) return std::string(range);
  return fmt::format("{}{}{}", unit, first + 1,
                     range.substr(static_cast<std::size_t>(end - range.data())));
}

Response failed_answer(const WebdavFault& fault) {
  Response response;
  response.status = fault.status;
  response.body = "<html><body>made up by sluice-lab</body></html>";
  response.field("Content-Type", "text/html");
  if (fault.retry_after) response.field("Retry-After", fmt::format("{}", *fault.retry_after));
  return response;
}

class FrontExchange final : public Exchange {
 public:
  FrontExchange(WebdavFront& front, const RequestHead& head, const WebdavFault* fault)
      : front_(front), head_(head), fault_(fault) {}

  bool wants_body() const override { return waits(); }
  void write(Bytes piece) override { body_.append(as_text(piece)); }
  const WireFaults* faults() const override { return fault_ ? &fault_->wire : nullptr; }
  bool waits() const override { return !fault_ || !fault_->answers_itself(); }
  Response finish() override { return counted(own_answer(*fault_)); }

  boost::asio::awaitable<Response> wait() override {
    UpstreamServer server = front_.server();
    UpstreamRequest request = passed_on(head_, std::move(body_), server, fault_);
    auto answer = co_await ask_upstream(std::move(server), std::move(request));
    if (!answer) co_return counted(plain_refusal(502, "the server does not answer"));
    co_return counted(passed_back(std::move(*answer), head_, front_.server(), fault_));
  }

 private:
  Response counted(Response response) {
    front_.counts().on_answer(response.status);
    return response;
  }

  WebdavFront& front_;
  const RequestHead& head_;
  const WebdavFault* fault_;
  std::string body_;
};

}  // namespace

UpstreamRequest passed_on(const RequestHead& head, std::string body, const UpstreamServer& server,
                          const WebdavFault* fault) {
  UpstreamRequest request{.method = std::string(head.method),
                          .target = target_of(head),
                          .fields = {},
                          .body = std::move(body)};
  const std::string_view front = head.value_or_empty("Host");
  const auto is = [fault](WebdavFaultKind kind) { return fault && fault->kind == kind; };
  for (const HeaderField& field : head.fields) {
    if (is_of_connection(field.name)) continue;
    if (is(WebdavFaultKind::ignore_range) && is_for_range(field.name)) continue;
    // Its answer then has a nonce that is good.
    if (is(WebdavFaultKind::stale_nonce) && same_name(field.name, "Authorization")) continue;
    std::string value(field.value);
    const bool keeps = is(WebdavFaultKind::keep_destination);
    if (names_places(field.name) && !keeps) readdress(value, front, server);
    request.fields.emplace_back(std::string(field.name), std::move(value));
  }
  return request;
}

Response passed_back(UpstreamAnswer answer, const RequestHead& head, const UpstreamServer& server,
                     const WebdavFault* fault) {
  if (fault && fault->kind == WebdavFaultKind::late_status) return failed_answer(*fault);
  Response response;
  response.status = answer.status;
  response.head_only = head.method == "HEAD";
  response.body = std::move(answer.body);
  for (auto& [name, value] : answer.fields) {
    if (same_name(name, "Server")) continue;  // the sender names itself
    if (same_name(name, "Location"))
      replace_all(value, server.authority(), head.value_or_empty("Host"));
    if (fault && fault->kind == WebdavFaultKind::wrong_range && same_name(name, "Content-Range"))
      value = later_range(value);
    if (fault && fault->kind == WebdavFaultKind::stale_nonce && same_name(name, "WWW-Authenticate"))
      value += ", stale=true";
    response.field(name, value);
  }
  if (fault && fault->kind == WebdavFaultKind::truncate && fault->bytes < response.body.size())
    response.body.resize(static_cast<std::size_t>(fault->bytes));
  if (fault && fault->kind == WebdavFaultKind::xml && answer.status == 207)
    response.body = falsified_multistatus(fault->xml, std::move(response.body), head.path);
  return response;
}

Response own_answer(const WebdavFault& fault) {
  if (fault.kind == WebdavFaultKind::status) return failed_answer(fault);
  Response response;
  response.status = 302;
  response.field("Location", fault.location);
  return response;
}

std::unique_ptr<Exchange> WebdavFront::begin(const RequestHead& head) {
  counts_.on_request(head.method);
  const WebdavFault* const fault = faults_.strike(
      {.method = head.method, .path = head.path, .depth = head.value_or_empty("Depth")});
  return std::make_unique<FrontExchange>(*this, head, fault);
}

std::string WebdavFront::json(const ConnectionCounts& connections) const {
  std::string operations, statuses;
  for (const auto& [method, count] : counts_.by_operation) {
    append_json_string(operations.empty() ? operations : operations += ',', method);
    operations += fmt::format(":{}", count);
  }
  for (const auto& [status, count] : counts_.by_status)
    statuses += fmt::format("{}\"{}\":{}", statuses.empty() ? "" : ",", status, count);
  return fmt::format(
      R"({{"requests":{},"connections":{},"bytes_in":{},"operations":{{{}}},"statuses":{{{}}},"struck":[{}]}})",
      counts_.total, connections.opened, connections.bytes_in, operations, statuses,
      fmt::join(faults_.struck(), ","));
}

}  // namespace sluice::lab
