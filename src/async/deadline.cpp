#include "sluice/async/deadline.hpp"

#include <boost/asio/redirect_error.hpp>

namespace sluice {

Task<> sleep_until(SteadyTime moment) {
  const auto executor = co_await asio::this_coro::executor;
  Timer timer(executor, moment);
  boost::system::error_code result;
  co_await timer.async_wait(asio::redirect_error(use_task, result));
  if (result) throw cancelled("sleep");
}

Task<> sleep_for(Duration duration) {
  const auto moment =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(duration);
  co_await sleep_until(moment);
}

}  // namespace sluice
