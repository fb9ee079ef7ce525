#include "glue/glue_exchange.hpp"

#include "glue/answers.hpp"
#include "s3/error.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"

namespace sluice::lab {
namespace {

constexpr std::size_t longest_body = 1_MiB;

}  // namespace

GlueExchange::GlueExchange(GlueService& service, const RequestHead& head)
    : service_(service),
      head_(head),
      operation_(head.value_or_empty("x-amz-target").substr(std::string_view("AWSGlue.").size())) {
  service_.parts_.counts.on_request("Glue." + operation_);
  fault_ = service_.next_fault(operation_);
  if (!fault_) return;
  wire_.delay =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(fault_->latency));
  if (fault_->lost) {
    wire_.end = WireEnd::close;
    wire_.place = fault_->effect ? WirePlace::answer : WirePlace::request;
  }
}

void GlueExchange::write(Bytes piece) {
  if (body_.size() + piece.size() <= longest_body) body_ += as_text(piece);
}

Response GlueExchange::finish() {
  const GlueAnswer given = answer();
  service_.parts_.counts.on_answer(given.status);
  Response response;
  response.status = given.status;
  response.body = given.body;
  response.field("Content-Type", "application/x-amz-json-1.1");
  response.field("x-amzn-requestid", service_.parts_.random.uuid());
  return response;
}

GlueAnswer GlueExchange::answer() {
  try {
    const std::string hash = codec::to_hex(codec::sha256(as_bytes(body_)));
    service_.verifier_.verify_service(head_, service_.parts_.clock.now(), "glue", hash);
  } catch (const S3Error& error) {
    return unsigned_refusal(error);
  }
  const bool broken = fault_ && (fault_->lost || !fault_->error.empty());
  if (broken && !fault_->effect)
    return {.status = fault_->status, .body = error_json(fault_->error, fault_->message)};
  GlueAnswer given = service_.run(operation_, body_);
  if (broken)
    given = {.status = fault_->status, .body = error_json(fault_->error, fault_->message)};
  return given;
}

/// In the words of the JSON services.
GlueAnswer GlueExchange::unsigned_refusal(const S3Error& error) const {
  std::string type = "InvalidSignatureException";
  if (error.code == "InvalidAccessKeyId" || error.code == "InvalidToken")
    type = "UnrecognizedClientException";
  if (error.code == "AccessDenied") type = "MissingAuthenticationTokenException";
  return {.status = 400, .body = error_json(type, error.message)};
}

}  // namespace sluice::lab
