#include "sluice/aws/s3_object_reader.hpp"

#include "sluice/async/errors.hpp"
#include "sluice/aws/s3_client.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

/// So much must come of a download between two failures for the second to count as the first:
/// a server that breaks off after each few bytes would otherwise be asked for ever.
constexpr std::uint64_t real_progress = 64_KiB;

}  // namespace

S3ObjectReader::S3ObjectReader(S3Client& client, OpContext context, S3Location object,
                               GetOptions options, net::HttpResponse response)
    : client_(&client),
      context_(std::move(context)),
      object_(std::move(object)),
      options_(std::move(options)),
      response_(std::move(response)),
      head_(parse_object_head(response_->status(), response_->headers(),
                              response_->content_length(), to_string(object_))) {
  begin_ = head_.range ? head_.range->first : 0;
  end_ = head_.range ? *head_.range->last + 1 : head_.size;
  position_ = begin_;
  if (!options_.range) return;
  const bool too_long = options_.range->last && end_ > *options_.range->last + 1;
  if (begin_ != options_.range->first || too_long) {  // a server that ignores Range sends all
    throw Error(ErrorCode::protocol, "GetObject", to_string(object_),
                "another range than was asked for");
  }
}

std::size_t S3ObjectReader::take_ready(MutableBytes buffer) {
  const std::size_t size = response_->take_ready(buffer);
  position_ += size;
  moved_ += size;
  return size;
}

Task<std::size_t> S3ObjectReader::read(MutableBytes buffer) {
  for (;;) {
    std::exception_ptr thrown;
    std::size_t size = 0;
    try {
      size = co_await response_->read(buffer);
    } catch (...) {
      thrown = std::current_exception();
    }
    if (!thrown) {
      position_ += size;
      moved_ += size;
      if (moved_ >= real_progress) failures_ = 0;
      if (size > 0 || position_ == end_) co_return size;
      thrown = std::make_exception_ptr(
          Error(ErrorCode::network, "GetObject", to_string(object_), "the body is cut short"));
    }
    count_failure(thrown);
    co_await reopen();
  }
}

void S3ObjectReader::count_failure(const std::exception_ptr& thrown) {
  const Error error = error_from(thrown);
  const RetryPolicy& policy = client_->retrier().policy();
  const std::uint32_t cost =
      error.code() == ErrorCode::timeout ? policy.timeout_cost : policy.retry_cost;
  const bool pinned = !head_.etag.empty();
  if (!pinned || !error.retryable() || ++failures_ >= policy.max_attempts ||
      !client_->retrier().budget().take(cost)) {
    throw error;
  }
  context_.log.debug("A download broke off and goes on",
                     {{"object", to_string(object_)}, {"at", position_}, {"error", error.what()}});
}

Task<> S3ObjectReader::reopen() {
  response_.reset();  // its connection is broken
  const GetOptions rest{.range = ByteRange{position_, end_ - 1},
                        .if_match = head_.etag,
                        .version_id = options_.version_id,
                        .checksum = false};
  const S3Request request = get_object_request(object_, rest);
  net::HttpResponse response = co_await client_->open(context_, request);
  const ObjectHead head = parse_object_head(response.status(), response.headers(),
                                            response.content_length(), to_string(object_));
  const bool same = head.range && head.range->first == position_ && *head.range->last == end_ - 1 &&
                    head.size == head_.size;
  if (!same)
    throw Error(ErrorCode::protocol, "GetObject", to_string(object_),
                "another range than was asked for");
  response_ = std::move(response);
  moved_ = 0;
}

}  // namespace sluice::aws
