#include "s3/service.hpp"

#include <fmt/format.h>

#include <new>
#include <optional>

#include "s3/error.hpp"
#include "s3/operations.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

void check_faults(const RequestFaults& faults, RequestCounts& counts) {
  if (faults.refusal == RequestFaults::Refusal::none) return;
  ++counts.injected;
  S3Error error =
      faults.refusal == RequestFaults::Refusal::slow_down
          ? S3Error(503, "SlowDown", "Please reduce your request rate.")
          : S3Error(500, "InternalError", "We encountered an internal error. Please try again.");
  if (faults.retry_after) error.with_field("Retry-After", fmt::format("{}", *faults.retry_after));
  throw error;
}

/// A failure of the lab's own, such as a full disk.
S3Error own_failure(const std::exception& thrown) {
  return {500, "InternalError", thrown.what()};
}

}  // namespace

/// One S3 request on its way: refused at the head, or its body goes to storage and then the
/// operation runs.
class S3Exchange final : public Exchange {
 public:
  S3Exchange(S3Service& service, const RequestHead& head) : service_(service) {
    request_.head = &head;
    request_.now = service.parts_.clock.now();
    request_.id = service.parts_.random.hex_id();
    guarded([this] { start(); });
  }

  bool wants_body() const override { return body_ != nullptr && !answer_; }

  void write(Bytes piece) override {
    if (!wants_body()) return;
    guarded([this, piece] { body_->write(piece); });
  }

  Response finish() override {
    if (!answer_)
      guarded([this] { answer_ = run_operation(service_.world_, request_, body_->finish()); });
    return finished(std::move(*answer_));
  }

  Duration delay() const override { return faults_.delay; }

 private:
  void start() {
    read_target_and_count();
    faults_ = draw(service_.parts_.faults, service_.parts_.random);
    check_faults(faults_, service_.parts_.counts);
    request_.verified = service_.verifier_.verify(*request_.head, request_.query, request_.now);
    const auto use = body_use_of(request_.operation);
    if (use == BodyUse::none) {
      answer_ = run_operation(service_.world_, request_);
      return;
    }
    check_before_body(service_.world_, request_);
    auto& storage = use == BodyUse::data ? service_.world_.store.storage() : *service_.documents_;
    body_ = std::make_unique<PayloadReader>(*request_.head, request_.verified, storage,
                                            payload_options(service_.world_, request_));
  }

  void read_target_and_count() {
    try {
      read_target(request_, service_.options_.domain);
    } catch (const S3Error&) {
      service_.parts_.counts.on_request(name_of(request_.operation));
      throw;
    }
    service_.parts_.counts.on_request(name_of(request_.operation));
  }

  template <class Step>
  void guarded(Step step) {
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

  void refuse(const S3Error& error) {
    service_.parts_.counts.on_error(error.code);
    Response response;
    response.status = error.status;
    response.fields = error.fields;
    if (request_.head->method != "HEAD") {
      response.field("Content-Type", "application/xml");
      response.body = error_document(error, request_.head->path, request_.id);
    }
    answer_ = std::move(response);
  }

  Response finished(Response response) {
    response.field("x-amz-request-id", request_.id)
        .field("x-amz-id-2", "sluice-lab/" + request_.id);
    service_.parts_.counts.on_answer(response.status);
    return response;
  }

  S3Service& service_;
  S3Request request_;
  RequestFaults faults_;
  std::unique_ptr<PayloadReader> body_;
  std::optional<Response> answer_;
};

S3Service::S3Service(S3Options options, const Parts& parts)
    : options_(std::move(options)),
      parts_(parts),
      world_{.store = parts.store, .options = options_, .random = parts.random},
      verifier_(options_.auth),
      documents_(make_memory_storage()) {}

std::unique_ptr<Exchange> S3Service::begin(const RequestHead& head) {
  return std::make_unique<S3Exchange>(*this, head);
}

}  // namespace sluice::lab
