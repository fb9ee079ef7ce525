#include "aws/login_proof.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sluice/codec/base64.hpp"
#include "sluice/codec/json.hpp"

namespace sluice::aws {
namespace {

struct SignInSuffix {
  std::string_view partition, suffix;
};

// The endpoint rules of the service's model.
constexpr std::array<SignInSuffix, 8> suffixes = {{
    {"aws", "signin.aws.amazon.com"},
    {"aws-cn", "signin.amazonaws.cn"},
    {"aws-us-gov", "signin.amazonaws-us-gov.com"},
    {"aws-iso", "signin.c2shome.ic.gov"},
    {"aws-iso-b", "signin.sc2shome.sgov.gov"},
    {"aws-iso-e", "signin.csphome.adc-e.uk"},
    {"aws-iso-f", "signin.csphome.hci.ic.gov"},
    {"aws-eusc", "signin.amazonaws-eusc.eu"},
}};

// Empty: as other services' names.
std::string host_of(const EndpointOptions& options) {
  const std::string_view partition = partition_of(options.region).name;
  if (options.fips) {
    if (partition != "aws-us-gov") return "";
    const std::string host = "signin-fips.amazonaws-us-gov.com";
    return options.region == "us-gov-west-1" ? host : options.region + "." + host;
  }
  const auto found = std::ranges::find(suffixes, partition, &SignInSuffix::partition);
  return found == suffixes.end() ? "" : options.region + "." + std::string(found->suffix);
}

std::string base64url(Bytes bytes) {
  std::string text = codec::to_base64(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

std::string header_of(const codec::Es256Key& key) {
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("typ").value("dpop+jwt");
  writer.key("alg").value("ES256");
  writer.key("jwk").begin_object();
  writer.key("kty").value("EC");
  writer.key("x").value(base64url(key.x()));
  writer.key("y").value(base64url(key.y()));
  writer.key("crv").value("P-256");
  writer.end_object();
  writer.end_object();
  return writer.take();
}

std::string payload_of(std::string_view url, TimePoint now, std::string_view id) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("htm").value("POST");
  writer.key("htu").value(url);
  writer.key("iat").value(static_cast<std::int64_t>(seconds.count()));
  writer.key("jti").value(id);
  writer.end_object();
  return writer.take();
}

}  // namespace

ServiceEndpoint login_endpoint(const EndpointOptions& options) {
  ServiceEndpoint where = service_endpoint("signin", options);  // checks the region too
  if (options.custom || options.dualstack) return where;
  if (std::string host = host_of(options); !host.empty()) where.endpoint.host = std::move(host);
  return where;
}

std::string login_proof(const codec::Es256Key& key, std::string_view url, TimePoint now,
                        std::string_view id) {
  std::string token =
      base64url(as_bytes(header_of(key))) + "." + base64url(as_bytes(payload_of(url, now, id)));
  const auto signature = key.sign(as_bytes(token));
  return token.append(".").append(base64url(signature));
}

}  // namespace sluice::aws
