#include "signals.hpp"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "sluice/async/deadline.hpp"

namespace sluice::cli {

struct SignalWatch::State {
  State(Runtime& runtime, Duration period, Actions what)
      : signals(runtime.executor(), SIGINT, SIGTERM),
        timer(runtime.executor()),
        grace(period),
        actions(std::move(what)) {
    watch();
  }

  void watch() {
    signals.async_wait([this](boost::system::error_code error, int) {
      if (error || stopped) return;
      ++received;
      if (received == 1) begin_stop();
      if (received == 2) actions.cancel();
      if (received > 2)
        std::_Exit(130);  // whoever asks three times does not want to wait for a clean end
      watch();
    });
  }

  void begin_stop() {
    actions.stop();
    timer.expires_after(std::chrono::duration_cast<SteadyTime::duration>(grace));
    timer.async_wait([this](boost::system::error_code error) {
      if (!error && !stopped) actions.cancel();
    });
  }

  asio::basic_signal_set<Executor> signals;
  Timer timer;
  Duration grace;
  Actions actions;
  int received = 0;
  bool stopped = false;
};

SignalWatch::SignalWatch(Runtime& runtime, Duration grace, Actions actions)
    : state_(std::make_unique<State>(runtime, grace, std::move(actions))) {}

SignalWatch::~SignalWatch() = default;

void SignalWatch::stop() {
  state_->stopped = true;
  state_->signals.cancel();
  state_->timer.cancel();
}

}  // namespace sluice::cli
