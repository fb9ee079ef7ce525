#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faults/rule.hpp"
#include "http/server.hpp"
#include "s3/request.hpp"
#include "s3/synthetic.hpp"

namespace sluice::lab {

/// `sluice-lab s3`.
struct S3Command {
  ListenOptions listen;
  std::uint16_t control_port = 0;
  std::string data = "memory";  ///< Or a directory.
  S3Options s3;
  std::vector<std::string> buckets;           ///< Made at the start if they are not there.
  std::optional<SyntheticOptions> synthetic;  ///< Laid under the first of `buckets`.
  std::string glue_scenario;  ///< A YAML file: Glue is served beside S3; empty: it is not.
  std::vector<FaultRule> faults;
  std::optional<std::uint64_t> seed;  ///< Of faults and ids.
};

/// Serves until SIGTERM or SIGINT; prints one JSON line when ready and one at the end. Throws
/// Error.
void run_s3(S3Command command);

}  // namespace sluice::lab
