#include "webdav/authorizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sluice/core/error.hpp"
#include "webdav/refusal.hpp"

namespace sluice::webdav {
namespace {

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::vector<Challenge> offered_in(const net::HeaderList& headers) {
  std::vector<Challenge> offered;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers[i];
    if (!net::equal_names(name, "WWW-Authenticate")) continue;
    for (Challenge& one : parse_challenges(value))
      offered.push_back(std::move(one));
  }
  return offered;
}

}  // namespace

Authorizer::Authorizer(net::Endpoint endpoint, Credentials credentials, RandomSource& random)
    : endpoint_(std::move(endpoint)), credentials_(std::move(credentials)), random_(random) {
  if (!credentials_.token.empty()) {
    require_cover("a token");
    way_ = Way::bearer;
  } else if (!credentials_.user.empty()) {
    way_ = endpoint_.tls ? Way::basic : Way::unknown;
  }
}

bool Authorizer::may_send_secret() const {
  return endpoint_.tls || credentials_.allow_clear || is_loopback(endpoint_.host);
}

void Authorizer::require_cover(const char* what) const {
  if (may_send_secret()) return;
  throw Error(ErrorCode::config, "log in", endpoint_.origin(),
              fmt::format("{} would go over the network in the clear; use webdavs://, or allow it "
                          "with --allow-clear-password",
                          what));
}

Authorizer::Used Authorizer::authorize(std::string_view method, std::string_view target) {
  switch (way_) {
    case Way::none:
    case Way::unknown:
      return {};
    case Way::basic:
      return {.field = basic_authorization(credentials_.user, credentials_.password), .nonce = {}};
    case Way::bearer:
      return {.field = "Bearer " + credentials_.token.reveal(), .nonce = {}};
    case Way::digest:
      break;
  }
  const DigestRequest request{.user = credentials_.user,
                              .password = credentials_.password,
                              .method = std::string(method),
                              .target = std::string(target),
                              .client_nonce = random_.hex_id() + random_.hex_id(),
                              .count = ++count_};
  return {.field = digest_authorization(digest_, request), .nonce = digest_.nonce};
}

void Authorizer::accepted(const Used& used) {
  if (way_ == Way::digest && used.nonce == digest_.nonce) nonce_works_ = true;
}

bool Authorizer::refused(const net::HeaderList& headers, const Used& used) {
  if (way_ == Way::none) return false;
  const std::vector<Challenge> offered = offered_in(headers);
  if (way_ == Way::bearer) refuse_token(offered);
  auto digest = best_digest(offered);
  if (digest) return adopt(std::move(*digest), used);
  const bool basic =
      std::ranges::any_of(offered, [](const Challenge& one) { return one.scheme == "basic"; });
  if (!basic) refuse_offer(offered);
  if (way_ == Way::basic && !used.field.empty()) return false;
  require_cover("the password");
  way_ = Way::basic;
  return true;
}

bool Authorizer::adopt(DigestChallenge challenge, const Used& used) {
  // Somebody else was told of a newer nonce meanwhile.
  if (way_ == Way::digest && used.nonce != digest_.nonce) return true;
  const bool tried = way_ == Way::digest;
  // Not every server says that only the nonce has become too old.
  const bool aged = challenge.stale || (nonce_works_ && challenge.nonce != digest_.nonce);
  if (tried && !aged) return false;
  digest_ = std::move(challenge);
  count_ = 0;
  nonce_works_ = false;
  way_ = Way::digest;
  return true;
}

void Authorizer::refuse_token(const std::vector<Challenge>& offered) const {
  std::string said;
  for (const Challenge& one : offered) {
    if (one.scheme != "bearer") continue;
    said = one.find("error_description");
    if (said.empty()) said = one.find("error");
  }
  throw Error(ErrorCode::unauthenticated, "log in", endpoint_.origin(),
              fmt::format("the server does not accept the token{}: it may have expired, or be for "
                          "another server; put a valid one into SLUICE_TOKEN_<HOST> or "
                          "SLUICE_TOKEN, or take it away to log in with a password",
                          said.empty() ? "" : fmt::format(" ({})", shown_text(said))))
      .with_status(401);
}

void Authorizer::refuse_offer(const std::vector<Challenge>& offered) const {
  std::string names;
  for (const Challenge& one : offered)
    names += (names.empty() ? "" : ", ") + one.scheme;
  throw Error(ErrorCode::unauthenticated, "log in", endpoint_.origin(),
              names.empty() ? "the server refuses the login and offers no way to log in"
                            : fmt::format("the server offers only ways to log in that are not "
                                          "supported: {}",
                                          names));
}

}  // namespace sluice::webdav
