#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::lab {

/// An object that lies in S3 from the start, or once a job has succeeded.
struct ScenarioObject {
  std::string bucket, key;
  std::string text;  ///< Its bytes; else `size` bytes.
  std::uint64_t size = 0;
  std::string storage_class = "STANDARD";
  std::map<std::string, std::string> metadata;
};

/// A node of the graph.
struct ScenarioJob {
  std::string name;
  bool crawler = false;
  std::vector<std::string>
      after;                   ///< Nodes that must have succeeded; none: it begins with the run.
  bool never = false;          ///< Its trigger does not fire.
  double seconds = 0;          ///< Of one attempt.
  std::uint32_t attempts = 1;  ///< All but the last one fail.
  std::string state = "SUCCEEDED";  ///< How the last attempt ends.
  std::string error;
  std::string log_group = "/aws-glue/jobs";
  std::vector<ScenarioObject> objects;
};

/// What goes wrong with calls of one operation.
struct ScenarioFault {
  std::string operation;  ///< Empty: all.
  std::uint64_t skip = 0, count = 1;
  std::string error;  ///< The exception's name; empty: none.
  int status = 400;
  std::string message = "Rate exceeded";
  bool lost = false;    ///< The connection ends without an answer.
  bool effect = false;  ///< The call is carried out all the same.
  double latency = 0;   ///< Seconds before the answer.
};

struct Scenario {
  std::string workflow;
  std::uint32_t max_concurrent_runs = 1;
  /// What one run too many gets: an exception, or a run that says so.
  bool excess_is_run = false;
  std::vector<ScenarioJob> jobs;
  std::vector<ScenarioObject> objects;
  bool already_running = false;  ///< A run is under way when the lab starts.
  std::string ends;              ///< "", or "ERROR" or "STOPPED" after `ends_after` seconds.
  double ends_after = 0;
  std::string error_message;
  std::vector<ScenarioFault> faults;
};

/// Reads a YAML file's text (lab/README.md has the keys). Throws Error{config} with
/// "name:line:column" as subject.
Scenario parse_scenario(std::string_view text, std::string_view name);

}  // namespace sluice::lab
