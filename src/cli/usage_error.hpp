#pragma once

#include <string>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice::cli {

/// The command line is wrong: exit code 2. A type of its own, since an input that cannot be read
/// has the same code and operation.
class UsageError : public Error {
 public:
  UsageError(std::string subject, std::string message)
      : Error(ErrorCode::invalid_input, "read", std::move(subject), std::move(message)) {}
};

}  // namespace sluice::cli
