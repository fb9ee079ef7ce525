#include "aws/s3_exchange.hpp"
#include "aws/s3_outgoing.hpp"
#include "sluice/aws/s3_client.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

constexpr std::size_t small_answer_limit = 1_MiB;

PutResult result_of(const net::HeaderList& headers, std::string_view etag) {
  return {.etag = std::string(unquoted(etag)),
          .version_id = std::string(headers.find("x-amz-version-id").value_or(""))};
}

/// A repeated request fails so if the first one had succeeded unheard.
bool may_be_ours(const Error& error, std::uint32_t attempts) {
  return attempts > 1 && error.code() == ErrorCode::conflict;
}

/// S3 locks no object without a checksum that its sender made, and said so.
bool asks_for_lock(const S3Attributes& attributes) {
  return attributes && (attributes->headers.contains(std::string(s3_lock_mode_header)) ||
                        attributes->headers.contains(std::string(s3_legal_hold_header)));
}

}  // namespace

Task<PutResult> S3Client::put(OpContext context, S3Location object, Bytes body,
                              S3Attributes attributes, WriteCondition condition) {
  const S3Location location = object;
  Outgoing outgoing;
  outgoing.request = put_object_request(std::move(object), body, attributes.get(), condition);
  const bool locked = asks_for_lock(attributes);
  const BodyDigests wanted{.checksum = locked ? options_.checksum : upload_checksum(),
                           .payload_hash = exchange_->hash_needed()};
  BodyDigestValues values = co_await digest(runtime_, body, wanted);
  outgoing.payload_hash = std::move(values.payload_hash);
  if (!values.checksum_text.empty()) {
    outgoing.request.headers.add(checksum_header(wanted.checksum), values.checksum_text);
    if (locked)
      outgoing.request.headers.add("x-amz-sdk-checksum-algorithm", name_of(wanted.checksum));
  }
  std::optional<Error> lost;
  try {
    const Answer answer = co_await run_outgoing(context, outgoing, small_answer_limit);
    co_return result_of(answer.headers, answer.headers.find("etag").value_or(""));
  } catch (const Error& error) {
    if (!condition.any() || !may_be_ours(error, outgoing.attempts)) throw;
    lost = error;
  }
  StoredChecksum checksum{.algorithm = wanted.checksum, .value = values.checksum_text};
  std::string etag = codec::to_hex(codec::md5(body));
  auto found =
      co_await find_written(context, location, body.size(), std::move(checksum), std::move(etag));
  if (!found) throw *lost;
  co_return std::move(*found);
}

Task<std::optional<PutResult>> S3Client::find_written(OpContext context, S3Location object,
                                                      std::uint64_t size, StoredChecksum checksum,
                                                      std::string etag) {
  const GetOptions options;
  auto found = co_await head(std::move(context), std::move(object), options);
  if (!found || found->head.size != size) co_return std::nullopt;
  const ObjectHead& there = found->head;
  const bool comparable = checksum.algorithm != ChecksumAlgorithm::none &&
                          !checksum.value.empty() && there.checksum.algorithm == checksum.algorithm;
  const bool ours =
      comparable ? there.checksum.value == checksum.value : !etag.empty() && there.etag == etag;
  if (!ours) co_return std::nullopt;
  co_return PutResult{.etag = there.etag, .version_id = there.version_id};
}

Task<std::string> S3Client::copy(OpContext context, S3Location from, S3Location to,
                                 CopyOptions options) {
  S3Request request = copy_object_request(std::move(from), std::move(to), options);
  Answer answer = co_await run(std::move(context), std::move(request), small_answer_limit);
  co_return std::move(answer.late_etag);
}

Task<S3Upload> S3Client::create_upload(OpContext context, S3Location object,
                                       S3Attributes attributes, MultipartChecksum checksum) {
  S3Upload upload{.object = object, .id = {}};
  S3Request request = create_multipart_request(std::move(object), attributes.get(), checksum);
  const Answer answer = co_await run(std::move(context), std::move(request), small_answer_limit);
  upload.id = parse_upload_id(answer.body);
  co_return upload;
}

Task<PartResult> S3Client::upload_part(OpContext context, S3Upload upload, std::uint32_t number,
                                       Bytes body) {
  Outgoing outgoing;
  outgoing.request = upload_part_request(upload, number, body);
  const BodyDigests wanted{.checksum = upload_checksum(), .payload_hash = exchange_->hash_needed()};
  BodyDigestValues values = co_await digest(runtime_, body, wanted);
  outgoing.payload_hash = std::move(values.payload_hash);
  if (!values.checksum_text.empty())
    outgoing.request.headers.add(checksum_header(wanted.checksum), values.checksum_text);
  const Answer answer = co_await run_outgoing(std::move(context), outgoing, small_answer_limit);
  CompletedPart part{.number = number,
                     .etag = std::string(unquoted(answer.headers.find("etag").value_or(""))),
                     .checksum = values.checksum_text};
  if (part.etag.empty())
    throw Error(ErrorCode::protocol, "UploadPart", to_string(upload.object),
                "the answer has no ETag");
  co_return PartResult{std::move(part), std::move(values.checksum)};
}

Task<CompletedPart> S3Client::copy_part(OpContext context, S3Upload upload, std::uint32_t number,
                                        S3Location from, ByteRange range, CopyOptions options) {
  S3Request request = upload_part_copy_request(upload, number, from, range, options);
  Answer answer = co_await run(std::move(context), std::move(request), small_answer_limit);
  co_return CompletedPart{.number = number, .etag = std::move(answer.late_etag), .checksum = {}};
}

Task<PutResult> S3Client::complete_upload(OpContext context, S3Upload upload,
                                          std::vector<CompletedPart> parts,
                                          CompleteOptions options) {
  Outgoing outgoing;
  outgoing.request = complete_multipart_request(upload, parts, options.algorithm, options.checksum,
                                                options.condition);
  const BodyDigests wanted{.checksum = ChecksumAlgorithm::none,
                           .payload_hash = exchange_->hash_needed()};
  BodyDigestValues values = co_await digest(runtime_, outgoing.request.payload(), wanted);
  outgoing.payload_hash = std::move(values.payload_hash);
  std::optional<Error> lost;
  try {
    const Answer answer = co_await run_outgoing(context, outgoing, small_answer_limit);
    co_return result_of(answer.headers, answer.late_etag);
  } catch (const Error& error) {
    const bool gone = outgoing.attempts > 1 && error.server_code() == "NoSuchUpload";
    if (!gone && !may_be_ours(error, outgoing.attempts)) throw;
    lost = error;
  }
  StoredChecksum checksum{.algorithm = options.algorithm.algorithm, .value = options.checksum};
  std::string etag = multipart_etag(parts).value_or("");
  auto found = co_await find_written(context, upload.object, options.size, std::move(checksum),
                                     std::move(etag));
  if (!found) throw *lost;
  co_return std::move(*found);
}

Task<> S3Client::abort_upload(OpContext context, S3Upload upload) {
  S3Request request = abort_multipart_request(upload);
  try {
    co_await run(std::move(context), std::move(request), small_answer_limit);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
  }
}

Task<PartsPage> S3Client::list_parts(OpContext context, S3Upload upload, std::uint32_t after) {
  S3Request request = list_parts_request(upload, after);
  const Answer answer =
      co_await run(std::move(context), std::move(request), 4 * small_answer_limit);
  co_return parse_parts_page(answer.body);
}

Task<UploadsPage> S3Client::list_uploads(OpContext context, std::string bucket, std::string prefix,
                                         UploadsMarker after) {
  S3Request request = list_multipart_uploads_request(std::move(bucket), prefix, after);
  const Answer answer =
      co_await run(std::move(context), std::move(request), 16 * small_answer_limit);
  co_return parse_uploads_page(answer.body);
}

}  // namespace sluice::aws
