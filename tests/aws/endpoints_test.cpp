#include "sluice/aws/endpoints.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::aws;

namespace {

net::Url url_of(bool tls, std::string host, std::uint16_t port, std::string target = "/") {
  return {.endpoint = {.tls = tls, .host = std::move(host), .port = port},
          .target = std::move(target)};
}

EndpointOptions in_region(std::string region) {
  return {.region = std::move(region), .custom = std::nullopt};
}

template <class Call>
std::optional<ErrorCode> failure_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("endpoints: the partition follows from the region") {
  const struct {
    const char *region, *partition, *suffix;
  } cases[] = {
      {"us-east-1", "aws", "amazonaws.com"},
      {"ap-northeast-1", "aws", "amazonaws.com"},
      {"mx-central-1", "aws", "amazonaws.com"},
      {"xx-new-7", "aws", "amazonaws.com"},
      {"cn-north-1", "aws-cn", "amazonaws.com.cn"},
      {"us-gov-west-1", "aws-us-gov", "amazonaws.com"},
      {"eusc-de-east-1", "aws-eusc", "amazonaws.eu"},
      {"us-iso-east-1", "aws-iso", "c2s.ic.gov"},
      {"us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"},
      {"eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"},
      {"us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov"},
  };
  for (const auto& [region, partition, suffix] : cases) {
    CAPTURE(region);
    CHECK(partition_of(region).name == partition);
    CHECK(partition_of(region).dns_suffix == suffix);
  }
}

TEST_CASE("endpoints: service hosts with FIPS and dual-stack") {
  const struct {
    const char *prefix, *region;
    bool fips, dualstack;
    const char* host;
  } cases[] = {
      {"glue", "us-east-1", false, false, "glue.us-east-1.amazonaws.com"},
      {"sts", "cn-north-1", false, false, "sts.cn-north-1.amazonaws.com.cn"},
      {"sts", "us-gov-west-1", true, false, "sts-fips.us-gov-west-1.amazonaws.com"},
      {"glue", "eu-west-1", false, true, "glue.eu-west-1.api.aws"},
      {"glue", "us-east-2", true, true, "glue-fips.us-east-2.api.aws"},
      {"portal.sso", "ap-northeast-1", false, false, "portal.sso.ap-northeast-1.amazonaws.com"},
  };
  for (const auto& [prefix, region, fips, dualstack, host] : cases) {
    EndpointOptions options = in_region(region);
    options.fips = fips;
    options.dualstack = dualstack;
    const auto where = service_endpoint(prefix, options);
    CHECK(where.endpoint == net::Endpoint{.tls = true, .host = host, .port = 443});
    CHECK(where.path_prefix == "");
  }
}

TEST_CASE("endpoints: a custom endpoint is taken as it is, with its path") {
  EndpointOptions options = in_region("");
  options.custom = url_of(false, "localhost", 5000, "/base/");
  const auto where = service_endpoint("glue", options);
  CHECK(where.endpoint == options.custom->endpoint);
  CHECK(where.path_prefix == "/base");
}

TEST_CASE("endpoints: what cannot be an endpoint is a configuration error") {
  CHECK(failure_of([] { service_endpoint("glue", in_region("")); }) == ErrorCode::config);
  for (const char* region :
       {"us east", "a.b", "evil.example/", "-a", "a-", "US-EAST-1", "x#", "a@b"}) {
    CAPTURE(region);
    CHECK(failure_of([&] { service_endpoint("glue", in_region(region)); }) == ErrorCode::config);
    CHECK(failure_of([&] { s3_endpoint("bkt", in_region(region), AddressingStyle::automatic); }) ==
          ErrorCode::config);
  }
  EndpointOptions options = in_region("us-iso-east-1");
  options.dualstack = true;
  CHECK(failure_of([&] { service_endpoint("glue", options); }) == ErrorCode::config);
  CHECK(failure_of([&] { s3_endpoint("bkt", options, AddressingStyle::path); }) ==
        ErrorCode::config);
  options.custom = url_of(true, "h", 443);
  CHECK(failure_of([&] { service_endpoint("glue", options); }) == ErrorCode::config);
  options = in_region("us-east-1");
  options.custom = url_of(true, "h", 443, "/?a=b");
  CHECK(failure_of([&] { service_endpoint("glue", options); }) == ErrorCode::config);
}

TEST_CASE("endpoints: S3 puts the bucket into the host or into the path") {
  using enum AddressingStyle;
  const std::optional<net::Url> none;
  const auto lab = url_of(false, "127.0.0.1", 9000);
  const auto local = url_of(false, "localhost", 9000);
  const auto named = url_of(true, "s3.example.org", 443, "/base");
  const auto plain = url_of(false, "s3.example.org", 80);
  const struct {
    const char* bucket;
    std::optional<net::Url> custom;
    AddressingStyle style;
    const char *host, *prefix;
  } cases[] = {
      {"bkt", none, automatic, "bkt.s3.us-east-1.amazonaws.com", ""},
      {"bkt", none, virtual_host, "bkt.s3.us-east-1.amazonaws.com", ""},
      {"bkt", none, path, "s3.us-east-1.amazonaws.com", "/bkt"},
      {"", none, automatic, "s3.us-east-1.amazonaws.com", ""},
      {"a.bucket", none, automatic, "s3.us-east-1.amazonaws.com", "/a.bucket"},
      {"a.bucket", none, virtual_host, "s3.us-east-1.amazonaws.com", "/a.bucket"},
      {"A_B", none, automatic, "s3.us-east-1.amazonaws.com", "/A_B"},
      {"192.168.5.4", none, automatic, "s3.us-east-1.amazonaws.com", "/192.168.5.4"},
      {"bkt", lab, automatic, "127.0.0.1", "/bkt"},
      {"bkt", lab, virtual_host, "127.0.0.1", "/bkt"},
      {"bkt", local, virtual_host, "localhost", "/bkt"},
      {"bkt", named, automatic, "s3.example.org", "/base/bkt"},
      {"bkt", named, virtual_host, "bkt.s3.example.org", "/base"},
      {"a.bucket", named, virtual_host, "s3.example.org", "/base/a.bucket"},
      {"a.bucket", plain, virtual_host, "a.bucket.s3.example.org", ""},
  };
  for (const auto& [bucket, custom, style, host, prefix] : cases) {
    CAPTURE(bucket);
    CAPTURE(host);
    EndpointOptions options = in_region("us-east-1");
    options.custom = custom;
    const auto where = s3_endpoint(bucket, options, style);
    CHECK(where.endpoint.host == host);
    CHECK(where.path_prefix == prefix);
  }
}

TEST_CASE("endpoints: S3 hosts with FIPS and dual-stack") {
  EndpointOptions options = in_region("eu-west-1");
  options.dualstack = true;
  CHECK(s3_endpoint("bkt", options, AddressingStyle::automatic).endpoint.host ==
        "bkt.s3.dualstack.eu-west-1.amazonaws.com");
  options.region = "us-gov-west-1";
  options.fips = true;
  CHECK(s3_endpoint("bkt", options, AddressingStyle::automatic).endpoint.host ==
        "bkt.s3-fips.dualstack.us-gov-west-1.amazonaws.com");
  options.dualstack = false;
  CHECK(s3_endpoint("bkt", options, AddressingStyle::automatic).endpoint.host ==
        "bkt.s3-fips.us-gov-west-1.amazonaws.com");
}

TEST_CASE("endpoints: names that no bucket has are refused") {
  for (const std::string bucket : {"a/b", "..", ".", "a b", "a?b", "a%2Fb", "\xC3\xA9", "a@b"}) {
    CAPTURE(bucket);
    CHECK(failure_of([&] { check_bucket_name(bucket); }) == ErrorCode::invalid_input);
  }
  CHECK(failure_of([] { check_bucket_name(std::string(256, 'a')); }) == ErrorCode::invalid_input);
  CHECK(failure_of([] { check_bucket_name(""); }) == ErrorCode::invalid_input);
  CHECK(failure_of([] { check_bucket_name("arn:aws:s3:us-east-1:1:accesspoint/x"); }) ==
        ErrorCode::unsupported);
  CHECK(failure_of([] { check_bucket_name("data--usw2-az1--x-s3"); }) == ErrorCode::unsupported);
  CHECK_FALSE(failure_of([] { check_bucket_name("Old_Bucket.name-1"); }));
}

TEST_CASE("endpoints: which buckets can be part of a host name") {
  for (const char* bucket : {"abc", "a-b", "0a9", "my-bucket-ec5xe-s3alias"})
    CHECK(is_host_label(bucket));
  for (const char* bucket : {"ab", "-ab", "ab-", "a.b", "Abc", "a_b", "1.2.3.4", ""})
    CHECK_FALSE(is_host_label(bucket));
  CHECK(is_host_label(std::string(63, 'a')));
  CHECK_FALSE(is_host_label(std::string(64, 'a')));
}
