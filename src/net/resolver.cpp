#include "net/resolver.hpp"

#include <netdb.h>

#include <algorithm>
#include <boost/asio/ip/basic_endpoint.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstring>
#include <utility>

#include "net/ascii.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

constexpr Duration time_to_live = std::chrono::seconds(60);
constexpr std::size_t most_known = 1024;

struct Answer {
  Addresses addresses;
  int error = 0;
};

asio::ip::address address_of(const addrinfo& entry) {
  asio::ip::tcp::endpoint endpoint;
  if (entry.ai_addrlen <= endpoint.capacity())
    std::memcpy(endpoint.data(), entry.ai_addr, entry.ai_addrlen);
  return endpoint.address();
}

// Blocks; runs on the lane.
Answer ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  Answer answer;
  answer.error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (answer.error != 0) return answer;
  for (const addrinfo* entry = list; entry; entry = entry->ai_next) {
    const bool known = entry->ai_family == AF_INET || entry->ai_family == AF_INET6;
    if (known) answer.addresses.push_back(address_of(*entry));
  }
  ::freeaddrinfo(list);
  return answer;
}

}  // namespace

struct Resolver::Lookup {
  explicit Lookup(Executor executor) : changed(std::move(executor)) {}
  WaitList changed;
  std::optional<Answer> answer;
};

bool is_below_localhost(std::string_view host) {
  constexpr std::string_view suffix = ".localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() <= suffix.size()) return false;
  return std::ranges::equal(host.substr(host.size() - suffix.size()), suffix, {}, to_lower);
}

Addresses rotated(const Addresses& addresses, std::size_t turn) {
  Addresses order = addresses;
  auto begin = order.begin();
  while (begin != order.end()) {
    const auto other = [&begin](const asio::ip::address& address) {
      return address.is_v6() != begin->is_v6();
    };
    const auto end = std::find_if(begin, order.end(), other);
    const auto shift = static_cast<std::ptrdiff_t>(turn % static_cast<std::size_t>(end - begin));
    std::rotate(begin, begin + shift, end);
    begin = end;
  }
  return order;
}

std::optional<Addresses> Resolver::recall(const std::string& host) {
  const auto found = known_.find(host);
  if (found == known_.end()) return std::nullopt;
  if (runtime_.clock().steady() >= found->second.expires) {
    known_.erase(found);
    return std::nullopt;
  }
  return rotated(found->second.addresses, found->second.turn++);
}

Task<> Resolver::look_up(Runtime& runtime, std::string host, std::shared_ptr<Lookup> lookup) {
  auto job = [host] { return ask_system(host); };
  // Whatever happens here, who waits must be woken.
  std::exception_ptr thrown;
  Answer answer{.addresses = {}, .error = EAI_AGAIN};
  try {
    answer = co_await offload(runtime.dns(), std::move(job));
  } catch (...) {
    thrown = std::current_exception();
  }
  lookup->answer = std::move(answer);
  lookup->changed.wake_all();
  if (thrown) std::rethrow_exception(thrown);
}

Task<Addresses> Resolver::resolve(std::string host) {
  boost::system::error_code not_numeric;
  const auto numeric = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) co_return Addresses{numeric};
  if (is_below_localhost(host))
    co_return Addresses{asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
  if (auto known = recall(host)) co_return std::move(*known);
  std::shared_ptr<Lookup>& slot = running_[host];
  // One that is answered and still stands here had only callers that were cancelled: nobody knows
  // how old it is.
  if (!slot || slot->answer) {
    slot = std::make_shared<Lookup>(runtime_.executor());
    runtime_.spawn("resolve " + host, look_up(runtime_, host, slot));
  }
  const std::shared_ptr<Lookup> lookup = slot;
  while (!lookup->answer) {
    const bool woken = co_await lookup->changed.wait();
    if (!woken) throw cancelled("resolving " + host);
  }
  const auto found = running_.find(host);
  if (found != running_.end() && found->second == lookup) running_.erase(found);
  if (lookup->answer->addresses.empty()) {
    const bool no_such_name = lookup->answer->error == EAI_NONAME;
    throw Error(ErrorCode::network, "resolving", host, ::gai_strerror(lookup->answer->error))
        .with_retryable(!no_such_name);
  }
  if (known_.size() >= most_known) known_.clear();
  known_[host] = {lookup->answer->addresses, runtime_.clock().steady() + time_to_live, 1};
  co_return lookup->answer->addresses;
}

}  // namespace sluice::net
