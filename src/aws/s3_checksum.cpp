#include "sluice/aws/s3_checksum.hpp"

#include <array>

#include "sluice/codec/base64.hpp"
#include "sluice/codec/crc.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::aws {
namespace {

struct Row {
  ChecksumAlgorithm algorithm;
  std::string_view name, header;
};

constexpr std::array rows = {
    Row{ChecksumAlgorithm::crc64nvme, "CRC64NVME", "x-amz-checksum-crc64nvme"},
    Row{ChecksumAlgorithm::crc32c, "CRC32C", "x-amz-checksum-crc32c"},
    Row{ChecksumAlgorithm::crc32, "CRC32", "x-amz-checksum-crc32"},
    Row{ChecksumAlgorithm::sha256, "SHA256", "x-amz-checksum-sha256"},
};

const Row* row_of(ChecksumAlgorithm algorithm) {
  for (const Row& row : rows) {
    if (row.algorithm == algorithm) return &row;
  }
  return nullptr;
}

std::uint32_t narrow(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

}  // namespace

std::string_view name_of(ChecksumAlgorithm algorithm) {
  const Row* const row = row_of(algorithm);
  return row ? row->name : std::string_view();
}

std::string_view checksum_header(ChecksumAlgorithm algorithm) {
  const Row* const row = row_of(algorithm);
  return row ? row->header : std::string_view();
}

std::optional<ChecksumAlgorithm> checksum_algorithm(std::string_view name) {
  for (const Row& row : rows) {
    if (net::equal_names(row.name, name)) return row.algorithm;
  }
  return std::nullopt;
}

bool combines(ChecksumAlgorithm algorithm) {
  return algorithm == ChecksumAlgorithm::crc64nvme || algorithm == ChecksumAlgorithm::crc32c ||
         algorithm == ChecksumAlgorithm::crc32;
}

Checksum::Checksum(ChecksumAlgorithm algorithm) : algorithm_(algorithm) {
  if (algorithm == ChecksumAlgorithm::sha256) hasher_.emplace(codec::HashKind::sha256);
}

void Checksum::update(Bytes bytes) {
  length_ += bytes.size();
  switch (algorithm_) {
    case ChecksumAlgorithm::none:
      return;
    case ChecksumAlgorithm::crc64nvme:
      value_ = codec::crc64nvme(value_, bytes);
      return;
    case ChecksumAlgorithm::crc32c:
      value_ = codec::crc32c(narrow(value_), bytes);
      return;
    case ChecksumAlgorithm::crc32:
      value_ = codec::crc32(narrow(value_), bytes);
      return;
    case ChecksumAlgorithm::sha256:
      hasher_->update(bytes);
      return;
  }
}

void Checksum::append(const Checksum& next) {
  if (algorithm_ == ChecksumAlgorithm::crc64nvme) {
    value_ = codec::crc64nvme_combine(value_, next.value_, next.length_);
  } else if (algorithm_ == ChecksumAlgorithm::crc32c) {
    value_ = codec::crc32c_combine(narrow(value_), narrow(next.value_), next.length_);
  } else if (algorithm_ == ChecksumAlgorithm::crc32) {
    value_ = codec::crc32_combine(narrow(value_), narrow(next.value_), next.length_);
  }
  length_ += next.length_;
}

std::string Checksum::base64() {
  switch (algorithm_) {
    case ChecksumAlgorithm::none:
      return {};
    case ChecksumAlgorithm::crc64nvme:
      return codec::crc_base64(value_);
    case ChecksumAlgorithm::crc32c:
    case ChecksumAlgorithm::crc32:
      return codec::crc_base64(narrow(value_));
    case ChecksumAlgorithm::sha256:
      return codec::to_base64(as_bytes(hasher_->finish()));
  }
  return {};
}

}  // namespace sluice::aws
