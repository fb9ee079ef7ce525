#include <fmt/format.h>

#include <algorithm>

#include "sluice/codec/base64.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/header_list.hpp"
#include "sluice/webdav/challenge.hpp"

namespace sluice::webdav {
namespace {

struct Named {
  std::string_view name;
  DigestAlgorithm algorithm;
};
// The weakest first.
constexpr Named algorithms[] = {{"MD5", DigestAlgorithm::md5},
                                {"MD5-sess", DigestAlgorithm::md5_sess},
                                {"SHA-256", DigestAlgorithm::sha256},
                                {"SHA-256-sess", DigestAlgorithm::sha256_sess}};

std::string_view name_of(DigestAlgorithm algorithm) {
  return algorithms[static_cast<std::size_t>(algorithm)].name;
}

bool is_session(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::md5_sess || algorithm == DigestAlgorithm::sha256_sess;
}

std::string hash(DigestAlgorithm algorithm, std::string_view text) {
  const bool md5 = algorithm == DigestAlgorithm::md5 || algorithm == DigestAlgorithm::md5_sess;
  return md5 ? codec::to_hex(codec::md5(as_bytes(text)))
             : codec::to_hex(codec::sha256(as_bytes(text)));
}

bool offers_auth(std::string_view qop) {
  while (!qop.empty()) {
    const std::size_t comma = std::min(qop.find(','), qop.size());
    std::string_view word = qop.substr(0, comma);
    qop.remove_prefix(std::min(comma + 1, qop.size()));
    while (word.starts_with(' '))
      word.remove_prefix(1);
    while (word.ends_with(' '))
      word.remove_suffix(1);
    if (net::equal_names(word, "auth")) return true;
  }
  return false;
}

/// What is sent back must fit into a field.
bool can_be_sent(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

std::optional<DigestChallenge> read_digest(const Challenge& challenge) {
  const bool readable = std::ranges::all_of(
      challenge.parameters, [](const auto& one) { return can_be_sent(one.second); });
  if (!readable) return std::nullopt;
  if (challenge.scheme != "digest" || challenge.find("nonce").empty()) return std::nullopt;
  DigestChallenge digest;
  const std::string_view algorithm = challenge.find("algorithm");
  digest.names_algorithm = !algorithm.empty();
  if (digest.names_algorithm) {
    const auto* const known = std::ranges::find_if(algorithms, [algorithm](const Named& one) {
      return net::equal_names(one.name, algorithm);
    });
    if (known == std::end(algorithms)) return std::nullopt;
    digest.algorithm = known->algorithm;
  }
  const std::string_view qop = challenge.find("qop");
  digest.qop_auth = offers_auth(qop);
  // auth-int alone wants a hash of the body before it is sent.
  if (!qop.empty() && !digest.qop_auth) return std::nullopt;
  if (is_session(digest.algorithm) && !digest.qop_auth) return std::nullopt;
  digest.realm = challenge.find("realm");
  digest.nonce = challenge.find("nonce");
  digest.opaque = challenge.find("opaque");
  digest.has_opaque = std::ranges::any_of(challenge.parameters,
                                          [](const auto& one) { return one.first == "opaque"; });
  digest.stale = net::equal_names(challenge.find("stale"), "true");
  return digest;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::optional<DigestChallenge> best_digest(std::span<const Challenge> challenges) {
  std::optional<DigestChallenge> best;
  for (const Challenge& challenge : challenges) {
    auto digest = read_digest(challenge);
    if (digest && (!best || digest->algorithm > best->algorithm)) best = std::move(digest);
  }
  return best;
}

std::string digest_authorization(const DigestChallenge& challenge, const DigestRequest& request) {
  const DigestAlgorithm algorithm = challenge.algorithm;
  // RFC 7616 section 3.4.
  std::string a1 = hash(
      algorithm, fmt::format("{}:{}:{}", request.user, challenge.realm, request.password.reveal()));
  if (is_session(algorithm))
    a1 = hash(algorithm, fmt::format("{}:{}:{}", a1, challenge.nonce, request.client_nonce));
  const std::string a2 = hash(algorithm, fmt::format("{}:{}", request.method, request.target));
  const std::string count = fmt::format("{:08x}", request.count);
  const std::string response =
      challenge.qop_auth ? hash(algorithm, fmt::format("{}:{}:{}:{}:auth:{}", a1, challenge.nonce,
                                                       count, request.client_nonce, a2))
                         : hash(algorithm, fmt::format("{}:{}:{}", a1, challenge.nonce, a2));
  std::string out = fmt::format("Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"",
                                in_quotes(request.user), in_quotes(challenge.realm),
                                in_quotes(challenge.nonce), in_quotes(request.target), response);
  if (challenge.names_algorithm) out += fmt::format(", algorithm={}", name_of(algorithm));
  if (challenge.has_opaque) out += fmt::format(", opaque={}", in_quotes(challenge.opaque));
  if (challenge.qop_auth)
    out += fmt::format(", qop=auth, nc={}, cnonce={}", count, in_quotes(request.client_nonce));
  return out;
}

std::string basic_authorization(const std::string& user, const Secret& password) {
  if (user.find(':') != std::string::npos)
    throw Error(ErrorCode::config, "log in", user, "a user's name cannot hold a colon (RFC 7617)");
  return "Basic " + codec::to_base64(as_bytes(user + ':' + password.reveal()));
}

}  // namespace sluice::webdav
