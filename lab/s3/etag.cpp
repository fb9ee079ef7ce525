#include "s3/etag.hpp"

#include "sluice/codec/hex.hpp"

namespace sluice::lab {

std::string make_etag(S3World& world, const ObjectAttributes& attributes, std::string_view md5) {
  bool kms = false;
  for (const auto& [name, value] : attributes.encryption)
    kms = kms || (name == "x-amz-server-side-encryption" && value.starts_with("aws:kms"));
  if (kms) return world.random.hex_id() + world.random.hex_id();
  if (md5.empty()) return world.random.hex_id() + world.random.hex_id() + "-1";
  return codec::to_hex(as_bytes(md5));
}

}  // namespace sluice::lab
