#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/task.hpp"
#include "sluice/glue/s3_file.hpp"
#include "sluice/state/key_value_store.hpp"

namespace sluice::glue {

/// Which version of each object lies in one output directory (download.incremental). Lives on the
/// loop.
class DownloadMemory {
 public:
  /// `output` tells output directories apart.
  DownloadMemory(std::shared_ptr<KeyValueStore> store, std::string output)
      : store_(std::move(store)), output_(std::move(output)) {}

  /// For each file whether its remembered version is the one at hand.
  Task<std::vector<char>> unchanged(std::string bucket, const std::vector<S3FileInfo>& files,
                                    const std::vector<std::string>& paths);
  /// Kept back and written in batches; flush() writes the rest.
  Task<> remember(std::string bucket, const S3FileInfo& file, std::string path);
  Task<> flush();

 private:
  std::string key_of(std::string_view bucket, std::string_view path) const;

  std::shared_ptr<KeyValueStore> store_;
  std::string output_;
  std::vector<KeyValue> pending_;
};

}  // namespace sluice::glue
