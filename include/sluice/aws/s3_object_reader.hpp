#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/async/byte_stream.hpp"
#include "sluice/async/task.hpp"
#include "sluice/aws/s3_requests.hpp"
#include "sluice/aws/s3_responses.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::aws {

class S3Client;

/// The body of one GetObject. When the connection breaks, the rest is asked for with Range and
/// If-Match (through the endpoint's retry budget), so that a long transfer does not begin again; an
/// object that changed meanwhile is Error{conflict}. Checksums are the caller's to compare. Must
/// not outlive its client.
class S3ObjectReader final : public ByteReader {
 public:
  S3ObjectReader(S3Client& client, OpContext context, S3Location object, GetOptions options,
                 net::HttpResponse response);

  const ObjectHead& head() const { return head_; }
  /// Of the first answer; not after read().
  const net::HeaderList& headers() const { return response_->headers(); }
  /// Bytes that read() gives in all.
  std::uint64_t length() const { return end_ - begin_; }
  Task<std::size_t> read(MutableBytes buffer) override;
  /// What came with the answer's head, as far as it goes without waiting; may be nothing.
  std::size_t take_ready(MutableBytes buffer);

 private:
  void count_failure(const std::exception_ptr& thrown);
  Task<> reopen();

  S3Client* client_;
  OpContext context_;
  S3Location object_;
  GetOptions options_;
  std::optional<net::HttpResponse> response_;
  ObjectHead head_;
  std::uint64_t begin_ = 0, position_ = 0, end_ = 0;  // in the object
  std::uint64_t moved_ = 0;                           // bytes of this answer
  std::uint32_t failures_ = 0;                        // since there was real progress
};

}  // namespace sluice::aws
