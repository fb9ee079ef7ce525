#pragma once

#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "sluice/async/task.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/async/turn.hpp"
#include "sluice/core/clock.hpp"
#include "sluice/core/op_context.hpp"

namespace sluice {

struct ConcurrencyBounds {
  std::size_t least = 1;
  std::size_t start = 16;
  std::size_t most = 64;
};

/// How many pieces of work run at once. Grows while throughput grows. Gives way to throttling in
/// proportion, as DCTCP does (RFC 8257 section 3.3): each second it loses half of the share of
/// requests that were refused. A peer that refuses everything halves it; one that refuses 2 %, as
/// S3 may at any time, costs nothing that does not come back. Lives on the loop.
class AdaptiveLimit final : public LoadListener {
 public:
  AdaptiveLimit(ConcurrencyBounds bounds, std::shared_ptr<const Clock> clock);

  std::size_t current() const { return static_cast<std::size_t>(limit_); }
  /// A piece of work of `bytes` ended. (Small files count by number: each also weighs 64 KiB.)
  void finished(std::uint64_t bytes);
  void served() override { ++served_; }
  void throttled() override;

 private:
  void end_window_after(SteadyTime now);
  void give_way(double refused_share);
  void grow(double rate);

  ConcurrencyBounds bounds_;
  std::shared_ptr<const Clock> clock_;
  double limit_, highest_;  ///< highest_: what was reached before giving way.
  double best_rate_ = 0;
  double window_bytes_ = 0;
  std::uint64_t served_ = 0, refused_ = 0;  ///< Requests in this window.
  SteadyTime window_start_;
};

/// As many at once, always.
struct FixedLimit {
  std::size_t most = 1;
  std::size_t current() const { return most; }
};

/// Pulls items with `next()` (a callable returning Task<std::optional<Item>>; nullopt ends) and
/// runs `work(item)` (returning Task<>) for up to limit.current() of them at once, beginning no
/// more in one turn of the loop than a Turn allows. The first
/// exception of either stops the pulling, cancels the rest, and is thrown after all have ended.
/// What one item's failure should not stop must be caught in `work`.
template <class Limit, class Next, class Work>
Task<> for_each_concurrent(const Limit& limit, Next next, Work work) {
  const auto body = [&](TaskGroup& group) -> Task<> {
    for (Turn turn;;) {
      if (turn.over()) {
        co_await asio::post(co_await asio::this_coro::executor, use_task);
        turn = Turn();
      }
      if (group.running() >= limit.current()) co_await group.wait_below(limit.current());
      if (group.failed()) break;
      auto item = co_await next();
      if (!item) break;
      group.spawn(work(std::move(*item)));
    }
  };
  co_await with_children(body);
}

namespace detail {

template <class Range>
class NextOf {
 public:
  using Item = std::remove_reference_t<decltype(*std::declval<Range&>().begin())>;
  explicit NextOf(Range& range) : at_(range.begin()), end_(range.end()) {}

  Task<std::optional<std::reference_wrapper<Item>>> operator()() {
    if (at_ == end_) co_return std::nullopt;
    co_return std::ref(*at_++);
  }

 private:
  decltype(std::declval<Range&>().begin()) at_;
  decltype(std::declval<Range&>().end()) end_;
};

}  // namespace detail

/// The same for the elements of a container that the caller keeps: `work(element&)` for up to
/// `most` of them at once.
template <class Range, class Work>
Task<> for_each_of(std::size_t most, Range& range, Work work) {
  const FixedLimit limit{most};
  co_await for_each_concurrent(limit, detail::NextOf<Range>(range), std::move(work));
}

}  // namespace sluice
