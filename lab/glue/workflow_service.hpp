#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "auth/verifier.hpp"
#include "glue/runs.hpp"
#include "http/exchange.hpp"
#include "s3/store.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/clock.hpp"
#include "stats.hpp"

namespace sluice::lab {

/// What an operation comes to: an answer, or an exception's name and words.
struct GlueAnswer {
  int status = 200;
  std::string body;
};

/// AWS Glue's workflow operations over one scenario. Requests that are none of Glue's go on to
/// `next`; objects of jobs that have succeeded are in S3 before it is asked.
class GlueService final : public HttpService {
 public:
  struct Parts {
    Store& store;
    RequestCounts& counts;
    RandomSource& random;
    const Clock& clock;
    HttpService& next;
  };

  GlueService(Scenario scenario, AuthPolicy auth, const Parts& parts);
  std::unique_ptr<Exchange> begin(const RequestHead& head) override;

 private:
  friend class GlueExchange;
  using Operation = GlueAnswer (GlueService::*)(const codec::JsonValue& input);

  const ScenarioFault* next_fault(const std::string& operation);
  GlueAnswer run(const std::string& operation, const std::string& body);
  void bring_objects();
  void put(const ScenarioObject& object, TimePoint now);
  GlueRun& start(TimePoint now, std::map<std::string, std::string> properties);
  GlueRun* find_run(const codec::JsonValue& input);
  std::size_t running(TimePoint now) const;

  GlueAnswer get_workflow(const codec::JsonValue& input);
  GlueAnswer list_workflows(const codec::JsonValue& input);
  GlueAnswer start_workflow_run(const codec::JsonValue& input);
  GlueAnswer get_workflow_run(const codec::JsonValue& input);
  GlueAnswer get_workflow_runs(const codec::JsonValue& input);
  GlueAnswer get_properties(const codec::JsonValue& input);
  GlueAnswer put_properties(const codec::JsonValue& input);
  GlueAnswer stop_workflow_run(const codec::JsonValue& input);
  GlueAnswer resume_workflow_run(const codec::JsonValue& input);
  GlueAnswer get_job_runs(const codec::JsonValue& input);

  Scenario scenario_;
  Parts parts_;
  SignatureVerifier verifier_;
  std::vector<GlueRun> runs_;               ///< Oldest first.
  std::vector<std::uint64_t> fault_calls_;  ///< How many calls each fault has seen.
  std::map<std::string, bool> made_;        ///< "run id/job" whose objects are there.
};

}  // namespace sluice::lab
