#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "http/pace.hpp"
#include "http/response.hpp"
#include "http/wire.hpp"
#include "http/wire_faults.hpp"

namespace sluice::lab {

/// Sends an answer as faults will have it: slowly, wrongly, too much of it or not enough. Slower
/// than ResponseSender, and only used where something is to go wrong.
template <class Stream>
class FaultySender {
 public:
  explicit FaultySender(Wire<Stream>& wire) : wire_(wire) {}

  /// Throws Disconnected if the connection does not live on.
  Awaitable<> send(Response response, WireFaults faults) {
    std::string head;
    append_response_head(head, response);
    const auto body = response.head_only ? 0 : response.body_length();
    const auto plan = plan_sending(faults, head.size(), body);
    const auto of_head = std::min<std::uint64_t>(plan.send, head.size());
    co_await send_paced(as_bytes(head).first(static_cast<std::size_t>(of_head)), faults);
    co_await send_body(response, faults, plan, plan.send - of_head);
    const std::string extra(static_cast<std::size_t>(plan.extra_bytes), 'x');
    co_await wire_.write_bytes(as_bytes(extra));
    co_await end(plan.end);
  }

  /// Breaks the connection off (except for WireEnd::none).
  Awaitable<> end(WireEnd how) {
    if (how == WireEnd::none) co_return;
    if (how == WireEnd::stall) co_await wire_.stall();
    if (how == WireEnd::close) {
      wire_.shut_sending();
      co_await wire_.linger(most_lingering_bytes);
    }
    if (how == WireEnd::reset) {
      co_await wire_.drain();
      wire_.reset();
    }
    throw Disconnected{};
  }

 private:
  static constexpr std::size_t block_bytes = 256_KiB;
  static constexpr std::uint64_t most_lingering_bytes = 32_MiB;

  Awaitable<> send_body(const Response& response, const WireFaults& faults, const SendPlan& plan,
                        std::uint64_t length) {
    for (std::uint64_t done = 0; done < length;) {
      const auto wanted = std::min<std::uint64_t>(length - done, block_bytes);
      auto block = body_block(response, done, static_cast<std::size_t>(wanted));
      if (plan.corrupt_at && *plan.corrupt_at >= done && *plan.corrupt_at < done + wanted) {
        auto& byte = block[static_cast<std::size_t>(*plan.corrupt_at - done)];
        byte = static_cast<char>(byte ^ 1);
      }
      if (faults.trickle > Duration::zero())
        co_await trickle(as_bytes(block), faults.trickle);
      else
        co_await send_paced(as_bytes(block), faults);
      done += wanted;
    }
  }

  static std::string body_block(const Response& response, std::uint64_t from, std::size_t size) {
    if (!response.content) return response.body.substr(static_cast<std::size_t>(from), size);
    return read_all(response.content->slice(response.offset + from, size));
  }

  Awaitable<> trickle(Bytes bytes, Duration pause) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      co_await wire_.sleep(pause);
      co_await wire_.write_bytes(bytes.subspan(at, 1));
    }
  }

  Awaitable<> send_paced(Bytes bytes, const WireFaults& faults) {
    const auto rate = faults.download_rate;
    while (rate > 0 && !bytes.empty()) {
      const auto size = std::min<std::uint64_t>(Pace::step(rate), bytes.size());
      co_await wire_.write_bytes(bytes.first(static_cast<std::size_t>(size)));
      bytes = bytes.subspan(static_cast<std::size_t>(size));
      const auto go_on = pace_.after(size, rate, std::chrono::steady_clock::now());
      co_await wire_.sleep_until(go_on);
    }
    co_await wire_.write_bytes(bytes);
  }

  Wire<Stream>& wire_;
  Pace pace_;
};

}  // namespace sluice::lab
