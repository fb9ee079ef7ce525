#include "sluice/net/http1_client.hpp"

#include <algorithm>
#include <list>
#include <utility>

#include "net/exchange.hpp"
#include "net/pool.hpp"
#include "net/proxy_tunnel.hpp"
#include "net/tls.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

// Coarse enough to cost nothing, fine enough for timeouts of seconds; shorter ones get a finer
// tick.
constexpr Duration longest_tick = std::chrono::milliseconds(100);
constexpr Duration shortest_tick = std::chrono::milliseconds(5);

Duration tick_of(const Http1Options& options) {
  const Duration shortest_rule = std::min(options.idle_timeout, options.progress_window);
  return std::clamp<Duration>(shortest_rule / 4, shortest_tick, longest_tick);
}

class Http1Client final : public HttpClient {
 public:
  Http1Client(Runtime& runtime, Http1Options options)
      : turn_(runtime.turn()),
        proxies_(options.proxy),
        options_(std::make_shared<const Http1Options>(std::move(options))),
        connector_(std::make_shared<Connector>(runtime, options_)),
        watch_(std::make_shared<Watch>(runtime, tick_of(*options_))) {}

  ~Http1Client() override {
    for (auto& pool : pools_) {
      pool->refuse_more();
      while (pool->close_one_idle()) {
      }
    }
    watch_->stop();
  }

  Task<HttpResponse> send(OpContext context, const HttpRequest& request) override;
  HttpStats stats() const override;
  Task<void> close() override;

 private:
  Pool& pool_for(const HttpRequest& request);
  RequestExtras extras_for(const Pool& pool) const;
  Task<HttpResponse> exchange(Pool& pool, SteadyTime deadline, const HttpRequest& request);

  LoopTurn& turn_;
  ProxyRules proxies_;
  std::shared_ptr<const Http1Options> options_;
  std::shared_ptr<Connector> connector_;
  std::shared_ptr<Watch> watch_;
  std::list<std::shared_ptr<Pool>> pools_;
  std::uint64_t requests_ = 0;
  bool closed_ = false;
};

Pool& Http1Client::pool_for(const HttpRequest& request) {
  const ProxyServer* proxy = request.bypass_proxy ? nullptr : proxies_.choose(request.endpoint);
  const auto fits = [&](const auto& pool) {
    return pool->route().leads_to(request.endpoint, proxy);
  };
  // Most recently used first: a job talks to one or two endpoints.
  const auto found = std::find_if(pools_.begin(), pools_.end(), fits);
  if (found != pools_.end()) {
    if (found != pools_.begin()) pools_.splice(pools_.begin(), pools_, found);
    return *pools_.front();
  }
  Route route{.target = request.endpoint, .proxy = proxy, .sessions = nullptr};
  if (route.target.tls) route.sessions = make_tls_sessions();
  pools_.push_front(std::make_shared<Pool>(connector_, watch_, std::move(route)));
  return *pools_.front();
}

RequestExtras Http1Client::extras_for(const Pool& pool) const {
  RequestExtras extras{.authority = pool.authority(),
                       .user_agent = options_->user_agent,
                       .absolute_prefix = {},
                       .proxy_authorization = {}};
  const Route& route = pool.route();
  if (!route.proxy || route.target.tls) return extras;
  extras.absolute_prefix = pool.origin();
  extras.proxy_authorization = route.proxy->authorization.reveal();
  return extras;
}

Task<HttpResponse> Http1Client::exchange(Pool& pool, SteadyTime deadline,
                                         const HttpRequest& request) {
  const RequestExtras extras = extras_for(pool);
  const ExchangeRules rules{.deadline = deadline, .minimum_progress = request.minimum_progress};
  Lease lease = pool.try_acquire();
  if (!lease) lease = co_await pool.acquire(deadline);
  for (;;) {
    lease.connection().begin(*watch_, rules);
    Exchange attempt(lease.connection(), request, *options_);
    std::optional<HttpResponse> response = co_await attempt.run(lease, extras);
    if (response && turn_.over()) co_await turn_.next();  // answers may come all at once
    if (response) co_return std::move(*response);
    // Only a kept connection can turn out stale, and the next one is new: this happens once.
    lease.disconnect();
    co_await pool.connect(lease, deadline);
  }
}

Task<HttpResponse> Http1Client::send(OpContext context, const HttpRequest& request) {
  check_request(request);
  if (closed_)
    throw Error(ErrorCode::cancelled, request.method, request.endpoint.origin(),
                "the HTTP client is closed");
  // A kept connection may answer before the watch looks at it again.
  if (watch_->now() >= context.deadline)
    throw Error(ErrorCode::timeout, request.method, request.endpoint.origin(),
                "the operation's deadline passed");
  ++requests_;
  if (turn_.over()) co_await turn_.next();
  Pool& pool = pool_for(request);
  std::exception_ptr thrown;
  std::optional<HttpResponse> response;
  try {
    response = co_await exchange(pool, context.deadline, request);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) throw error_from(thrown);
  const Route& route = pool.route();
  if (response->status() == 407 && route.proxy)
    throw proxy_refusal(*route.proxy, route.target, 407);
  co_return std::move(*response);
}

HttpStats Http1Client::stats() const {
  const Traffic& traffic = connector_->traffic();
  return {.requests = requests_,
          .connections_opened = connector_->opened(),
          .bytes_sent = traffic.sent,
          .bytes_received = traffic.received};
}

Task<void> Http1Client::close() {
  closed_ = true;
  for (auto& pool : pools_)
    pool->refuse_more();
  for (auto& pool : pools_) {
    while (pool->close_one_idle()) {
      if (turn_.over()) co_await turn_.next();
    }
    co_await pool->wait_unused();
  }
  watch_->stop();
}

}  // namespace

std::unique_ptr<HttpClient> make_http1_client(Runtime& runtime, Http1Options options) {
  return std::make_unique<Http1Client>(runtime, std::move(options));
}

}  // namespace sluice::net
