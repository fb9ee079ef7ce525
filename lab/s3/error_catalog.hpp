#pragma once

#include <string_view>

#include "s3/error.hpp"

namespace sluice::lab {

/// The errors that faults can answer with, as S3 words them.
bool is_error_code(std::string_view code);
/// Throws Error{invalid_input} for a code that is_error_code() does not know.
S3Error error_with_code(std::string_view code);

}  // namespace sluice::lab
