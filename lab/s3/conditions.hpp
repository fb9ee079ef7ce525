#pragma once

#include <string_view>

#include "s3/object.hpp"
#include "s3/request.hpp"

namespace sluice::lab {

enum class ReadOutcome : std::uint8_t { serve, not_modified };

/// If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110
/// section 13.2.2. Throws PreconditionFailed. `prefix` is "" or "x-amz-copy-source-"; for copies
/// "not modified" is a failure too.
ReadOutcome check_read_conditions(const RequestHead& head, const Object& object,
                                  std::string_view prefix = {});

/// If-Match and If-None-Match of a write, against what is there now (null: nothing). Throws
/// S3Error.
void check_write_conditions(const S3Request& request, const ObjectPtr& existing);

}  // namespace sluice::lab
