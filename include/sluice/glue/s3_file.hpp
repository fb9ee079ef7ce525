#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/error.hpp"
#include "sluice/core/time.hpp"

namespace sluice::glue {

/// An object that a layer's patterns chose. Small: there may be many. The layer is known by where
/// it is kept (LayerFiles).
struct S3FileInfo {
  std::string key;
  std::uint64_t size = 0;  ///< Bytes.
  std::optional<TimePoint> last_modified;
  std::string etag;
  std::uint32_t matched_pattern = 0;  ///< Index into the layer's file_patterns.
  bool archived = false;              ///< In a Glacier class and not restored: cannot be read.
  std::string storage_class;          ///< Empty: STANDARD.

  std::string_view get_filename() const;  ///< The key's last part.
  double get_size_mb() const { return static_cast<double>(size) / (1024.0 * 1024.0); }
};

std::string s3_uri(std::string_view bucket, std::string_view key);

/// What was found of one layer.
struct LayerFiles {
  std::size_t layer = 0;          ///< Index into Configuration::layers.
  std::vector<S3FileInfo> files;  ///< In key order.
  std::uint64_t listed = 0;       ///< Keys seen, of which `files` matched.
  std::optional<Error> failure;   ///< The layer could not be listed (to its end).

  std::uint64_t total_size() const;
};

}  // namespace sluice::glue
