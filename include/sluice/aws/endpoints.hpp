#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/net/endpoint.hpp"

namespace sluice::aws {

// Where a service or bucket is asked (AWS General Reference, "AWS service endpoints"; Amazon S3
// User Guide, "Virtual hosting of general purpose buckets"). Pure; callable from any thread.

struct Partition {
  std::string_view name;        ///< "aws", "aws-cn" ...
  std::string_view dns_suffix;  ///< "amazonaws.com"
  std::string_view
      dualstack_suffix;  ///< "api.aws"; empty: the partition has no dual-stack endpoints.
};

/// The partition of a region, known or new ("us-east-9" is in "aws").
Partition partition_of(std::string_view region);

struct EndpointOptions {
  std::string region;
  std::optional<net::Url>
      custom;  ///< An endpoint_url: used as it is, its path in front of every target.
  bool fips = false;
  bool dualstack = false;
};

struct ServiceEndpoint {
  net::Endpoint endpoint;
  std::string path_prefix;  ///< "" or "/base": goes in front of the target and is signed with it.
};

/// `prefix` is the service's name in host names: "glue", "sts", "portal.sso". Throws Error{config}:
/// no region, a region that is no host name part, dual-stack where there is none, FIPS or
/// dual-stack with a custom endpoint.
ServiceEndpoint service_endpoint(std::string_view prefix, const EndpointOptions& options);

enum class AddressingStyle : std::uint8_t {
  automatic,  ///< bucket.host where that works; the path for custom endpoints, as botocore has it.
  path,       ///< host/bucket/key
  virtual_host,  ///< bucket.host/key also for custom endpoints; still the path for names and
                 ///< addresses that cannot be hosts.
};

/// Throws Error{invalid_input} for what cannot be a bucket's name (old buckets may have upper case,
/// '_' and up to 255 characters), Error{unsupported} for access point ARNs and directory buckets
/// (S3 Express).
void check_bucket_name(std::string_view bucket);
/// Whether the name can be a host name's first part: 3 to 63 of a-z 0-9 '-', and no dot (a
/// certificate's '*' is one label).
bool is_host_label(std::string_view bucket);

/// Where to send requests for `bucket`: the key follows path_prefix + "/". An empty bucket is for
/// requests that name none (ListBuckets). Throws as service_endpoint and check_bucket_name.
ServiceEndpoint s3_endpoint(std::string_view bucket, const EndpointOptions& options,
                            AddressingStyle style);

}  // namespace sluice::aws
