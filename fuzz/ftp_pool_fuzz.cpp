#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/ftp/client.hpp"
#include "support/memory_stream.hpp"

namespace {

using namespace sluice;
using test::MemoryConnection;
using test::MemoryStream;

constexpr std::size_t bound = 6;  // connections that the user allows

/// Ahead of the real one by what it was told.
class AdvancedClock final : public Clock {
 public:
  TimePoint now() const override { return real_.now() + ahead; }
  SteadyTime steady() const override {
    return real_.steady() + std::chrono::duration_cast<SteadyTime::duration>(ahead);
  }
  Duration ahead{};

 private:
  SystemClock real_;
};

enum class Refusal : std::uint8_t { greeting, login, silent_close };

/// Serves so many at once, and lets nobody do more than log in.
class Server final : public net::Dialler {
 public:
  explicit Server(asio::io_context& loop) : loop_(loop) {}

  std::size_t most = bound;
  Refusal refusal = Refusal::greeting;
  std::size_t unwelcome = 0;  ///< Refused, or ended.

  std::size_t held() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        connections_, [](const auto& one) { return one->held && !one->ended; }));
  }

  void end_one(std::size_t which) {
    if (connections_.empty()) return;
    connections_[which % connections_.size()]->end();
    ++unwelcome;
  }

  Task<std::unique_ptr<net::Stream>> connect(net::Endpoint, std::string, SteadyTime) override {
    require(std::ranges::count_if(connections_, [](const auto& one) { return one->held; }) <
                std::ptrdiff_t{bound},
            "no more connections than the user allows");
    const bool too_many = held() >= most;
    auto made = std::make_shared<MemoryConnection>(loop_.get_executor());
    std::erase_if(connections_, [](const auto& one) { return !one->held; });
    connections_.push_back(made);
    if (too_many) ++unwelcome;
    made->on_hear = [this, raw = made.get(), too_many](std::string_view line) {
      raw->say(answer_to(line, too_many && refusal_then(Refusal::login)));
    };
    greet(*made, too_many);
    co_return std::make_unique<MemoryStream>(std::move(made), "192.0.2.7");
  }

  Task<std::unique_ptr<net::Stream>> secure(std::unique_ptr<net::Stream> plain, net::Endpoint,
                                            std::shared_ptr<net::TlsSessions>) override {
    co_return plain;
  }

 private:
  bool refusal_then(Refusal when) const { return refusal == when; }

  void greet(MemoryConnection& connection, bool too_many) const {
    if (!too_many || refusal == Refusal::login) return connection.say("220 ready\r\n");
    if (refusal == Refusal::greeting) connection.say("421 too many connections\r\n");
    connection.end();
  }

  static std::string answer_to(std::string_view line, bool refused) {
    if (line.starts_with("USER")) return "331 password\r\n";
    if (line.starts_with("PASS") && refused) return "530 too many connections\r\n";
    if (line.starts_with("FEAT")) return "500 what?\r\n";
    return "200 ok\r\n";
  }

  asio::io_context& loop_;
  std::vector<std::shared_ptr<MemoryConnection>> connections_;
};

/// Somebody who wants a connection.
struct Wish {
  ftp::Use use = ftp::Use::other;
  ftp::Client::Lease lease;
  asio::cancellation_signal cancel;
  bool begun = false, granted = false;
  bool over = false;  ///< It has nothing, and wants nothing any more.

  bool waits() const { return !granted && !over; }
  bool may_be_cancelled() const { return begun && waits(); }
};

Task<> take(ftp::Client* client, Wish* wish) {
  try {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, use_task);
    wish->begun = true;
    wish->lease = co_await client->lease(OpContext{}, wish->use);
    wish->granted = true;
  } catch (...) {
    const Error error = error_from(std::current_exception());
    const ErrorCode code = error.code();
    require(code == ErrorCode::unavailable || code == ErrorCode::network ||
                code == ErrorCode::cancelled,
            error.what());
    wish->over = true;
  }
}

class Model {
 public:
  explicit Model(asio::io_context& loop)
      : loop_(loop),
        clock_(std::make_shared<AdvancedClock>()),
        server_(std::make_shared<Server>(loop)),
        runtime_(loop, {.clock = clock_, .random = nullptr, .threads = threads(), .log = {}}),
        client_(runtime_, options()) {}

  void act(std::uint8_t what, std::uint8_t which) {
    switch (what % 8) {
      case 0:
      case 1:
        wish(what % 8 == 0 ? ftp::Use::read : ftp::Use::other);
        break;
      case 2:
        give_back(which);
        break;
      case 3:
        server_->end_one(which);
        break;
      case 4:
        if (Wish* const one = pick(which, &Wish::may_be_cancelled))
          one->cancel.emit(asio::cancellation_type::terminal);
        break;
      case 5:
        server_->most = 1 + which % (bound + 2);
        break;
      case 6:
        server_->refusal = static_cast<Refusal>(which % 3);
        break;
      case 7:
        clock_->ahead += std::chrono::seconds(which);
        break;
    }
    if (which % 4 == 0) return;  // several things at the same moment
    settle();
  }

  /// Whoever still waits is served, or told why not, as the others give back what they have.
  void end() {
    server_->most = bound;
    settle();
    for (int round = 0; pick(0, &Wish::waits); ++round) {
      require(round < 1000, "nobody waits for ever");
      while (pick(0, &Wish::granted))
        give_back(0);
      settle();
    }
    while (pick(0, &Wish::granted))
      give_back(0);
    run(client_.close());
    require(client_.open_connections() == 0, "no connection is forgotten");
    require(server_->held() == 0, "no connection is left open");
    run(runtime_.close());
  }

 private:
  static std::shared_ptr<LaneThreads> threads() {
    static const auto all = std::make_shared<LaneThreads>();
    return all;
  }

  ftp::ClientOptions options() const {
    ftp::ClientOptions options;
    options.connection.host = "host.test";
    options.connection.subject = "ftp://host";
    options.most_connections = bound;
    options.dial = [server = server_](const net::TlsOptions&) { return server; };
    return options;
  }

  void run_what_is_ready() {
    loop_.restart();
    while (loop_.poll() > 0) {
    }
  }

  void run(Task<> task) {
    bool done = false;
    asio::co_spawn(loop_, std::move(task), [&done](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
      done = true;
    });
    run_what_is_ready();
    require(done, "it ends by itself");
  }

  void wish(ftp::Use use) {
    if (wishes_.size() > 40) return;
    Wish& one = wishes_.emplace_back();
    one.use = use;
    asio::co_spawn(loop_, take(&client_, &one),
                   asio::bind_cancellation_slot(one.cancel.slot(), [](std::exception_ptr thrown) {
                     if (thrown) std::abort();
                   }));
  }

  template <class Property>
  Wish* pick(std::size_t which, Property has) {
    std::vector<Wish*> fit;
    for (Wish& one : wishes_) {
      if (std::invoke(has, one)) fit.push_back(&one);
    }
    return fit.empty() ? nullptr : fit[which % fit.size()];
  }

  void give_back(std::size_t which) {
    Wish* const one = pick(which, &Wish::granted);
    if (!one) return;
    one->lease.give_back();
    one->granted = false;
    one->over = true;
  }

  /// Lets everything happen that can happen now, and looks at what has come of it.
  void settle() {
    std::erase_if(wishes_, [](const Wish& one) { return one.over; });
    std::vector<const Wish*> waited;
    for (const Wish& one : wishes_) {
      if (one.waits()) waited.push_back(&one);
    }
    run_what_is_ready();
    const std::size_t out = static_cast<std::size_t>(
        std::ranges::count_if(wishes_, [](const Wish& one) { return one.granted; }));
    require(out <= bound, "no more are out than the user allows");
    require(client_.open_connections() >= out, "what is out is counted");
    require(client_.open_connections() <= bound, "no more are open than the user allows");
    require(client_.most_connections() >= 1, "the limit is never 0");
    require(client_.most_connections() <= bound, "the limit never exceeds the user's");
    // Who is refused, or meets a connection that has gone, may get one later than others.
    const bool in_order = unwelcome_ == server_->unwelcome;
    unwelcome_ = server_->unwelcome;
    if (in_order) check_order(waited);
  }

  static void check_order(const std::vector<const Wish*>& waited) {
    for (const ftp::Use use : {ftp::Use::read, ftp::Use::other}) {
      bool passed_over = false;
      for (const Wish* one : waited) {
        if (one->use != use) continue;
        if (one->waits()) passed_over = true;
        require(!one->granted || !passed_over, "first come, first served");
      }
    }
  }

  asio::io_context& loop_;
  std::shared_ptr<AdvancedClock> clock_;
  std::shared_ptr<Server> server_;
  Runtime runtime_;
  ftp::Client client_;
  std::list<Wish> wishes_;
  std::size_t unwelcome_ = 0;
};

}  // namespace

/// Taking, giving back and giving up connections, in any order, to a server that takes now more and
/// now fewer: nobody is passed over, no place is lost.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asio::io_context loop{1};
  Model model(loop);
  for (std::size_t i = 0; i + 1 < size; i += 2)
    model.act(data[i], data[i + 1]);
  model.end();
  return 0;
}
