#pragma once

#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/errors.hpp"
#include "sluice/glue/glue_log.hpp"
#include "sluice/glue/object_store.hpp"
#include "sluice/glue/s3_file.hpp"

namespace sluice::glue {

/// Lists layers and keeps what patterns and filters choose. Memory grows with what is chosen, not
/// with what is listed. Lives on the loop.
class S3FileCollector {
 public:
  S3FileCollector(Runtime& runtime, ObjectStore& store, const Configuration& configuration,
                  GlueLog log);

  /// Never throws for what the store says: a failure is in the result. Cancellation is thrown.
  Task<LayerFiles> collect_files_for_layer(OpContext context, std::size_t layer);
  /// All layers at once; in their order.
  Task<std::vector<LayerFiles>> collect_all_layers(OpContext context);

 private:
  Task<> list_into(OpContext context, const LayerConfig& layer, LayerFiles& found);

  Runtime& runtime_;
  ObjectStore& store_;
  const Configuration& configuration_;
  GlueLog log_;
};

/// A key below the layer's prefix as patterns see it: without the prefix and a '/' that follows it.
std::string_view relative_key(const LayerConfig& layer, std::string_view key);

/// Checks the counts after the run (docs/glue.md, "Counts"): a required layer outside its range
/// throws InsufficientFilesError or TooManyFilesError (of several, the first one; the others are
/// logged); another one is the warning.
void check_file_counts(const Configuration& configuration, const std::vector<LayerFiles>& found,
                       const GlueLog& log);

}  // namespace sluice::glue
