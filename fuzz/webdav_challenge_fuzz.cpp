// A WWW-Authenticate field is read in bounded memory, and what is answered to it fits into one
// line.
#include <string>
#include <string_view>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/header_list.hpp"
#include "sluice/webdav/challenge.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto challenges = sluice::webdav::parse_challenges(text);
  require(challenges.size() <= 16, "challenges are bounded");
  for (const auto& challenge : challenges) {
    require(!challenge.scheme.empty(), "a challenge has a scheme");
    require(challenge.parameters.size() <= 32, "parameters are bounded");
  }
  const auto digest = sluice::webdav::best_digest(challenges);
  if (!digest) return 0;
  const std::string field =
      sluice::webdav::digest_authorization(*digest, {.user = "u",
                                                     .password = sluice::Secret("p"),
                                                     .method = "GET",
                                                     .target = "/x",
                                                     .client_nonce = "c"});
  require(field.starts_with("Digest username=\"u\", "), "an answer is an answer");
  sluice::net::HeaderList headers;
  headers.add("Authorization", field);
  return 0;
}
