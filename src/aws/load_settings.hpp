#pragma once

#include "sluice/aws/config.hpp"

namespace sluice::aws {

/// Reads and parses both files anew.
Task<AwsConfig> load_aws_config(Runtime& runtime, Environment environment);

}  // namespace sluice::aws
