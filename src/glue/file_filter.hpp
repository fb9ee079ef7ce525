#pragma once

#include <vector>

#include "sluice/async/task.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/s3_file.hpp"

namespace sluice::glue {

/// Whether a listing's entry passes the filters of date (in the local time zone; what has none
/// does not) and size.
bool passes(const FilterConfig& filters, std::uint64_t size,
            const std::optional<TimePoint>& modified);

/// Removes the files whose user metadata is not what the filter asks for. A HEAD each, several at
/// once. An object that is gone meanwhile does not pass. Throws the first other failure.
Task<> keep_by_metadata(OpContext context, const FilterConfig& filters, FileSystem& files,
                        std::vector<S3FileInfo>& candidates);

}  // namespace sluice::glue
