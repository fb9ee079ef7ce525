#include "s3/exchange.hpp"

#include <fmt/format.h>

#include <chrono>
#include <new>

#include "auth/claims.hpp"
#include "s3/error.hpp"
#include "s3/falsify.hpp"
#include "s3/fault_answer.hpp"
#include "s3/list_token.hpp"
#include "s3/operations.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

using Form = FaultAnswer::Form;

/// A failure of the lab's own, such as a full disk.
S3Error own_failure(const std::exception& thrown) {
  return {500, "InternalError", thrown.what()};
}

std::uint64_t page_of(const S3Request& request) {
  if (request.operation != Operation::list_objects_v2) return 0;
  const auto* token = request.query.find("continuation-token");
  if (!token) return 1;
  const auto parsed = parse_list_token(*token);
  return parsed ? parsed->page : 0;
}

/// What a proxy in between says: nothing that S3 would.
std::string proxy_page(int status) {
  return fmt::format("<html><body><h1>{} {}</h1></body></html>\n", status, reason_of(status));
}

}  // namespace

S3Exchange::S3Exchange(S3Service& service, const RequestHead& head) : service_(service) {
  request_.head = &head;
  request_.now = service.parts_.clock.now();
  request_.id = service.parts_.random.hex_id();
  guarded([this] { start(); });
}

void S3Exchange::write(Bytes piece) {
  if (!wants_body()) return;
  guarded([this, piece] { body_->write(piece); });
}

Response S3Exchange::finish() {
  if (!answer_) guarded([this] { run(); });
  return finished(std::move(*answer_));
}

void S3Exchange::start() {
  read_target_and_count();
  if (!service_.parts_.faults.empty()) decide_faults();
  if (faults_ && faults_->wire.ends_before_effect()) return;
  if (faults_ && faults_->answer && !answers(Form::late)) throw made_up();
  request_.verified = service_.verifier_.verify(*request_.head, request_.query, request_.now);
  const auto use = body_use_of(request_.operation);
  if (use == BodyUse::none) return run();
  check_before_body(service_.world_, request_);
  auto& storage = use == BodyUse::data ? service_.world_.store.storage() : *service_.documents_;
  body_ = std::make_unique<PayloadReader>(*request_.head, request_.verified, storage,
                                          payload_options(service_.world_, request_));
}

void S3Exchange::run() {
  answer_ = body_ ? run_operation(service_.world_, request_, body_->finish())
                  : run_operation(service_.world_, request_);
  if (answers(Form::late)) throw made_up();
}

void S3Exchange::read_target_and_count() {
  try {
    read_target(request_, service_.options_.domain);
  } catch (const S3Error&) {
    service_.parts_.counts.on_request(name_of(request_.operation));
    throw;
  }
  service_.parts_.counts.on_request(name_of(request_.operation));
}

void S3Exchange::decide_faults() {
  const auto& parts = service_.parts_;
  RequestFacts facts{.operation = request_.operation,
                     .key = request_.key,
                     .page = page_of(request_),
                     .credentials = {},
                     .region = {},
                     .home_region = service_.options_.auth.region};
  std::string credentials;
  std::optional<SignatureClaims> claims;
  if (parts.faults.looks_at_credentials()) claims = read_claims(*request_.head, request_.query);
  if (claims) {
    credentials = claims->access_key + '\n' + claims->session_token;
    facts.credentials = credentials;
    facts.region = claims->region;
  }
  faults_ = std::make_unique<RequestFaults>(
      parts.faults.decide(facts, parts.clock.steady(), parts.fault_counts));
  request_.faults = faults_->operation;
  request_.now += faults_->clock_skew;
}

bool S3Exchange::answers(Form form) const {
  return faults_ && faults_->answer && faults_->answer->form == form;
}

S3Error S3Exchange::made_up() const {
  return made_up_error(*faults_->answer, request_, service_.options_.auth.region);
}

template <class Step>
void S3Exchange::guarded(Step step) {
  try {
    step();
  } catch (const S3Error& error) {
    refuse(error);
  } catch (const Error& error) {
    refuse(own_failure(error));
  } catch (const std::bad_alloc& error) {
    refuse(own_failure(error));
  }
}

void S3Exchange::refuse(const S3Error& error) {
  const bool page = error.code.empty();
  if (!page) service_.parts_.counts.on_error(error.code);
  Response response;
  response.status = error.status;
  response.fields = error.fields;
  if (request_.head->method != "HEAD") {
    response.field("Content-Type", page ? "text/html" : "application/xml");
    response.body =
        page ? proxy_page(error.status) : error_document(error, request_.head->path, request_.id);
  }
  answer_ = std::move(response);
}

Response S3Exchange::finished(Response response) {
  response.field("x-amz-request-id", request_.id).field("x-amz-id-2", "sluice-lab/" + request_.id);
  service_.parts_.counts.on_answer(response.status);
  if (!faults_) return response;
  if (faults_->wrong_etag) falsify_etags(response);
  if (faults_->wrong_checksum) falsify_checksums(response);
  if (faults_->clock_skew != Duration::zero())
    response.date = codec::format_http_date(std::chrono::floor<std::chrono::seconds>(request_.now));
  return response;
}

}  // namespace sluice::lab
