#pragma once

#include <string>
#include <string_view>

#include "auth/verifier.hpp"
#include "faults/request_faults.hpp"
#include "http/request_head.hpp"
#include "s3/operation.hpp"
#include "s3/query.hpp"
#include "s3/store.hpp"
#include "sluice/core/random.hpp"

namespace sluice::lab {

/// A request as the operations see it. `head` is borrowed from the connection for as long as the
/// exchange lasts.
struct S3Request {
  const RequestHead* head = nullptr;
  Query query;
  std::string bucket;  ///< Empty: the service itself.
  std::string key;     ///< Decoded bytes; empty: the bucket itself.
  Operation operation = Operation::unknown;
  TimePoint now;
  std::string id;  ///< x-amz-request-id
  VerifiedRequest verified;
  OperationFaults faults;

  std::string_view field(std::string_view name) const { return head->value_or_empty(name); }
};

/// Fills query, bucket, key and operation from the head: path style, or virtual-host style for
/// hosts below `domain` (empty: none). Throws S3Error.
void read_target(S3Request& request, std::string_view domain);

/// Which ETags new objects get. MD5 is S3's; it costs 1.2 CPU seconds a GiB, so that benchmarks may
/// do without: opaque tags look like those of a multipart upload, which clients must not take for
/// an MD5.
enum class EtagKind : std::uint8_t { md5, opaque };

struct S3Options {
  AuthPolicy auth;
  std::string domain;
  EtagKind etags = EtagKind::md5;
};

/// What all operations work on.
struct S3World {
  Store& store;
  const S3Options& options;
  RandomSource& random;
};

Bucket& bucket_of(const S3World& world, const S3Request& request);  ///< Throws NoSuchBucket.
ObjectPtr object_of(const S3World& world,
                    const S3Request& request);  ///< Throws NoSuchKey, NoSuchVersion.

/// A number in the query between `low` and `high`; `missing` if it is not there. Throws
/// InvalidArgument.
int number_in(const Query& query, std::string_view name, int missing, int low, int high);

}  // namespace sluice::lab
