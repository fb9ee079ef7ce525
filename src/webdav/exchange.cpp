#include "webdav/exchange.hpp"

#include <fmt/format.h>

namespace sluice::webdav {
namespace {

// What an answer that is no listing may have us read.
constexpr std::size_t small_answer = 64_KiB;
// Bodies above this wait for the server's word: a refusal then comes before the bytes are sent.
constexpr std::uint64_t expect_continue_from = 1_MiB;
// Smaller ones are sent again after a 401 rather than that something is asked before.
constexpr std::uint64_t prime_from = 64_KiB;
constexpr int most_redirects = 5;
// A nonce may be too old again by the time that the request gets through.
constexpr int most_logins = 5;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

Call propfind_call(Asked asked, std::string target, const char* depth, Properties properties) {
  return {.asked = std::move(asked),
          .target = std::move(target),
          .fields = {{"Depth", depth}, {"Content-Type", "application/xml; charset=utf-8"}},
          .bytes = as_bytes(propfind_body(properties))};
}

/// A directory's target, of a target in it.
std::string directory_of(const std::string& target) {
  return target.substr(0, target.find_last_of('/', target.size() > 1 ? target.size() - 2 : 0) + 1);
}

}  // namespace

Client::Exchange::Exchange(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
                           const ClientOptions& options)
    : http_(std::move(http)),
      endpoint_(options.endpoint),
      authorizer_(options.endpoint, options.credentials, runtime.random()),
      retrier_(runtime, options.retry),
      priming_(runtime.executor(), 1) {}

Task<> Client::Exchange::dismiss(net::HttpResponse response) {
  if (response.content_length().value_or(0) > small_answer) co_return;
  try {
    co_await response.read_all(small_answer);
  } catch (const Error& error) {
    // Its connection is closed; nothing was wanted of it.
    if (error.code() == ErrorCode::cancelled) throw;
  }
}

Task<Error> Client::Exchange::refusal_of(Asked asked, net::HttpResponse response) {
  std::string body;
  if (response.content_length().value_or(0) <= small_answer) {
    try {
      body = co_await response.read_all(small_answer);
    } catch (const Error& error) {
      // What is known already is worth more than how its explanation failed.
      if (error.code() == ErrorCode::cancelled) throw;
    }
  }
  co_return refusal(asked, response.status(), response.headers(), body);
}

/// Asks something without a body first, so that none is sent in vain to be told how to log in.
Task<> Client::Exchange::prime(OpContext context, std::string target) {
  const auto turn = co_await priming_.acquire();
  if (primed_ || authorizer_.settled()) co_return;
  Call call{.asked = {"PROPFIND", "log in", endpoint_.origin() + target},
            .target = std::move(target),
            .fields = {{"Depth", "0"}}};
  Reply reply = co_await send(context, call);
  primed_ = true;
  co_await dismiss(std::move(reply.response));
}

Task<net::HttpResponse> Client::Exchange::send_once(OpContext context, const Call& call,
                                                    const std::string& target, bool expect,
                                                    Authorizer::Used& used) {
  net::HttpRequest request;
  request.endpoint = endpoint_;
  request.method = call.asked.method;
  request.target = target;
  request.resend = call.resend;
  used = authorizer_.authorize(request.method, target);
  if (!used.field.empty()) request.headers.add("Authorization", used.field);
  request.headers.add("Accept-Encoding", "identity");
  for (const auto& [name, value] : call.fields)
    request.headers.add(name, value);
  if (call.body) {
    request.body_reader = &call.body->begin();
    request.body_size = call.body->size();
  } else {
    request.body = call.bytes;
  }
  request.expect_continue = expect;
  co_return co_await http_->send(std::move(context), request);
}

void Client::Exchange::require_replay(const Call& call) {
  if (!call.body || call.body->can_begin()) return;
  throw Error(ErrorCode::unavailable, call.asked.operation, call.asked.subject,
              "the server wants the request once more, whose bytes are gone");
}

std::string Client::Exchange::redirected(const Call& call, const std::string& target,
                                         const net::HttpResponse& response, int& redirects) const {
  const std::string_view location = response.header("Location");
  const auto next = redirect_target(endpoint_, call.asked.method, target, location);
  if (!next)
    throw Error(ErrorCode::protocol, call.asked.operation, call.asked.subject,
                fmt::format("the server sends us to {}, where this does not go", location))
        .with_status(response.status());
  if (++redirects > most_redirects)
    throw Error(ErrorCode::protocol, call.asked.operation, call.asked.subject,
                "the server sends us from place to place")
        .with_status(response.status());
  return *next;
}

Task<Reply> Client::Exchange::send(OpContext context, const Call& call) {
  const std::uint64_t size = call.body ? call.body->size() : call.bytes.size();
  bool expect = call.body != nullptr || size > expect_continue_from;
  if (size > prime_from && !authorizer_.settled() && !primed_)
    co_await prime(context, directory_of(call.target));
  std::string target = call.target;
  int redirects = 0, logins = 0;
  for (;;) {
    require_replay(call);
    Authorizer::Used used;
    net::HttpResponse response = co_await send_once(context, call, target, expect, used);
    const int status = response.status();
    server_name_ = response.header("Server");
    if (status != 401) authorizer_.accepted(used);
    if (status == 401) {
      const bool again = ++logins < most_logins && authorizer_.refused(response.headers(), used);
      if (!again) throw co_await refusal_of(call.asked, std::move(response));
    } else if (is_redirect(status)) {
      target = redirected(call, target, response, redirects);
    } else if (status == 417 && expect) {
      expect = false;
    } else {
      co_return Reply{std::move(response), std::move(target)};
    }
    co_await dismiss(std::move(response));
  }
}

Task<Reply> Client::Exchange::ask(OpContext context, const Call& call, bool (*acceptable)(int)) {
  Reply reply = co_await send(std::move(context), call);
  if (acceptable(reply.response.status())) co_return reply;
  throw co_await refusal_of(call.asked, std::move(reply.response));
}

Task<Reply> Client::Exchange::propfind(OpContext context, Asked asked, std::string target,
                                       const char* depth, Properties properties) {
  if (takes_names_) {
    const Call named = propfind_call(asked, target, depth, properties);
    Reply reply = co_await send(context, named);
    const int status = reply.response.status();
    if (status != 400 && status != 422) co_return reply;
    co_await dismiss(std::move(reply.response));
  }
  const Call call = propfind_call(std::move(asked), std::move(target), depth, Properties::all);
  Reply reply = co_await send(std::move(context), call);
  if (reply.response.status() == 207) takes_names_ = false;
  co_return reply;
}

Task<Reply> Client::Exchange::ask_retried(OpContext context, const Call& call,
                                          bool (*acceptable)(int)) {
  auto once = [this, &context, &call, acceptable] { return ask(context, call, acceptable); };
  co_return co_await retrier_.run(context, Safety::idempotent, once);
}

}  // namespace sluice::webdav
