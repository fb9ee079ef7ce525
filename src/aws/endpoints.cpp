#include "sluice/aws/endpoints.hpp"

#include <algorithm>
#include <array>

#include "aws/host_names.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

struct RegionPrefix {
  std::string_view prefix;
  Partition partition;
};

// The first that fits; "aws" is what is left.
constexpr std::array<RegionPrefix, 7> partitions = {{
    {"cn-", {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}},
    {"us-gov-", {"aws-us-gov", "amazonaws.com", "api.aws"}},
    {"us-iso-", {"aws-iso", "c2s.ic.gov", ""}},
    {"us-isob-", {"aws-iso-b", "sc2s.sgov.gov", ""}},
    {"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk", ""}},
    {"us-isof-", {"aws-iso-f", "csp.hci.ic.gov", ""}},
    {"eusc-", {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}},
}};

constexpr std::uint16_t https_port = 443;

Error config_error(std::string_view prefix, std::string message) {
  return Error(ErrorCode::config, "find endpoint", std::string(prefix), std::move(message));
}

// The region becomes part of a host name: nothing else may slip in with it.
void check_region(std::string_view prefix, std::string_view region) {
  if (region.empty())
    throw config_error(prefix, "no region is set (--region, AWS_REGION or the profile's region)");
  const bool valid = region.size() <= 63 && std::ranges::all_of(region, is_label_char) &&
                     region.front() != '-' && region.back() != '-';
  if (!valid) throw config_error(prefix, "\"" + std::string(region) + "\" is not a region");
}

ServiceEndpoint custom_endpoint(std::string_view prefix, const EndpointOptions& options) {
  if (options.fips || options.dualstack) {
    throw config_error(
        prefix, "a custom endpoint URL cannot be combined with FIPS or dual-stack endpoints");
  }
  std::string_view path = options.custom->target;
  if (path.find('?') != path.npos)
    throw config_error(prefix, "an endpoint URL cannot have a query");
  while (!path.empty() && path.back() == '/')
    path.remove_suffix(1);
  return {options.custom->endpoint, std::string(path)};
}

std::string_view dualstack_suffix(std::string_view prefix, std::string_view region) {
  const Partition partition = partition_of(region);
  if (partition.dualstack_suffix.empty()) {
    throw config_error(prefix,
                       "partition " + std::string(partition.name) + " has no dual-stack endpoints");
  }
  return partition.dualstack_suffix;
}

net::Endpoint tls_endpoint(std::string host) {
  return {.tls = true, .host = std::move(host), .port = https_port};
}

// S3 writes dual-stack into the name and keeps the partition's usual suffix.
net::Endpoint regional_s3(const EndpointOptions& options) {
  check_region("s3", options.region);
  std::string host = options.fips ? "s3-fips." : "s3.";
  if (options.dualstack) {
    dualstack_suffix("s3", options.region);
    host += "dualstack.";
  }
  host.append(options.region).append(".").append(partition_of(options.region).dns_suffix);
  return tls_endpoint(std::move(host));
}

bool wants_host(std::string_view bucket, const ServiceEndpoint& base, bool custom,
                AddressingStyle style) {
  if (style == AddressingStyle::path || (custom && style == AddressingStyle::automatic))
    return false;
  if (is_ip_address(base.endpoint.host)) return false;
  return is_host_label(bucket) || (!base.endpoint.tls && is_host_name(bucket));
}

}  // namespace

Partition partition_of(std::string_view region) {
  for (const auto& [prefix, partition] : partitions) {
    if (region.starts_with(prefix)) return partition;
  }
  return {"aws", "amazonaws.com", "api.aws"};
}

ServiceEndpoint service_endpoint(std::string_view prefix, const EndpointOptions& options) {
  if (options.custom) return custom_endpoint(prefix, options);
  check_region(prefix, options.region);
  std::string host(prefix);
  if (options.fips) host += "-fips";
  host.append(".").append(options.region).append(".");
  host += options.dualstack ? dualstack_suffix(prefix, options.region)
                            : partition_of(options.region).dns_suffix;
  return {tls_endpoint(std::move(host)), {}};
}

ServiceEndpoint s3_endpoint(std::string_view bucket, const EndpointOptions& options,
                            AddressingStyle style) {
  const bool custom = options.custom.has_value();
  ServiceEndpoint where =
      custom ? custom_endpoint("s3", options) : ServiceEndpoint{regional_s3(options), {}};
  if (bucket.empty()) return where;
  check_bucket_name(bucket);
  if (wants_host(bucket, where, custom, style)) {
    where.endpoint.host.insert(0, std::string(bucket) + ".");
  } else {
    where.path_prefix.append("/").append(bucket);
  }
  return where;
}

}  // namespace sluice::aws
