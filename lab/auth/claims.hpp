#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_head.hpp"
#include "s3/query.hpp"
#include "sluice/core/time.hpp"

namespace sluice::lab {

/// What a request says about its signature, before anything is believed.
struct SignatureClaims {
  bool presigned = false;
  std::string access_key;
  std::string date;  ///< The scope's day, YYYYMMDD.
  std::string region;
  std::string service;
  std::vector<std::string> signed_headers;  ///< Lower case, as sent.
  std::string signature;
  std::string timestamp;  ///< YYYYMMDD'T'HHMMSS'Z'.
  std::string session_token;
  std::chrono::seconds expires{0};  ///< Presigned only.

  std::string scope() const;
};

/// Reads the Authorization header or the X-Amz-* query parameters. nullopt: the request is
/// anonymous. Throws S3Error as S3 words it for malformed forms, other schemes and both forms at
/// once.
std::optional<SignatureClaims> read_claims(const RequestHead& head, const Query& query);

}  // namespace sluice::lab
