// Input: METHOD TARGET LF, then header lines "name:value" LF. Signing must not fail for what a
// header list accepts, must not depend on how often it was done, and the canonical query must be a
// fixed point.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/canonical_request.hpp"
#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::aws;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

net::HttpRequest request_of(std::string_view text) {
  net::HttpRequest request;
  request.endpoint = {.tls = true, .host = "example.amazonaws.com", .port = 443};
  const std::string_view line = take_line(text);
  const std::size_t space = std::min(line.find(' '), line.size());
  request.method = std::string(line.substr(0, space));
  request.target = std::string(line.substr(std::min(space + 1, line.size())));
  while (!text.empty()) {
    const std::string_view field = take_line(text);
    const std::size_t colon = std::min(field.find(':'), field.size());
    try {
      request.headers.add(field.substr(0, colon), field.substr(std::min(colon + 1, field.size())));
    } catch (const Error&) {
      // Not a header field; never sent.
    }
  }
  return request;
}

void check_query(std::string_view query) {
  std::string once, twice;
  append_canonical_query(once, query);
  append_canonical_query(twice, once);
  require(once == twice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  net::HttpRequest request = request_of({reinterpret_cast<const char*>(data), size});
  check_query(split_target(request.target).query);
  const Credentials credentials{.access_key_id = "K",
                                .secret_access_key = Secret("s"),
                                .session_token = Secret("t"),
                                .expires = std::nullopt,
                                .account_id = "",
                                .source = "fuzz"};
  const TimePoint now{std::chrono::seconds(1'440'938'160)};
  for (const PathStyle style : {PathStyle::s3, PathStyle::normalized, PathStyle::as_is}) {
    const SigningScope scope{"us-east-1", "s3", style};
    const SigningTexts before = signing_texts(request, credentials, scope, now, unsigned_payload);
    net::HttpRequest once = request;
    Signer signer;
    signer.sign(once, credentials, scope, now, unsigned_payload);
    const SigningTexts after = signing_texts(once, credentials, scope, now, unsigned_payload);
    require(before.signature == after.signature);
    signer.presign(request, credentials, scope, now, std::chrono::hours(1));
  }
  return 0;
}
