#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/hash.hpp"
#include "sluice/core/secret.hpp"

namespace sluice::aws {

/// The key that signs one day's requests to one service of one region ("Derive a signing key", AWS
/// IAM User Guide). `date` is YYYYMMDD.
codec::Sha256Digest derive_signing_key(const Secret& secret_access_key, std::string_view date,
                                       std::string_view region, std::string_view service);

/// The last few derived keys. Lives on the loop.
class SigningKeyCache {
 public:
  /// The reference is good until the next call.
  const codec::Sha256Digest& key(const Secret& secret_access_key, std::string_view date,
                                 std::string_view region, std::string_view service);

 private:
  struct Entry {
    Secret secret_access_key;
    std::string date, region, service;
    codec::Sha256Digest key;
  };
  std::vector<Entry> entries_;
  std::size_t oldest_ = 0;
};

}  // namespace sluice::aws
