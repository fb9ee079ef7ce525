#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sluice/async/retry.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/aws/credentials.hpp"
#include "sluice/aws/endpoints.hpp"
#include "sluice/aws/s3_object_reader.hpp"
#include "sluice/aws/s3_requests.hpp"
#include "sluice/aws/s3_responses.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

struct S3ClientOptions {
  EndpointOptions endpoint;
  AddressingStyle addressing = AddressingStyle::automatic;
  RetryPolicy retry = RetryPolicy::aws_standard();
  /// when_required: no x-amz-checksum headers are sent or asked for (deletions then carry
  /// Content-MD5).
  ChecksumMode checksum_mode = ChecksumMode::when_supported;
  ChecksumAlgorithm checksum = ChecksumAlgorithm::crc64nvme;
  bool requester_pays = false;
};

struct PutResult {
  std::string etag = {}, version_id = {};
};

struct PartResult {
  CompletedPart part;
  Checksum
      checksum;  ///< Over the part's bytes, with the client's algorithm (none if when_required).
};

struct HeadResult {
  ObjectHead head;
  FileExtras extras;
};

struct CompleteOptions {
  MultipartChecksum algorithm;  ///< As the upload was created with.
  std::uint64_t size = 0;       ///< Of the whole object.
  std::string checksum = {};  ///< Of the whole object, base64, if combines(algorithm); else empty.
  WriteCondition condition = {};
};

/// What this endpoint was seen to do with If-Match on a write. Servers that ignore it would
/// overwrite in silence.
enum class IfMatchSupport : std::uint8_t { unknown, probing, honoured, ignored };

/// Speaks S3 with one endpoint. Each call is one operation with its retries (RetryPolicy, one
/// budget for the endpoint): signed anew each time, credentials refreshed once when expired, the
/// bucket's region found and remembered, a wrong clock corrected. Lives on the loop. Calls may run
/// at once. Names of operations are those of the Amazon S3 API Reference.
///
/// Errors: Error with the server's code; `conflict` for a failed If-Match; `integrity` for a
/// checksum that the server finds wrong.
class S3Client {
 public:
  S3Client(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
           std::shared_ptr<CredentialsProvider> credentials, S3ClientOptions options);
  ~S3Client();
  S3Client(const S3Client&) = delete;
  S3Client& operator=(const S3Client&) = delete;

  /// One page into `page`, which must live until this returns.
  Task<> list(OpContext context, std::string bucket, ListOptions options, ListPage& page);
  /// nullopt: there is no such object.
  Task<std::optional<HeadResult>> head(OpContext context, S3Location object, GetOptions options);
  /// Returns when the answer's head is there. A body that breaks off is continued where it broke,
  /// pinned to its tag.
  Task<S3ObjectReader> get(OpContext context, S3Location object, GetOptions options);
  /// `body` must live until this returns; at most s3_max_single_put bytes.
  Task<PutResult> put(OpContext context, S3Location object, Bytes body, S3Attributes attributes,
                      WriteCondition condition);
  Task<std::string> copy(OpContext context, S3Location from, S3Location to,
                         CopyOptions options);  ///< The new tag.
  Task<> remove(OpContext context, S3Location object);
  /// Any number of keys up to s3_max_deletes; those that XML cannot carry are deleted one by one.
  Task<std::vector<DeleteFailure>> remove_all(OpContext context, std::string bucket,
                                              std::vector<std::string> keys);
  Task<std::map<std::string, std::string>> get_tags(OpContext context, S3Location object,
                                                    std::string version_id);
  Task<> put_tags(OpContext context, S3Location object, std::map<std::string, std::string> tags);

  /// `checksum`: multipart_checksum(), or none if the parts will be copies.
  Task<S3Upload> create_upload(OpContext context, S3Location object, S3Attributes attributes,
                               MultipartChecksum checksum);
  Task<PartResult> upload_part(OpContext context, S3Upload upload, std::uint32_t number,
                               Bytes body);
  Task<CompletedPart> copy_part(OpContext context, S3Upload upload, std::uint32_t number,
                                S3Location from, ByteRange range, CopyOptions options);
  /// `parts` in ascending order. A success that the connection swallowed is recognised.
  Task<PutResult> complete_upload(OpContext context, S3Upload upload,
                                  std::vector<CompletedPart> parts, CompleteOptions options);
  Task<> abort_upload(OpContext context, S3Upload upload);  ///< An upload that is gone is no error.
  Task<PartsPage> list_parts(OpContext context, S3Upload upload, std::uint32_t after);
  Task<UploadsPage> list_uploads(OpContext context, std::string bucket, std::string prefix,
                                 UploadsMarker after);

  /// All buckets of the account, in the server's order.
  Task<std::vector<ListedBucket>> list_buckets(OpContext context);
  Task<> create_bucket(OpContext context, std::string bucket);
  Task<> delete_bucket(OpContext context, std::string bucket);

  /// A URL that lets anyone GET (or PUT) the object for `expires` (1 s to 7 days).
  Task<std::string> presign_get(OpContext context, S3Location object, Duration expires);
  Task<std::string> presign_put(OpContext context, S3Location object, Duration expires);

  /// The algorithm that uploads carry, none if when_required.
  ChecksumAlgorithm upload_checksum() const;
  MultipartChecksum multipart_checksum() const { return {upload_checksum()}; }
  IfMatchSupport& if_match_on_put() { return if_match_on_put_; }
  IfMatchSupport& if_match_on_complete() { return if_match_on_complete_; }
  /// "https://host:port" of the service (of a bucket with an empty name); tells endpoints apart.
  std::string origin() const;
  /// Where equal bucket names mean one bucket: a partition ("amazonaws.com") or a custom endpoint's
  /// origin.
  std::string bucket_realm() const;
  Retrier& retrier();

 private:
  friend class S3ObjectReader;
  struct Answer;
  struct Outgoing;

  Task<Answer> run(OpContext context, S3Request request, std::size_t body_limit);
  Task<Answer> run_outgoing(OpContext context, Outgoing& outgoing, std::size_t body_limit);
  Task<Answer> attempt(const OpContext& context, Outgoing& outgoing, std::size_t body_limit);
  Task<net::HttpResponse> open(const OpContext& context, const S3Request& request);
  Task<std::optional<PutResult>> find_written(OpContext context, S3Location object,
                                              std::uint64_t size, StoredChecksum checksum,
                                              std::string etag);
  Task<std::string> presign(OpContext context, S3Request request, Duration expires);

  class Exchange;
  S3ClientOptions options_;
  Runtime& runtime_;
  std::unique_ptr<Exchange> exchange_;
  IfMatchSupport if_match_on_put_ = IfMatchSupport::unknown;
  IfMatchSupport if_match_on_complete_ = IfMatchSupport::unknown;
};

}  // namespace sluice::aws
