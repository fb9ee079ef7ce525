#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/random.hpp"
#include "sluice/net/endpoint.hpp"
#include "sluice/net/header_list.hpp"
#include "sluice/webdav/challenge.hpp"
#include "sluice/webdav/credentials.hpp"

namespace sluice::webdav {

/// Chooses how to log in, and signs requests with it. Over TLS a password goes with the first
/// request (Basic); in the clear the server is asked first, so that Digest is used where there is
/// one. No I/O. Lives on the loop.
class Authorizer {
 public:
  Authorizer(net::Endpoint endpoint, Credentials credentials, RandomSource& random);

  /// What a request was signed with.
  struct Used {
    std::string field;  ///< The Authorization field's value; "": none.
    std::string nonce;  ///< Of Digest.
  };
  Used authorize(std::string_view method, std::string_view target);

  /// Whether it is known how to log in: a body may be sent without being refused for that.
  bool settled() const { return way_ != Way::unknown; }
  /// The server accepted the login.
  void accepted(const Used& used);
  /// After a 401: whether another try makes sense. Throws Error{config} where a password would have
  /// to go in the clear, and Error{unauthenticated} where the server offers no way that we know, or
  /// takes no token.
  bool refused(const net::HeaderList& headers, const Used& used);

 private:
  enum class Way : std::uint8_t { none, unknown, basic, bearer, digest };

  bool may_send_secret() const;
  void require_cover(const char* what) const;
  bool adopt(DigestChallenge challenge, const Used& used);
  [[noreturn]] void refuse_token(const std::vector<Challenge>& offered) const;
  [[noreturn]] void refuse_offer(const std::vector<Challenge>& offered) const;

  net::Endpoint endpoint_;
  Credentials credentials_;
  RandomSource& random_;
  Way way_ = Way::none;
  DigestChallenge digest_;
  std::uint32_t count_ = 0;   ///< Requests with this nonce.
  bool nonce_works_ = false;  ///< A request with this nonce was accepted.
};

}  // namespace sluice::webdav
