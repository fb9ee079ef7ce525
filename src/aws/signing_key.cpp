#include "aws/signing_key.hpp"

#include <algorithm>
#include <utility>

namespace sluice::aws {
namespace {

// Two buckets in two regions, the old and the new day, and a service or two beside S3.
constexpr std::size_t kept_keys = 8;

}  // namespace

codec::Sha256Digest derive_signing_key(const Secret& secret_access_key, std::string_view date,
                                       std::string_view region, std::string_view service) {
  const std::string seed = "AWS4" + secret_access_key.reveal();
  codec::Sha256Digest key = codec::hmac_sha256(as_bytes(seed), as_bytes(date));
  for (const std::string_view part : {region, service, std::string_view("aws4_request")}) {
    key = codec::hmac_sha256(key, as_bytes(part));
  }
  return key;
}

const codec::Sha256Digest& SigningKeyCache::key(const Secret& secret_access_key,
                                                std::string_view date, std::string_view region,
                                                std::string_view service) {
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.date == date && entry.region == region && entry.service == service &&
           entry.secret_access_key == secret_access_key;
  });
  if (found != entries_.end()) return found->key;
  Entry entry{secret_access_key, std::string(date), std::string(region), std::string(service),
              derive_signing_key(secret_access_key, date, region, service)};
  if (entries_.size() < kept_keys) return entries_.emplace_back(std::move(entry)).key;
  Entry& place = entries_[oldest_];
  oldest_ = (oldest_ + 1) % kept_keys;
  place = std::move(entry);
  return place.key;
}

}  // namespace sluice::aws
