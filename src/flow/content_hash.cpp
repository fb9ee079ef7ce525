#include "content_hash.hpp"

#include <memory>
#include <optional>

#include "sluice/codec/base64.hpp"
#include "sluice/codec/crc.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/core/error.hpp"

namespace sluice {

struct ContentHash::State {
  enum class Kind : std::uint8_t { crc64nvme, crc32c, crc32, digest };
  Kind kind = Kind::crc64nvme;
  std::uint64_t crc = 0;
  std::optional<codec::Hasher> hasher;
};

ContentHash::ContentHash(std::string_view algorithm) : state_(std::make_unique<State>()) {
  using Kind = State::Kind;
  if (algorithm == "crc64nvme") {
    state_->kind = Kind::crc64nvme;
  } else if (algorithm == "crc32c") {
    state_->kind = Kind::crc32c;
  } else if (algorithm == "crc32") {
    state_->kind = Kind::crc32;
  } else if (algorithm == "sha256" || algorithm == "sha1") {
    state_->kind = Kind::digest;
    state_->hasher.emplace(algorithm == "sha256" ? codec::HashKind::sha256 : codec::HashKind::sha1);
  } else {
    throw Error(ErrorCode::unsupported, "compute checksum", std::string(algorithm),
                "unknown algorithm");
  }
}

ContentHash::~ContentHash() = default;
ContentHash::ContentHash(ContentHash&&) noexcept = default;

void ContentHash::update(Bytes bytes) {
  switch (state_->kind) {
    case State::Kind::crc64nvme:
      state_->crc = codec::crc64nvme(state_->crc, bytes);
      return;
    case State::Kind::crc32c:
      state_->crc = codec::crc32c(static_cast<std::uint32_t>(state_->crc), bytes);
      return;
    case State::Kind::crc32:
      state_->crc = codec::crc32(static_cast<std::uint32_t>(state_->crc), bytes);
      return;
    case State::Kind::digest:
      state_->hasher->update(bytes);
      return;
  }
}

std::string ContentHash::base64() {
  switch (state_->kind) {
    case State::Kind::crc64nvme:
      return codec::crc_base64(state_->crc);
    case State::Kind::crc32c:
    case State::Kind::crc32:
      return codec::crc_base64(static_cast<std::uint32_t>(state_->crc));
    case State::Kind::digest:
      return codec::to_base64(as_bytes(state_->hasher->finish()));
  }
  return {};
}

Task<std::string> content_hash(OpContext context, FileSystem& files, FileInfo file,
                               std::string algorithm) {
  ContentHash hash(algorithm);
  ReadOptions read;
  read.if_match = file.etag;
  read.known = file;
  const auto source = co_await files.open(context, file.path, std::move(read));
  for (;;) {
    const Bytes bytes = co_await source->next();
    if (bytes.empty()) break;
    hash.update(bytes);
  }
  co_return hash.base64();
}

}  // namespace sluice
