#include "aws/s3_exchange.hpp"

#include <utility>

#include "aws/signature_dispute.hpp"

namespace sluice::aws {
namespace {

// Bodies above this wait for the server's word, so that a refusal or redirect comes before the
// bytes are sent.
constexpr std::uint64_t expect_continue_from = 2_MiB;
constexpr std::size_t refusal_limit = 64_KiB;

bool is_success(int status) {
  return status >= 200 && status < 300;
}

}  // namespace

S3Client::Exchange::Exchange(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
                             std::shared_ptr<CredentialsProvider> credentials,
                             const S3ClientOptions& options)
    : runtime_(runtime),
      http_(std::move(http)),
      credentials_(std::move(credentials)),
      endpoint_(options.endpoint),
      addressing_(options.addressing),
      requester_pays_(options.requester_pays),
      retrier_(runtime, options.retry) {
  const ServiceEndpoint service = s3_endpoint("", endpoint_, addressing_);
  tls_ = service.endpoint.tls;
  origin_ = service.endpoint.origin() + service.path_prefix;
}

S3Client::Exchange::Home& S3Client::Exchange::home_of(const std::string& bucket) {
  const auto known = homes_.find(bucket);
  if (known != homes_.end()) return known->second;
  Home home{.place = s3_endpoint(bucket, endpoint_, addressing_),
            .scope = {.region = endpoint_.region, .service = "s3", .path_style = PathStyle::s3}};
  return homes_.emplace(bucket, std::move(home)).first->second;
}

void S3Client::Exchange::move_home(const std::string& bucket, const std::string& region) {
  EndpointOptions there = endpoint_;
  there.region = region;
  Home& home = home_of(bucket);
  home.place = s3_endpoint(bucket, there, addressing_);
  home.scope.region = region;
}

net::HttpRequest S3Client::Exchange::signed_request(const S3Request& request,
                                                    const Credentials& credentials, TimePoint now,
                                                    std::string_view payload_hash) {
  const Home& home = home_of(request.location.bucket);
  net::HttpRequest http = to_http(request, home.place);
  if (requester_pays_) http.headers.add("x-amz-request-payer", "requester");
  http.expect_continue = http.body.size() > expect_continue_from;
  signer_.sign(http, credentials, home.scope, now, payload_hash);
  return http;
}

Task<net::HttpResponse> S3Client::Exchange::send(const OpContext& context, const S3Request& request,
                                                 std::string_view payload_hash) {
  Corrections made;
  for (;;) {
    auto credentials = credentials_->ready();
    if (!credentials) credentials = co_await credentials_->get(context);
    const TimePoint now = signing_time();
    const net::HttpRequest http = signed_request(request, *credentials, now, payload_hash);
    net::HttpResponse response = co_await http_->send(context, http);
    if (is_success(response.status())) co_return response;
    const ServiceError refusal = co_await refusal_of(std::move(response));
    const bool again = co_await correct(context, request, refusal, credentials, made);
    if (again) continue;
    if (is_signature_dispute(refusal) && context.log.enabled(LogLevel::debug)) {
      const SigningScope& scope = home_of(request.location.bucket).scope;
      log_signature_dispute(context.log, refusal,
                            signing_texts(http, *credentials, scope, now, payload_hash),
                            *credentials);
    }
    throw to_error(refusal, std::string(request.operation), to_string(request.location));
  }
}

Task<ServiceError> S3Client::Exchange::refusal_of(net::HttpResponse response) {
  std::string body;
  try {
    body = co_await response.read_all(refusal_limit);
  } catch (const Error& broken) {
    // The status says what happened; only the server's words are lost.
    if (broken.code() == ErrorCode::cancelled) throw;
  }
  co_return parse_service_error(ErrorFormat::xml, response.status(), response.headers(), body);
}

Task<bool> S3Client::Exchange::correct(const OpContext& context, const S3Request& request,
                                       const ServiceError& refusal,
                                       const std::shared_ptr<const Credentials>& credentials,
                                       Corrections& made) {
  const AnswerBody body = request.method == "HEAD" ? AnswerBody::absent : AnswerBody::present;
  if (!made.region && is_region_redirect(refusal, body)) {
    made.region = true;
    const bool moved = co_await follow_region(context, request, refusal);
    if (moved) co_return true;
  }
  // A HEAD cannot say ExpiredToken: it answers a bare 400 to session credentials.
  const bool bare_expiry =
      body == AnswerBody::absent && refusal.status == 400 && !credentials->session_token.empty();
  if (!made.credentials && (is_expired_credentials(refusal.code) || bare_expiry)) {
    made.credentials = true;
    credentials_->invalidate(credentials);
    co_return true;
  }
  if (!made.clock && clock_offset_.adopt(refusal, runtime_.clock().now())) {
    made.clock = true;
    context.log.warn(
        "The clock differs from the server's; its time is used",
        {{"offset_s",
          std::chrono::duration_cast<std::chrono::seconds>(clock_offset_.offset()).count()}});
    co_return true;
  }
  co_return false;
}

Task<bool> S3Client::Exchange::follow_region(const OpContext& context, const S3Request& request,
                                             const ServiceError& refusal) {
  const std::string& bucket = request.location.bucket;
  std::string region = refusal.region;
  if (region.empty()) region = co_await ask_region(context, bucket);
  if (region.empty() || region == home_of(bucket).scope.region) co_return false;
  context.log.debug("The bucket is in another region", {{"bucket", bucket}, {"region", region}});
  move_home(bucket, region);
  co_return true;
}

Task<std::string> S3Client::Exchange::ask_region(const OpContext& context,
                                                 const std::string& bucket) {
  const S3Request request = head_bucket_request(bucket);
  const auto credentials = co_await credentials_->get(context);
  const net::HttpRequest http =
      signed_request(request, *credentials, signing_time(), empty_payload_hash);
  const net::HttpResponse response = co_await http_->send(context, http);
  co_return std::string(response.header("x-amz-bucket-region"));  // also told with 301 and 403
}

Task<std::string> S3Client::Exchange::presign(OpContext context, S3Request request,
                                              Duration expires) {
  const auto credentials = co_await credentials_->get(context);
  const Home& home = home_of(request.location.bucket);
  const net::HttpRequest http = to_http(request, home.place);
  co_return signer_.presign(http, *credentials, home.scope, signing_time(), expires);
}

}  // namespace sluice::aws
