#include "sluice/aws/signing.hpp"

#include <chrono>

#include "aws/signature.hpp"
#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

using std::chrono::seconds;

// What sign() adds, so that it is signed too; what an earlier signing left is replaced.
void add_signing_headers(net::HeaderList& headers, const Credentials& credentials,
                         const SigningScope& scope, std::string_view date_time,
                         std::string_view payload_hash) {
  headers.set("X-Amz-Date", date_time);
  if (!credentials.session_token.empty()) {
    headers.set("X-Amz-Security-Token", credentials.session_token.reveal());
  } else if (headers.find("X-Amz-Security-Token")) {
    headers.remove("X-Amz-Security-Token");
  }
  if (scope.service == "s3") headers.set("x-amz-content-sha256", payload_hash);
}

void sign_with(SignatureSteps& steps, net::HttpRequest& request, const Credentials& credentials,
               const SigningScope& scope, TimePoint now, std::string_view payload_hash) {
  steps.begin(scope, now);
  add_signing_headers(request.headers, credentials, scope, steps.date_time(), payload_hash);
  steps.collect_headers(request);
  steps.finish(request, {}, credentials.secret_access_key, scope, payload_hash);
}

void check_presigning(const net::HttpRequest& request, const Credentials& credentials,
                      Duration expires) {
  const std::string subject =
      request.endpoint.origin() + std::string(split_target(request.target).path);
  if (credentials.access_key_id.empty()) {
    throw Error(ErrorCode::unauthenticated, "presign", subject,
                "there are no credentials to sign with");
  }
  if (expires < seconds(1) || expires > std::chrono::days(7) ||
      expires % seconds(1) != Duration::zero()) {
    throw Error(ErrorCode::invalid_input, "presign", subject,
                "a signed URL lives for 1 s to 7 days, in whole seconds");
  }
}

void append_parameter(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += '&';
  out.append(name).append("=");
  codec::append_percent_encoded(out, value, codec::Slash::encode);
}

// Returns the query to add, without the signature.
std::string presign_with(SignatureSteps& steps, const net::HttpRequest& request,
                         const Credentials& credentials, const SigningScope& scope, TimePoint now,
                         Duration expires, std::string_view payload_hash) {
  check_presigning(request, credentials, expires);
  steps.begin(scope, now);
  std::string names;
  steps.collect_headers(request).append_names(names, ";");
  std::string query;
  append_parameter(query, "X-Amz-Algorithm", "AWS4-HMAC-SHA256");
  append_parameter(query, "X-Amz-Credential",
                   credentials.access_key_id + "/" + std::string(steps.credential_scope()));
  append_parameter(query, "X-Amz-Date", steps.date_time());
  append_parameter(query, "X-Amz-Expires",
                   std::to_string(std::chrono::duration_cast<seconds>(expires).count()));
  if (!credentials.session_token.empty()) {
    append_parameter(query, "X-Amz-Security-Token", credentials.session_token.reveal());
  }
  append_parameter(query, "X-Amz-SignedHeaders", names);
  steps.finish(request, query, credentials.secret_access_key, scope, payload_hash);
  return query;
}

SigningTexts texts_of(const SignatureSteps& steps) {
  return {steps.canonical_request(), steps.string_to_sign(), steps.signature()};
}

}  // namespace

struct Signer::State {
  SignatureSteps steps;
  std::string authorization;
};

Signer::Signer() : state_(std::make_unique<State>()) {}
Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;

void Signer::sign(net::HttpRequest& request, const Credentials& credentials,
                  const SigningScope& scope, TimePoint now, std::string_view payload_hash) {
  if (credentials.access_key_id.empty()) return;
  SignatureSteps& steps = state_->steps;
  sign_with(steps, request, credentials, scope, now, payload_hash);
  std::string& text = state_->authorization;
  text.assign("AWS4-HMAC-SHA256 Credential=").append(credentials.access_key_id).append("/");
  text.append(steps.credential_scope()).append(", SignedHeaders=");
  steps.headers().append_names(text, ";");
  text.append(", Signature=").append(steps.signature());
  request.headers.set("Authorization", text);
}

std::string Signer::presign(const net::HttpRequest& request, const Credentials& credentials,
                            const SigningScope& scope, TimePoint now, Duration expires,
                            std::string_view payload_hash) {
  const std::string query =
      presign_with(state_->steps, request, credentials, scope, now, expires, payload_hash);
  std::string url = request.endpoint.origin() + request.target;
  url.append(request.target.find('?') == std::string::npos ? "?" : "&").append(query);
  return url.append("&X-Amz-Signature=").append(state_->steps.signature());
}

SigningTexts signing_texts(net::HttpRequest request, const Credentials& credentials,
                           const SigningScope& scope, TimePoint now,
                           std::string_view payload_hash) {
  SignatureSteps steps;
  sign_with(steps, request, credentials, scope, now, payload_hash);
  return texts_of(steps);
}

SigningTexts presigning_texts(const net::HttpRequest& request, const Credentials& credentials,
                              const SigningScope& scope, TimePoint now, Duration expires,
                              std::string_view payload_hash) {
  SignatureSteps steps;
  presign_with(steps, request, credentials, scope, now, expires, payload_hash);
  return texts_of(steps);
}

}  // namespace sluice::aws
