#include "control.hpp"

#include <fmt/format.h>

#include "s3/error.hpp"
#include "s3/query.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::lab {
namespace {

constexpr std::size_t max_body_bytes = 1_MiB;

class ControlExchange final : public Exchange {
 public:
  ControlExchange(ControlService& service, const RequestHead& head)
      : service_(service), head_(head) {}
  bool wants_body() const override { return true; }
  void write(Bytes piece) override {
    if (body_.size() + piece.size() > max_body_bytes) throw BadRequest(413, "too many faults");
    body_.append(as_text(piece));
  }
  Response finish() override { return service_.answer(head_, body_); }

 private:
  ControlService& service_;
  const RequestHead& head_;
  std::string body_;
};

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body) + '\n';
  response.field("Content-Type", "application/json");
  return response;
}

Response failure(int status, std::string_view message) {
  std::string body = "{\"error\":";
  append_json_string(body, message);
  return json_response(status, body + "}");
}

}  // namespace

std::vector<FaultRule> parse_fault_lines(std::string_view text) {
  std::vector<FaultRule> rules;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (line.ends_with('\r') || line.ends_with(' '))
      line.remove_suffix(1);
    if (!line.empty() && !line.starts_with('#')) rules.push_back(parse_fault(line));
  }
  return rules;
}

std::unique_ptr<Exchange> ControlService::begin(const RequestHead& head) {
  return std::make_unique<ControlExchange>(*this, head);
}

Response ControlService::answer(const RequestHead& head, std::string_view body) {
  if (head.path == "/-/lab/stats" && head.method == "GET") return json_response(200, stats_.json());
  if (head.path == "/-/lab/reset" && head.method == "POST") {
    stats_.reset();
    return json_response(200, stats_.json());
  }
  if (head.path == "/-/lab/faults") return answer_faults(head, body);
  return failure(404, "there is no such control");
}

Response ControlService::answer_faults(const RequestHead& head, std::string_view body) {
  try {
    if (head.method != "GET") change_faults(head, body);
  } catch (const Error& error) {
    return failure(400, error.what());
  } catch (const S3Error& error) {
    return failure(400, error.message);
  }
  return json_response(200, "{\"faults\":" + faults_.json() + "}");
}

void ControlService::change_faults(const RequestHead& head, std::string_view body) {
  auto rules = parse_fault_lines(body);
  const Query parameters(head.query);
  for (const auto& [name, value] : parameters.pairs())
    rules.push_back(parse_fault(value.empty() ? name : fmt::format("{}={}", name, value)));
  const bool all = head.method == "PUT" || head.method == "DELETE";
  if (!all && head.method != "POST")
    throw Error(ErrorCode::invalid_input, "change faults", std::string(head.method),
                "the methods are GET, POST, PUT and DELETE");
  if (head.method == "DELETE" && !rules.empty())
    throw Error(ErrorCode::invalid_input, "change faults", "DELETE",
                "it takes all away; KIND=off by POST takes one kind away");
  if (all) faults_.clear();
  faults_.set(rules, clock_.steady());
}

}  // namespace sluice::lab
