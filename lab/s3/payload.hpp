#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "auth/verifier.hpp"
#include "http/chunked.hpp"
#include "s3/checksum.hpp"
#include "storage/storage.hpp"

namespace sluice::lab {

/// What a body that was read whole turned out to be.
struct ReadPayload {
  std::shared_ptr<const Blob> blob{};
  std::uint64_t size = 0;
  std::string md5{};                   ///< 16 raw bytes; empty if not asked for.
  std::optional<Checksum> checksum{};  ///< Of the algorithm asked for.
};

struct PayloadOptions {
  std::uint64_t max_bytes = 0;
  bool want_md5 = false;
  bool verify_checksum_header =
      true;  ///< False where the header means something else (CompleteMultipartUpload).
  std::optional<ChecksumAlgorithm> checksum{};  ///< Computed even if the request sends none.
};

/// Takes a request's body to storage: undoes aws-chunked, verifies chunk signatures, the payload's
/// SHA-256, Content-MD5 and the checksum of header or trailer, and computes what the object needs.
/// Throws S3Error and BadRequest.
class PayloadReader {
 public:
  PayloadReader(const RequestHead& head, const VerifiedRequest& request, Storage& storage,
                const PayloadOptions& options);
  void write(Bytes piece);
  ReadPayload finish();

 private:
  void read_head(const RequestHead& head, const PayloadOptions& options);
  void read_trailer_name(std::string_view name);
  void write_encoded(Bytes piece);
  void on_event(const ChunkedParser::Event& event);
  void on_chunk_start(const ChunkedParser::Event& event);
  void on_trailer(std::string_view line);
  void check_chunk();
  void check_trailer_signature(std::string_view given);
  void check_end() const;
  void take(Bytes data);

  VerifiedRequest request_;
  std::uint64_t max_bytes_;
  std::unique_ptr<BlobWriter> writer_;
  std::uint64_t size_ = 0;
  std::optional<std::uint64_t> decoded_length_;
  std::optional<codec::Hasher> sha256_;
  std::optional<codec::Hasher> md5_;
  std::string expected_md5_;  ///< Raw, from Content-MD5.
  std::optional<ChecksumMeter> meter_;
  std::optional<Checksum> expected_checksum_;

  bool encoded_ = false;  ///< aws-chunked
  ChunkedParser parser_;
  std::optional<codec::Hasher> chunk_hash_;  ///< Only where chunks are signed.
  std::string chunk_signature_;
  bool in_chunk_ = false;
  std::uint64_t last_chunk_size_ = 0;
  std::uint64_t chunks_ = 0;
  std::string trailers_;  ///< "name:value\n", what the trailer signature covers.
  std::string trailer_name_;
  bool trailer_signature_seen_ = false;
};

}  // namespace sluice::lab
