#pragma once

#include <memory>
#include <optional>

#include "http/exchange.hpp"
#include "s3/error.hpp"
#include "s3/payload.hpp"
#include "s3/service.hpp"

namespace sluice::lab {

/// One S3 request on its way: refused at the head, or its body goes to storage and then the
/// operation runs. Faults come in at three points: before the request is looked at, when it was
/// carried out, and in the answer's text.
class S3Exchange final : public Exchange {
 public:
  S3Exchange(S3Service& service, const RequestHead& head);

  bool wants_body() const override { return body_ != nullptr && !answer_; }
  void write(Bytes piece) override;
  Response finish() override;
  const WireFaults* faults() const override { return faults_ ? &faults_->wire : nullptr; }

 private:
  void start();
  void read_target_and_count();
  void decide_faults();
  void run();
  template <class Step>
  void guarded(Step step);
  void refuse(const S3Error& error);
  Response finished(Response response);
  S3Error made_up() const;
  bool answers(FaultAnswer::Form form) const;

  S3Service& service_;
  S3Request request_;
  std::unique_ptr<RequestFaults> faults_;  ///< Null while no fault is set at all.
  std::unique_ptr<PayloadReader> body_;
  std::optional<Response> answer_;
};

}  // namespace sluice::lab
