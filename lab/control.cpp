#include "control.hpp"

#include "s3/error.hpp"
#include "s3/query.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::lab {
namespace {

class Answered final : public Exchange {
 public:
  explicit Answered(Response response) : response_(std::move(response)) {}
  bool wants_body() const override { return false; }
  void write(Bytes) override {}
  Response finish() override { return std::move(response_); }

 private:
  Response response_;
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

std::unique_ptr<Exchange> ControlService::begin(const RequestHead& head) {
  return std::make_unique<Answered>(answer(head));
}

Response ControlService::answer(const RequestHead& head) {
  const bool get = head.method == "GET";
  const bool post = head.method == "POST";
  if (head.path == "/-/lab/stats" && get) return json_response(200, stats_.json());
  if (head.path == "/-/lab/reset" && post) {
    stats_.reset();
    return json_response(200, stats_.json());
  }
  if (head.path != "/-/lab/faults" || (!get && !post))
    return failure(404, "there is no such control");
  if (get) return json_response(200, json(faults_));
  try {
    change_faults(head.query);
  } catch (const Error& error) {
    return failure(400, error.what());
  } catch (const S3Error& error) {
    return failure(400, error.message);
  }
  return json_response(200, json(faults_));
}

void ControlService::change_faults(std::string_view query) {
  Faults changed = faults_;  // all or none
  const Query parameters(query);
  for (const auto& [name, value] : parameters.pairs())
    set_fault(changed, name, value);
  faults_ = changed;
}

}  // namespace sluice::lab
