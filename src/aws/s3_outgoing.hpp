#pragma once

#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/aws/s3_client.hpp"

namespace sluice::aws {

/// A request with what its body needs to be believed; made once, used for every attempt.
struct S3Client::Outgoing {
  S3Request request;
  std::string payload_hash;  ///< For the signature: hex SHA-256, or UNSIGNED-PAYLOAD.
  Checksum checksum{ChecksumAlgorithm::none};
  std::string checksum_text;  ///< Base64 of `checksum`, as sent; empty if none was.
  std::uint32_t attempts = 0;
};

struct S3Client::Answer {
  int status = 0;
  net::HeaderList headers;
  std::optional<std::uint64_t> content_length;
  std::string body;
  std::string late_etag;  ///< Of operations that answer early.
};

/// Which digests a body gets.
struct BodyDigests {
  ChecksumAlgorithm checksum = ChecksumAlgorithm::none;
  bool payload_hash = false;
};
struct BodyDigestValues {
  Checksum checksum{ChecksumAlgorithm::none};
  std::string checksum_text, payload_hash;
};

/// Big bodies are hashed on the CPU lane.
Task<BodyDigestValues> digest(Runtime& runtime, Bytes body, BodyDigests wanted);

}  // namespace sluice::aws
