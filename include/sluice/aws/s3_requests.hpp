#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/aws/endpoints.hpp"
#include "sluice/aws/s3_checksum.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/file_info.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

// S3 operations as values (Amazon S3 API Reference, REST-XML). Pure: no sockets, clock or
// credentials.

/// Limits of the service (S3 User Guide, "Multipart upload limits").
inline constexpr std::uint64_t s3_max_single_put =
    5_GiB;  ///< Also the limit of CopyObject and of a part.
inline constexpr std::uint64_t s3_min_part = 5_MiB;  ///< But for the last part.
inline constexpr std::uint32_t s3_max_parts = 10'000;
inline constexpr std::size_t s3_max_deletes = 1'000;  ///< Keys of one DeleteObjects.
inline constexpr std::size_t s3_max_key_bytes = 1'024;

/// "true" with an object under a KMS key that saves calls to KMS by a key of its bucket. Kept with
/// the other system headers (FileExtras::headers).
inline constexpr std::string_view s3_bucket_key_header =
    "x-amz-server-side-encryption-bucket-key-enabled";
/// Retention and legal hold of an object, kept likewise. Mode and date go together; a date that has
/// passed is refused on a write.
inline constexpr std::string_view s3_lock_mode_header = "x-amz-object-lock-mode";
inline constexpr std::string_view s3_lock_until_header = "x-amz-object-lock-retain-until-date";
inline constexpr std::string_view s3_legal_hold_header = "x-amz-object-lock-legal-hold";

struct S3Location {
  std::string bucket = {};
  std::string key = {};  ///< Raw bytes; empty for operations on the bucket.

  friend bool operator==(const S3Location&, const S3Location&) = default;
};

/// "s3://bucket/key" ("s3://" for the service itself), for messages.
std::string to_string(const S3Location& location);

/// One operation, ready to be put on the wire again for each attempt. Bytes of `body` belong to the
/// caller.
struct S3Request {
  std::string_view operation;  ///< The API's name, such as "GetObject"; static storage.
  std::string_view method;     ///< Static storage.
  S3Location location;
  std::string query;  ///< Encoded, without '?'.
  net::HeaderList headers;
  std::string text;  ///< An XML body of our own; else `body` is sent.
  Bytes body;
  /// The status comes before the work is done: 200 may carry an <Error> (CompleteMultipartUpload,
  /// copies).
  bool answers_early = false;
  /// What a repetition of it is answered (412, NoSuchUpload) depends on whether the first one was
  /// carried out: who repeats it must know.
  bool remembers = false;

  Bytes payload() const { return text.empty() ? body : as_bytes(text); }
};

/// Path: each byte of the key outside A-Z a-z 0-9 - . _ ~ / as %XX; nothing normalised.
net::HttpRequest to_http(const S3Request& request, const ServiceEndpoint& place);

struct ByteRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last = {};  ///< Inclusive; nullopt: to the end.
};

struct ListOptions {
  std::string prefix = {}, delimiter = {}, start_after = {}, continuation_token = {};
  std::uint32_t max_keys = 1'000;
  bool restore_status = false;  ///< Ask for the state of restores from the archive.
};

struct GetOptions {
  std::optional<ByteRange> range = {};
  std::string if_match = {};  ///< A tag without quotes.
  std::string version_id = {};
  bool checksum = true;  ///< Ask for the stored checksum (x-amz-checksum-mode).
};

/// What the destination must be like; at most one of both.
struct WriteCondition {
  std::string if_match = {};  ///< A tag without quotes.
  bool if_absent = false;

  bool any() const { return if_absent || !if_match.empty(); }
};

/// What a new object is given: of FileExtras the content type, storage class, encryption, headers,
/// metadata and tags.
using S3Attributes = std::shared_ptr<const FileExtras>;

struct CopyOptions {
  std::string source_version = {};
  std::string source_if_match = {};  ///< A tag without quotes.
  /// null: the source's metadata, headers and tags are kept (but the storage class, which is always
  /// taken from here).
  S3Attributes replace = {};
  std::string storage_class = {};  ///< Of the copy if `replace` is null; empty: STANDARD.
  std::string encryption = {}, encryption_key_id = {};  ///< If `replace` is null.
  WriteCondition condition = {};
};

struct CompletedPart {
  std::uint32_t number = 0;   ///< From 1.
  std::string etag = {};      ///< Without quotes.
  std::string checksum = {};  ///< Base64; empty if the upload was created without an algorithm.
};

/// How a multipart upload is checked as a whole.
struct MultipartChecksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::none;

  /// CRCs are checked over the whole object, SHA-256 can only be composed of the parts' values.
  bool full_object() const { return combines(algorithm); }
};

struct S3Upload {
  S3Location object = {};
  std::string id = {};
};

S3Request list_objects_request(std::string bucket, const ListOptions& options);
S3Request head_object_request(S3Location object, const GetOptions& options);
S3Request get_object_request(S3Location object, const GetOptions& options);
S3Request put_object_request(S3Location object, Bytes body, const FileExtras* attributes,
                             const WriteCondition& condition);
S3Request delete_object_request(S3Location object);
/// Up to s3_max_deletes keys that are is_xml_text(). Needs a checksum header, which the client
/// adds.
S3Request delete_objects_request(std::string bucket, std::span<const std::string> keys);
S3Request copy_object_request(S3Location from, S3Location to, const CopyOptions& options);
S3Request get_tagging_request(S3Location object, std::string_view version_id);
S3Request put_tagging_request(S3Location object, const std::map<std::string, std::string>& tags);
/// The next buckets after `continuation_token` (empty: the first).
S3Request list_buckets_request(std::string_view continuation_token);
S3Request create_bucket_request(std::string bucket, std::string_view region);
S3Request delete_bucket_request(std::string bucket);
S3Request head_bucket_request(std::string bucket);

S3Request create_multipart_request(S3Location object, const FileExtras* attributes,
                                   MultipartChecksum checksum);
S3Request upload_part_request(const S3Upload& upload, std::uint32_t number, Bytes body);
S3Request upload_part_copy_request(const S3Upload& upload, std::uint32_t number,
                                   const S3Location& from, ByteRange range,
                                   const CopyOptions& options);
/// `parts` in ascending order. `whole` is the value of the whole object for full-object checksums,
/// else empty.
S3Request complete_multipart_request(const S3Upload& upload, std::span<const CompletedPart> parts,
                                     MultipartChecksum checksum, std::string_view whole,
                                     const WriteCondition& condition);
S3Request abort_multipart_request(const S3Upload& upload);
S3Request list_parts_request(const S3Upload& upload, std::uint32_t after);
struct UploadsMarker {
  std::string key = {}, upload_id = {};
};
S3Request list_multipart_uploads_request(std::string bucket, std::string_view prefix,
                                         const UploadsMarker& after);

/// Whether a key can be written in an XML 1.0 body: valid UTF-8 without control characters but tab,
/// LF and CR.
bool is_xml_text(std::string_view key);

/// The smallest part size, a whole number of MiB, at least `least`, that fits `size` bytes into
/// s3_max_parts.
std::uint64_t part_size_for(std::uint64_t size, std::uint64_t least);

}  // namespace sluice::aws
