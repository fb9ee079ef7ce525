#include "aws/s3_outgoing.hpp"

#include <algorithm>
#include <optional>

#include "sluice/aws/signing.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"

namespace sluice::aws {
namespace {

// Below this, hashing takes less than the way to another thread and back is worth.
constexpr std::size_t inline_limit = 64_KiB;
// The second digest finds what the first has read in the processor's cache.
constexpr std::size_t cached_block = 32_KiB;

BodyDigestValues digest_now(Bytes body, BodyDigests wanted) {
  BodyDigestValues values;
  values.payload_hash = body.empty() ? empty_payload_hash : unsigned_payload;
  values.checksum = Checksum(wanted.checksum);
  const bool hashed = wanted.payload_hash && !body.empty();
  std::optional<codec::Hasher> sha;
  if (hashed) sha.emplace(codec::HashKind::sha256);
  const bool same = hashed && wanted.checksum == ChecksumAlgorithm::sha256;
  for (Bytes rest = body; !rest.empty();) {
    const Bytes block = rest.first(std::min(rest.size(), cached_block));
    if (sha) sha->update(block);
    if (!same) values.checksum.update(block);
    rest = rest.subspan(block.size());
  }
  if (sha) {
    const std::string digest = sha->finish();
    values.payload_hash = codec::to_hex(as_bytes(digest));
    if (same) values.checksum_text = codec::to_base64(as_bytes(digest));
  }
  if (!same && wanted.checksum != ChecksumAlgorithm::none)
    values.checksum_text = values.checksum.base64();
  return values;
}

}  // namespace

Task<BodyDigestValues> digest(Runtime& runtime, Bytes body, BodyDigests wanted) {
  const bool nothing = !wanted.payload_hash && wanted.checksum == ChecksumAlgorithm::none;
  if (nothing || body.size() <= inline_limit) co_return digest_now(body, wanted);
  auto job = [body, wanted] { return digest_now(body, wanted); };
  co_return co_await offload(runtime.cpu(), job);
}

}  // namespace sluice::aws
