#pragma once

#include <string>

#include "glue/workflow_service.hpp"
#include "http/exchange.hpp"

namespace sluice::lab {

/// One call of Glue: its body is read, its signature verified, its faults played.
class GlueExchange final : public Exchange {
 public:
  GlueExchange(GlueService& service, const RequestHead& head);

  bool wants_body() const override { return true; }
  void write(Bytes piece) override;
  Response finish() override;
  const WireFaults* faults() const override { return fault_ ? &wire_ : nullptr; }

 private:
  GlueAnswer answer();
  GlueAnswer unsigned_refusal(const class S3Error& error) const;

  GlueService& service_;
  const RequestHead& head_;
  std::string operation_;
  std::string body_;
  const ScenarioFault* fault_ = nullptr;
  WireFaults wire_;
};

}  // namespace sluice::lab
