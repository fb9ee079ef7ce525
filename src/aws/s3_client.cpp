#include "sluice/aws/s3_client.hpp"

#include <algorithm>
#include <iterator>

#include "aws/s3_exchange.hpp"
#include "aws/s3_outgoing.hpp"
#include "aws/s3_request_parts.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

// A page of 1,000 keys of 1,024 bytes, each byte as "%XX", with all that is said about each.
constexpr std::size_t page_limit = 16_MiB;
constexpr std::size_t small_answer_limit = 1_MiB;

}  // namespace

S3Client::S3Client(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
                   std::shared_ptr<CredentialsProvider> credentials, S3ClientOptions options)
    : options_(std::move(options)),
      runtime_(runtime),
      exchange_(
          std::make_unique<Exchange>(runtime, std::move(http), std::move(credentials), options_)) {}

S3Client::~S3Client() = default;

ChecksumAlgorithm S3Client::upload_checksum() const {
  return options_.checksum_mode == ChecksumMode::when_supported ? options_.checksum
                                                                : ChecksumAlgorithm::none;
}

std::string S3Client::origin() const {
  return exchange_->origin();
}

std::string S3Client::bucket_realm() const {
  if (options_.endpoint.custom) return origin();
  return std::string(partition_of(options_.endpoint.region).dns_suffix);
}

Retrier& S3Client::retrier() {
  return exchange_->retrier();
}

Task<S3Client::Answer> S3Client::run(OpContext context, S3Request request, std::size_t body_limit) {
  Outgoing outgoing;
  outgoing.request = std::move(request);
  const BodyDigests wanted{.checksum = ChecksumAlgorithm::none,
                           .payload_hash = exchange_->hash_needed()};
  BodyDigestValues values = co_await digest(runtime_, outgoing.request.payload(), wanted);
  outgoing.payload_hash = std::move(values.payload_hash);
  co_return co_await run_outgoing(std::move(context), outgoing, body_limit);
}

Task<S3Client::Answer> S3Client::run_outgoing(OpContext context, Outgoing& outgoing,
                                              std::size_t body_limit) {
  auto once = [this, &context, &outgoing, body_limit] {
    return attempt(context, outgoing, body_limit);
  };
  co_return co_await exchange_->retrier().run(context, Safety::idempotent, once);
}

Task<S3Client::Answer> S3Client::attempt(const OpContext& context, Outgoing& outgoing,
                                         std::size_t body_limit) {
  ++outgoing.attempts;
  const S3Request& request = outgoing.request;
  net::HttpResponse response = co_await exchange_->send(context, request, outgoing.payload_hash);
  Answer answer;
  answer.status = response.status();
  answer.content_length = response.content_length();
  answer.body = co_await response.read_all(body_limit);
  answer.headers = response.headers();
  if (request.answers_early) {
    answer.late_etag = parse_late_etag(answer.body, request.operation, to_string(request.location));
  }
  co_return answer;
}

Task<> S3Client::list(OpContext context, std::string bucket, ListOptions options, ListPage& page) {
  S3Request request = list_objects_request(std::move(bucket), options);
  Answer answer = co_await run(std::move(context), std::move(request), page_limit);
  page.body = std::move(answer.body);
  parse_list_page(page);
}

Task<std::optional<HeadResult>> S3Client::head(OpContext context, S3Location object,
                                               GetOptions options) {
  options.checksum = options.checksum && options_.checksum_mode == ChecksumMode::when_supported;
  const std::string subject = to_string(object);
  S3Request request = head_object_request(std::move(object), options);
  std::optional<Answer> answer;
  try {
    answer = co_await run(std::move(context), std::move(request), 0);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
  }
  if (!answer) co_return std::nullopt;
  // The length that a HEAD announces is not that of its own body.
  ObjectHead head = parse_object_head(answer->status, answer->headers, std::nullopt, subject);
  co_return HeadResult{std::move(head), parse_object_extras(answer->headers)};
}

Task<net::HttpResponse> S3Client::open(const OpContext& context, const S3Request& request) {
  auto once = [this, &context, &request] {
    return exchange_->send(context, request, empty_payload_hash);
  };
  return exchange_->retrier().run(context, Safety::idempotent, once);
}

Task<S3ObjectReader> S3Client::get(OpContext context, S3Location object, GetOptions options) {
  options.checksum = options.checksum && options_.checksum_mode == ChecksumMode::when_supported;
  const S3Request request = get_object_request(object, options);
  net::HttpResponse response = co_await open(context, request);
  co_return S3ObjectReader(*this, std::move(context), std::move(object), std::move(options),
                           std::move(response));
}

Task<> S3Client::remove(OpContext context, S3Location object) {
  S3Request request = delete_object_request(std::move(object));
  co_await run(std::move(context), std::move(request), small_answer_limit);
}

Task<std::vector<DeleteFailure>> S3Client::remove_all(OpContext context, std::string bucket,
                                                      std::vector<std::string> keys) {
  if (keys.size() > s3_max_deletes) {
    throw Error(ErrorCode::invalid_input, "DeleteObjects", bucket,
                "more keys than one request can have");
  }
  const auto odd = std::partition(keys.begin(), keys.end(),
                                  [](const std::string& key) { return is_xml_text(key); });
  const std::span<const std::string> plain(keys.begin(), odd);
  std::vector<DeleteFailure> failures;
  if (!plain.empty()) {
    S3Request request = delete_objects_request(bucket, plain);
    // DeleteObjects is refused without a checksum of its body.
    if (upload_checksum() == ChecksumAlgorithm::none) {
      request.headers.add("Content-MD5", codec::to_base64(codec::md5(as_bytes(request.text))));
    } else {
      Checksum checksum(upload_checksum());
      checksum.update(as_bytes(request.text));
      request.headers.add(checksum_header(checksum.algorithm()), checksum.base64());
    }
    const Answer answer = co_await run(context, std::move(request), page_limit);
    failures = parse_delete_result(answer.body);
  }
  for (auto key = odd; key != keys.end(); ++key) {
    std::optional<Error> failed;
    try {
      S3Location object{.bucket = bucket, .key = *key};
      co_await remove(context, std::move(object));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) throw;
      failed = error;
    }
    if (failed)
      failures.push_back(
          {.key = *key, .code = failed->server_code(), .message = failed->message()});
  }
  co_return failures;
}

Task<std::map<std::string, std::string>> S3Client::get_tags(OpContext context, S3Location object,
                                                            std::string version_id) {
  S3Request request = get_tagging_request(std::move(object), version_id);
  const Answer answer = co_await run(std::move(context), std::move(request), small_answer_limit);
  co_return parse_tagging(answer.body);
}

Task<> S3Client::put_tags(OpContext context, S3Location object,
                          std::map<std::string, std::string> tags) {
  S3Request request = put_tagging_request(std::move(object), tags);
  request.headers.add("Content-MD5", codec::to_base64(codec::md5(as_bytes(request.text))));
  co_await run(std::move(context), std::move(request), small_answer_limit);
}

Task<std::vector<ListedBucket>> S3Client::list_buckets(OpContext context) {
  std::vector<ListedBucket> buckets;
  std::string token;
  do {
    S3Request request = list_buckets_request(token);
    const Answer answer = co_await run(context, std::move(request), page_limit);
    BucketsPage page = parse_buckets_page(answer.body);
    if (!page.next_token.empty() && page.buckets.empty()) {
      // Else a server that always names a next page would hold us for ever.
      throw Error(ErrorCode::protocol, "ListBuckets", "s3://", "an empty page, but not the last");
    }
    std::ranges::move(page.buckets, std::back_inserter(buckets));
    token = std::move(page.next_token);
  } while (!token.empty());
  co_return buckets;
}

Task<> S3Client::create_bucket(OpContext context, std::string bucket) {
  S3Request request = create_bucket_request(std::move(bucket), options_.endpoint.region);
  co_await run(std::move(context), std::move(request), small_answer_limit);
}

Task<> S3Client::delete_bucket(OpContext context, std::string bucket) {
  S3Request request = delete_bucket_request(std::move(bucket));
  co_await run(std::move(context), std::move(request), small_answer_limit);
}

Task<std::string> S3Client::presign(OpContext context, S3Request request, Duration expires) {
  co_return co_await exchange_->presign(std::move(context), std::move(request), expires);
}

Task<std::string> S3Client::presign_get(OpContext context, S3Location object, Duration expires) {
  const GetOptions plain{.range = {}, .if_match = {}, .version_id = {}, .checksum = false};
  S3Request request = get_object_request(std::move(object), plain);
  co_return co_await presign(std::move(context), std::move(request), expires);
}

Task<std::string> S3Client::presign_put(OpContext context, S3Location object, Duration expires) {
  S3Request request = make_request("PutObject", "PUT", std::move(object));
  co_return co_await presign(std::move(context), std::move(request), expires);
}

}  // namespace sluice::aws
