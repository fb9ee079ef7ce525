#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "aws/canonical_request.hpp"
#include "aws/signing_key.hpp"

namespace sluice::aws {

/// The steps from a request to its signature, with the buffers they need. The texts stay until the
/// next request.
class SignatureSteps {
 public:
  /// Sets date_time() and credential_scope().
  void begin(const SigningScope& scope, TimePoint now);
  std::string_view date_time() const { return date_time_; }  ///< YYYYMMDDTHHMMSSZ
  std::string_view credential_scope() const {
    return scope_text_;
  }  ///< date/region/service/aws4_request

  /// Host and every header of the request that is to be signed. The request must stay until
  /// finish().
  const CanonicalHeaders& collect_headers(const net::HttpRequest& request);
  const CanonicalHeaders& headers() const { return headers_; }
  /// Computes the texts; `extra_query` (encoded, without '&') is added to the request's own.
  void finish(const net::HttpRequest& request, std::string_view extra_query,
              const Secret& secret_access_key, const SigningScope& scope,
              std::string_view payload_hash);

  const std::string& canonical_request() const { return canonical_; }
  const std::string& string_to_sign() const { return string_to_sign_; }
  const std::string& signature() const { return signature_; }

 private:
  void write_canonical(const net::HttpRequest& request, std::string_view extra_query,
                       PathStyle style, std::string_view payload_hash);

  SigningKeyCache keys_;
  std::chrono::sys_seconds second_ = std::chrono::sys_seconds::min();  ///< What date_time_ says.
  CanonicalHeaders headers_;
  std::string host_, date_time_, scope_text_, canonical_, string_to_sign_, signature_;
};

}  // namespace sluice::aws
