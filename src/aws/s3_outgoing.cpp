#include "aws/s3_outgoing.hpp"

#include "sluice/aws/signing.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"

namespace sluice::aws {
namespace {

// Below this, hashing takes less than the way to another thread and back is worth.
constexpr std::size_t inline_limit = 64_KiB;

BodyDigestValues digest_now(Bytes body, BodyDigests wanted) {
  BodyDigestValues values;
  values.payload_hash = body.empty() ? empty_payload_hash : unsigned_payload;
  values.checksum = Checksum(wanted.checksum);
  if (wanted.payload_hash && !body.empty()) {
    const codec::Sha256Digest sha = codec::sha256(body);
    values.payload_hash = codec::to_hex(sha);
    if (wanted.checksum == ChecksumAlgorithm::sha256) {
      values.checksum_text = codec::to_base64(sha);  // one pass serves both
      return values;
    }
  }
  if (wanted.checksum == ChecksumAlgorithm::none) return values;
  values.checksum.update(body);
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
