#include "sluice/aws/json_service.hpp"

#include <utility>

#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::aws {
namespace {

constexpr std::size_t answer_limit = 16_MiB;
constexpr std::size_t refusal_limit = 64_KiB;

/// Corrections already made within one attempt.
struct Corrections {
  bool credentials = false, clock = false;
};

struct Call {
  std::string operation, body, subject;
  std::string payload_hash;
};

std::string sha256_hex(std::string_view text) {
  return codec::to_hex(codec::sha256(as_bytes(text)));
}

}  // namespace

struct JsonService::State {
  State(Runtime& world, std::shared_ptr<net::HttpClient> client,
        std::shared_ptr<CredentialsProvider> provider, JsonServiceOptions given)
      : runtime(world),
        http(std::move(client)),
        credentials(std::move(provider)),
        options(std::move(given)),
        place(service_endpoint(options.host_prefix, options.endpoint)),
        scope{.region = options.endpoint.region,
              .service = options.signing_name,
              .path_style = PathStyle::normalized},
        retrier(world, options.retry) {}

  net::HttpRequest request_for(const Call& call) const;
  Task<codec::JsonValue> attempt(const OpContext& context, const Call& call);
  Task<net::HttpResponse> send(const OpContext& context, const Call& call);
  bool correct(const OpContext& context, const ServiceError& refusal,
               const std::shared_ptr<const Credentials>& used, Corrections& made);

  Runtime& runtime;
  std::shared_ptr<net::HttpClient> http;
  std::shared_ptr<CredentialsProvider> credentials;
  JsonServiceOptions options;
  ServiceEndpoint place;
  SigningScope scope;
  Retrier retrier;
  Signer signer;
  ClockOffset clock_offset;
};

net::HttpRequest JsonService::State::request_for(const Call& call) const {
  net::HttpRequest request;
  request.endpoint = place.endpoint;
  request.method = "POST";
  request.target = place.path_prefix + "/";
  request.headers.add("Content-Type", "application/x-amz-json-" + options.json_version);
  request.headers.add("X-Amz-Target", options.target_prefix + "." + call.operation);
  request.body = as_bytes(call.body);
  // What the peer may have done unheard is for the retries to judge.
  request.resend = false;
  return request;
}

bool JsonService::State::correct(const OpContext& context, const ServiceError& refusal,
                                 const std::shared_ptr<const Credentials>& used,
                                 Corrections& made) {
  if (!made.credentials && is_expired_credentials(refusal.code)) {
    made.credentials = true;
    credentials->invalidate(used);
    return true;
  }
  if (!made.clock && clock_offset.adopt(refusal, runtime.clock().now())) {
    made.clock = true;
    context.log.warn(
        "The clock differs from the server's; its time is used",
        {{"offset_s",
          std::chrono::duration_cast<std::chrono::seconds>(clock_offset.offset()).count()}});
    return true;
  }
  return false;
}

Task<net::HttpResponse> JsonService::State::send(const OpContext& context, const Call& call) {
  Corrections made;
  for (;;) {
    auto keys = credentials->ready();
    if (!keys) keys = co_await credentials->get(context);
    net::HttpRequest request = request_for(call);
    const TimePoint now = clock_offset.apply(runtime.clock().now());
    signer.sign(request, *keys, scope, now, call.payload_hash);
    net::HttpResponse response = co_await http->send(context, request);
    if (response.status() >= 200 && response.status() < 300) co_return response;
    const std::string body = co_await response.read_all(refusal_limit);
    const ServiceError refusal =
        parse_service_error(ErrorFormat::json, response.status(), response.headers(), body);
    if (correct(context, refusal, keys, made)) continue;
    throw to_error(refusal, call.operation, call.subject);
  }
}

Task<codec::JsonValue> JsonService::State::attempt(const OpContext& context, const Call& call) {
  net::HttpResponse response = co_await send(context, call);
  const std::string body = co_await response.read_all(answer_limit);
  context.log.debug("Called", {{"operation", call.operation},
                               {"request_id", response.header("x-amzn-requestid")},
                               {"bytes", body.size()}});
  // An operation without output may answer {} or nothing.
  if (body.empty()) co_return codec::JsonValue(codec::JsonValue::Object());
  co_return codec::parse_json(body, call.operation + " " + call.subject);
}

JsonService::JsonService(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
                         std::shared_ptr<CredentialsProvider> credentials,
                         JsonServiceOptions options)
    : state_(std::make_unique<State>(runtime, std::move(http), std::move(credentials),
                                     std::move(options))) {}

JsonService::~JsonService() = default;

Task<codec::JsonValue> JsonService::call(OpContext context, std::string operation, std::string body,
                                         std::string subject, Safety safety) {
  const std::string payload_hash = sha256_hex(body);
  const Call call{.operation = std::move(operation),
                  .body = std::move(body),
                  .subject = std::move(subject),
                  .payload_hash = payload_hash};
  auto once = [this, &context, &call] { return state_->attempt(context, call); };
  co_return co_await state_->retrier.run(context, safety, once);
}

}  // namespace sluice::aws
