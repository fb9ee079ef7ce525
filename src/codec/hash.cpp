#include "sluice/codec/hash.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <initializer_list>

#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

using ContextPtr =
    std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* context) { EVP_MD_CTX_free(context); })>;

void check(bool done, const char* what) {
  if (!done) throw Error(ErrorCode::internal, "hash", what, "OpenSSL refused");
}

const EVP_MD* fetch(const char* name) {
  const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  // A FIPS provider has no MD5.
  if (!algorithm)
    throw Error(ErrorCode::unsupported, "hash", name, "this OpenSSL does not offer it");
  return algorithm;
}

// Immutable handles, fetched at first use and never freed: a fetch costs more than hashing a
// request does.
const EVP_MD* algorithm_of(HashKind kind) {
  switch (kind) {
    case HashKind::sha256: {
      static const EVP_MD* const sha256 = fetch("SHA256");
      return sha256;
    }
    case HashKind::sha1: {
      static const EVP_MD* const sha1 = fetch("SHA1");
      return sha1;
    }
    case HashKind::md5: {
      static const EVP_MD* const md5 = fetch("MD5");
      return md5;
    }
  }
  throw Error(ErrorCode::internal, "hash", "", "no such kind of hash");
}

/// For what is hashed at once. Making a context costs more than hashing a request does.
EVP_MD_CTX* scratch_context() {
  thread_local const ContextPtr context(EVP_MD_CTX_new());
  check(context != nullptr, "allocate");
  return context.get();
}

template <class Digest>
Digest digest_of(HashKind kind, std::initializer_list<Bytes> pieces) {
  Digest digest;
  EVP_MD_CTX* const context = scratch_context();
  check(EVP_DigestInit_ex(context, algorithm_of(kind), nullptr) == 1, "begin");
  for (const Bytes piece : pieces)
    check(EVP_DigestUpdate(context, piece.data(), piece.size()) == 1, "update");
  auto* const out = reinterpret_cast<unsigned char*>(digest.data());
  check(EVP_DigestFinal_ex(context, out, nullptr) == 1, "finish");
  return digest;
}

constexpr std::size_t block_size = 64;  // of SHA-1 and SHA-256: FIPS 180-4 section 1
using Block = std::array<std::byte, block_size>;

Block xored(Block block, std::byte pad) {
  for (std::byte& byte : block)
    byte ^= pad;
  return block;
}

// Written over the plain hash: OpenSSL's own HMAC looks its algorithm up on every call, which takes
// four times as long as the hashing of a string to sign.
template <class Digest>
Digest hmac_of(HashKind kind, Bytes key, Bytes bytes) {
  Block block{};
  if (key.size() > block.size()) {
    std::ranges::copy(digest_of<Digest>(kind, {key}), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  const Block inner_key = xored(block, std::byte{0x36});
  const Block outer_key = xored(block, std::byte{0x5C});
  const auto inner = digest_of<Digest>(kind, {inner_key, bytes});
  return digest_of<Digest>(kind, {outer_key, inner});
}

}  // namespace

Sha256Digest sha256(Bytes bytes) {
  return digest_of<Sha256Digest>(HashKind::sha256, {bytes});
}
Sha1Digest sha1(Bytes bytes) {
  return digest_of<Sha1Digest>(HashKind::sha1, {bytes});
}
Md5Digest md5(Bytes bytes) {
  return digest_of<Md5Digest>(HashKind::md5, {bytes});
}

Sha256Digest hmac_sha256(Bytes key, Bytes bytes) {
  return hmac_of<Sha256Digest>(HashKind::sha256, key, bytes);
}
Sha1Digest hmac_sha1(Bytes key, Bytes bytes) {
  return hmac_of<Sha1Digest>(HashKind::sha1, key, bytes);
}

struct Hasher::State {
  const EVP_MD* algorithm;
  ContextPtr context;
};

Hasher::Hasher(HashKind kind)
    : state_(std::make_unique<State>(algorithm_of(kind), ContextPtr(EVP_MD_CTX_new()))) {
  check(state_->context != nullptr, "allocate");
  reset();
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(Bytes bytes) {
  check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1, "update");
}

std::string Hasher::finish() {
  std::string digest(static_cast<std::size_t>(EVP_MD_get_size(state_->algorithm)), '\0');
  auto* const out = reinterpret_cast<unsigned char*>(digest.data());
  check(EVP_DigestFinal_ex(state_->context.get(), out, nullptr) == 1, "finish");
  return digest;
}

void Hasher::reset() {
  check(EVP_DigestInit_ex(state_->context.get(), state_->algorithm, nullptr) == 1, "begin");
}

}  // namespace sluice::codec
