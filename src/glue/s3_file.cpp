#include "sluice/glue/s3_file.hpp"

namespace sluice::glue {

std::string_view S3FileInfo::get_filename() const {
  const std::string_view whole = key;
  return whole.substr(whole.rfind('/') + 1);  // npos + 1 is 0
}

std::string s3_uri(std::string_view bucket, std::string_view key) {
  std::string uri = "s3://";
  uri += bucket;
  uri += '/';
  uri += key;
  return uri;
}

std::uint64_t LayerFiles::total_size() const {
  std::uint64_t size = 0;
  for (const S3FileInfo& file : files)
    size += file.size;
  return size;
}

}  // namespace sluice::glue
