#include "sluice/state/redis_store.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_set>
#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/semaphore.hpp"
#include "state/redis_connection.hpp"

namespace sluice {
namespace {

using state::RedisCommand;
using state::RedisConnection;
using state::RedisReply;
using Replies = std::vector<RedisReply>;
using Commands = std::vector<RedisCommand>;

// Redis runs one command at a time: bounds how long others wait for one of ours.
constexpr std::size_t keys_per_command = 1000;

/// `prefix*` as a glob in which the prefix stands for itself.
std::string match_pattern(std::string_view prefix) {
  std::string pattern;
  for (const char c : prefix) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + '*';
}

class RedisStore final : public KeyValueStore {
 public:
  RedisStore(Runtime& runtime, RedisOptions options)
      : runtime_(runtime),
        timeout_(options.timeout),
        patience_(options.patience),
        retrier_(runtime, options.retry),
        connector_(runtime, std::move(options)),
        subject_(connector_.subject()),
        turn_(runtime.executor(), 1) {}

  Task<std::vector<std::optional<std::string>>> get_many(std::vector<std::string> keys) override {
    Commands commands;
    for (std::size_t at = 0; at < keys.size(); at += keys_per_command) {
      const std::size_t end = std::min(at + keys_per_command, keys.size());
      RedisCommand& command = commands.emplace_back(RedisCommand{"MGET"});
      std::move(keys.begin() + std::ptrdiff_t(at), keys.begin() + std::ptrdiff_t(end),
                std::back_inserter(command));
    }
    const Replies replies = co_await ask(std::move(commands));
    std::vector<std::optional<std::string>> values;
    values.reserve(keys.size());
    for (const RedisReply& reply : replies)
      for (const RedisReply& element : reply.array(subject_))
        values.push_back(value_of(element));
    expect_count(values.size(), keys.size());
    co_return values;
  }

  Task<> write(std::vector<KeyValue> puts, std::vector<std::string> erasures) override {
    if (puts.empty() && erasures.empty()) co_return;
    Commands commands{{"MULTI"}};
    for (std::size_t i = 0; i < puts.size(); ++i) {
      if (i % keys_per_command == 0) commands.push_back({"MSET"});
      commands.back().push_back(std::move(puts[i].key));
      commands.back().push_back(std::move(puts[i].value));
    }
    for (std::size_t i = 0; i < erasures.size(); ++i) {
      if (i % keys_per_command == 0) commands.push_back({"DEL"});
      commands.back().push_back(std::move(erasures[i]));
    }
    commands.push_back({"EXEC"});
    const Replies replies = co_await ask(std::move(commands));
    // A refused command says why itself; EXEC then only says that nothing was done.
    for (const RedisReply& reply : replies)
      reply.expect_success(subject_);
    for (const RedisReply& result : replies.back().array(subject_))
      result.expect_success(subject_);
  }

  Task<std::vector<KeyValue>> scan(std::string prefix, std::string after,
                                   std::size_t limit) override {
    for (;;) {
      auto keys = co_await smallest_keys(prefix, after, limit);
      auto values = co_await get_many(keys);
      std::vector<KeyValue> found;
      for (std::size_t i = 0; i < keys.size(); ++i)
        if (values[i]) found.push_back({std::move(keys[i]), std::move(*values[i])});
      // A key that vanished meanwhile must not make a full page look like the last one.
      if (found.size() == keys.size() || keys.size() < limit) co_return found;
    }
  }

  Task<std::uint64_t> count(std::string prefix) override {
    // SCAN may name a key twice; hashes of the keys are enough to see it.
    std::unordered_set<std::size_t> seen;
    std::string cursor = "0";
    do {
      auto page = co_await scan_page(prefix, cursor);
      cursor = std::move(page.cursor);
      for (const std::string& key : page.keys)
        seen.insert(std::hash<std::string>()(key));
    } while (cursor != "0");
    co_return seen.size();
  }

  std::string_view backend() const override { return "redis"; }

  Task<> close() override {
    connection_.reset();
    co_return;
  }

 private:
  struct Page {
    std::string cursor;
    std::vector<std::string> keys;
  };

  /// The `limit` smallest keys with the prefix that are greater than `after`, in order.
  Task<std::vector<std::string>> smallest_keys(std::string prefix, std::string after,
                                               std::size_t limit) {
    std::set<std::string> smallest;
    std::string cursor = "0";
    do {
      auto page = co_await scan_page(prefix, cursor);
      cursor = std::move(page.cursor);
      for (std::string& key : page.keys) {
        if (!after.empty() && key <= after) continue;
        smallest.insert(std::move(key));
        if (smallest.size() > limit) smallest.erase(std::prev(smallest.end()));
      }
    } while (cursor != "0");
    co_return std::vector<std::string>(smallest.begin(), smallest.end());
  }

  Task<Page> scan_page(std::string prefix, std::string cursor) {
    Commands commands{{"SCAN", cursor, "MATCH", match_pattern(prefix), "COUNT",
                       std::to_string(keys_per_command)}};
    const Replies replies = co_await ask(std::move(commands));
    const auto& answer = replies[0].array(subject_);
    expect_count(answer.size(), 2);
    Page page{.cursor = answer[0].text(subject_), .keys = {}};
    for (const RedisReply& key : answer[1].array(subject_))
      page.keys.push_back(key.text(subject_));
    co_return page;
  }

  std::optional<std::string> value_of(const RedisReply& element) const {
    if (std::holds_alternative<std::nullptr_t>(element.value)) return std::nullopt;
    return element.text(subject_);
  }

  void expect_count(std::size_t got, std::size_t wanted) const {
    if (got != wanted)
      throw Error(ErrorCode::protocol, "using Redis", subject_, "the reply has a wrong length");
  }

  /// One exchange at a time; everything asked here may be asked again.
  Task<Replies> ask(Commands commands) {
    const auto place = co_await turn_.acquire();
    auto attempt = [this, &commands] {
      const SteadyTime deadline = runtime_.clock().steady() + timeout_;
      return with_deadline(deadline, "exchange with " + subject_, attempt_once(commands, deadline));
    };
    OpContext context = runtime_.context();
    context.deadline = runtime_.clock().steady() + patience_;
    co_return co_await retrier_.run(std::move(context), Safety::idempotent, attempt);
  }

  Task<Replies> attempt_once(Commands commands, SteadyTime deadline) {
    // Out of the member for the time of the exchange: whatever breaks it off also drops it.
    auto connection = std::move(connection_);
    if (!connection) connection = co_await connector_.open(deadline);
    Replies replies = co_await connection->exchange(std::move(commands));
    for (const RedisReply& reply : replies) {
      const auto* failure = std::get_if<RedisReply::Failure>(&reply.value);
      if (!failure) continue;
      // A state of the server that passes is worth another attempt, on this connection.
      const Error error = state::error_of_redis(failure->text, subject_);
      if (!error.retryable()) continue;
      connection_ = std::move(connection);
      throw error;
    }
    connection_ = std::move(connection);
    co_return replies;
  }

  Runtime& runtime_;
  std::chrono::milliseconds timeout_, patience_;
  Retrier retrier_;
  state::RedisConnector connector_;
  std::string subject_;
  Semaphore turn_;
  std::unique_ptr<RedisConnection> connection_;
};

}  // namespace

Task<std::unique_ptr<KeyValueStore>> open_redis_store(Runtime& runtime, RedisOptions options) {
  auto store = std::make_unique<RedisStore>(runtime, std::move(options));
  // A wrong address or password is told now, not in the middle of the work.
  std::vector<std::string> none{"sluice:"};
  co_await store->get_many(std::move(none));
  co_return store;
}

}  // namespace sluice
