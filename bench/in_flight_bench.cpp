// Many transfers at once on one loop, and how late a 1 ms timer fires meanwhile:
//   in_flight_bench ENDPOINT BUCKET DIRECTORY [transfers=5000] [CA file]
// Downloads the bucket (credentials are the lab's) and prints one JSON object: seconds, peak
// memory, transfers at once, and the lateness of the timer as quantiles and as a histogram of
// powers of two. Beside the lateness, "busy_us": the processor time that the loop itself spent
// between two firings, less the millisecond; the rest of a lateness is the system's, which gave the
// processor to somebody else. The loop has the first processor for itself where there are two.
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <bit>
#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "peak_memory.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/core/descriptors.hpp"
#include "sluice/sluice.hpp"

namespace {

using namespace sluice;
using Steady = std::chrono::steady_clock;
using Microseconds = std::uint64_t;

struct Plan {
  std::string endpoint, bucket, directory, ca_file;
  std::size_t transfers = 5000;
};

/// How late something came, counted by microseconds (up to a second, above in one place).
class Lateness {
 public:
  void add(Steady::duration late) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(late).count();
    ++counts_[static_cast<std::size_t>(std::clamp<std::int64_t>(micros, 0, most))];
    ++total_;
  }

  Microseconds quantile(double part) const {
    const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t micros = 0; micros < counts_.size(); ++micros) {
      seen += counts_[micros];
      if (seen > wanted || seen == total_) return micros;
    }
    return most;
  }

  /// "<2^n us": count, for each power of two that occurs.
  std::string histogram() const {
    std::array<std::uint64_t, 32> powers{};
    for (std::size_t micros = 0; micros < counts_.size(); ++micros)
      powers[static_cast<std::size_t>(std::bit_width(micros))] += counts_[micros];
    std::string text;
    for (std::size_t power = 0; power < powers.size(); ++power) {
      if (powers[power] == 0) continue;
      text += fmt::format("{}\"<{}us\":{}", text.empty() ? "" : ",", std::uint64_t{1} << power,
                          powers[power]);
    }
    return text;
  }
  std::uint64_t total() const { return total_; }

 private:
  static constexpr std::int64_t most = 1'000'000;
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(most + 1);
  std::uint64_t total_ = 0;
};

std::chrono::nanoseconds thread_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

struct Stalls {
  Lateness late, busy;
};

/// Ticks every millisecond from its last wish, however late it was served.
Task<> tick(Stalls* stalls, const bool* done) {
  Timer timer(co_await asio::this_coro::executor);
  for (auto wanted = Steady::now(); !*done;) {
    wanted = std::max(wanted, Steady::now() - std::chrono::milliseconds(1)) +
             std::chrono::milliseconds(1);
    timer.expires_at(wanted);
    const auto spent = thread_time();
    co_await timer.async_wait(use_task);
    stalls->late.add(Steady::now() - wanted);
    stalls->busy.add(thread_time() - spent - std::chrono::milliseconds(1));
  }
}

/// The threads that were started before may run anywhere but on the loop's processor.
void take_a_processor() {
  cpu_set_t ours;
  if (::sched_getaffinity(0, sizeof ours, &ours) != 0 || CPU_COUNT(&ours) < 2) return;
  CPU_ZERO(&ours);
  CPU_SET(0, &ours);
  ::sched_setaffinity(0, sizeof ours, &ours);
}

/// Starts a lane's thread elsewhere.
Task<> start_lanes(Runtime* runtime) {
  auto move_over = [] {
    cpu_set_t others;
    if (::sched_getaffinity(0, sizeof others, &others) != 0 || CPU_COUNT(&others) < 2) return;
    CPU_CLR(0, &others);
    ::sched_setaffinity(0, sizeof others, &others);
  };
  for (Lane* lane : {&runtime->disk(), &runtime->dns(), &runtime->cpu()})
    co_await offload(*lane, move_over);
  take_a_processor();
}

struct Outcome {
  SyncReport report;
  std::uint64_t most_in_flight = 0;
};

Task<> download(Runtime* runtime, const Plan* plan, Outcome* outcome, bool* done) {
  StorageOptions options;
  options.endpoint_url = plan->endpoint;
  options.environment = Environment({{"AWS_ACCESS_KEY_ID", "AKIDLABEXAMPLE"},
                                     {"AWS_SECRET_ACCESS_KEY", "labsecretEXAMPLEKEY"},
                                     {"AWS_REGION", "us-east-1"},
                                     {"AWS_EC2_METADATA_DISABLED", "true"}});
  options.http.connections_per_endpoint = plan->transfers;
  options.http.tls.ca_file = plan->ca_file;
  co_await start_lanes(runtime);
  Storage storage(*runtime, std::move(options));
  const auto from = co_await storage.open_tree(runtime->context(), "s3://" + plan->bucket + "/");
  const auto to = co_await storage.open_tree(runtime->context(), plan->directory + "/");
  SyncOptions sync_with;
  sync_with.ignore_times = true;
  sync_with.concurrency = {.least = 1, .start = plan->transfers, .most = plan->transfers};
  sync_with.on_progress = [outcome](const Progress& progress) {
    outcome->most_in_flight = std::max<std::uint64_t>(outcome->most_in_flight, progress.in_flight);
  };
  outcome->report = co_await sync(*runtime, runtime->context(), *from, *to, std::move(sync_with));
  co_await storage.close(runtime->context());
  co_await runtime->close();
  *done = true;
}

void require_descriptors(std::size_t wanted) {
  if (allow_descriptors(wanted) >= wanted) return;
  std::fprintf(stderr, "in_flight_bench: %zu file descriptors are needed\n", wanted);
  std::exit(2);
}

std::string quantiles(const Lateness& lateness) {
  return fmt::format("{{\"p50\":{},\"p99\":{},\"p999\":{},\"max\":{}}}", lateness.quantile(0.5),
                     lateness.quantile(0.99), lateness.quantile(0.999), lateness.quantile(1));
}

void print(const Outcome& outcome, const Stalls& stalls, double wall) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  fmt::print(
      "{{\"done\":{},\"failed\":{},\"most_in_flight\":{},\"wall\":{:.3f},\"cpu\":{:.3f},\"rss_"
      "kib\":{},"
      "\"ticks\":{},\"late_us\":{},\"busy_us\":{},\"histogram\":{{{}}}}}\n",
      outcome.report.progress.done, outcome.report.progress.failed, outcome.most_in_flight, wall,
      seconds(usage.ru_utime) + seconds(usage.ru_stime), peak_memory_kib(), stalls.late.total(),
      quantiles(stalls.late), quantiles(stalls.busy), stalls.late.histogram());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr,
                 "usage: in_flight_bench ENDPOINT BUCKET DIRECTORY [TRANSFERS] [CA-FILE]\n");
    return 2;
  }
  Plan plan{.endpoint = argv[1], .bucket = argv[2], .directory = argv[3], .ca_file = {}};
  if (argc > 4) plan.transfers = std::strtoul(argv[4], nullptr, 10);
  if (argc > 5) plan.ca_file = argv[5];
  require_descriptors(plan.transfers + 64);
  asio::io_context loop{1};
  Runtime runtime(loop, {});
  Outcome outcome;
  Stalls stalls;
  bool done = false;
  std::exception_ptr failure;
  const auto keep = [&failure](std::exception_ptr thrown) {
    if (thrown) failure = thrown;
  };
  const auto begin = Steady::now();
  asio::co_spawn(loop, tick(&stalls, &done), keep);
  asio::co_spawn(loop, download(&runtime, &plan, &outcome, &done), [&](std::exception_ptr thrown) {
    keep(thrown);
    done = true;
  });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  print(outcome, stalls, std::chrono::duration<double>(Steady::now() - begin).count());
  return outcome.report.progress.failed == 0 ? 0 : 1;
}
