#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/async/wait_list.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/stream.hpp"

namespace sluice::test {

/// A connection that stays in memory, seen from the server's end: it hears what the client writes,
/// and says what it likes. The client's end is a MemoryStream.
struct MemoryConnection {
  explicit MemoryConnection(Executor executor) : came(std::move(executor)) {}

  void say(std::string_view text) {
    said += text;
    came.wake_all();
  }
  void end() {
    ended = true;
    came.wake_all();
  }
  /// What was said and not read yet is lost.
  void reset() {
    broken = true;
    came.wake_all();
  }
  /// The client writes no more.
  void leave() {
    if (std::exchange(left, true)) return;
    if (on_leave) on_leave();
  }

  std::function<void(std::string_view)> on_hear;
  std::function<void()> on_leave;  ///< The client writes no more, or has closed.
  std::string said;                ///< And not read yet.
  std::size_t piece = 1 << 20;     ///< Of what is read at once.
  bool ended = false, broken = false;
  bool held = true;  ///< The client has not closed its end.
  bool left = false;
  WaitList came;
};

class MemoryStream final : public net::Stream {
 public:
  MemoryStream(std::shared_ptr<MemoryConnection> connection, std::string address)
      : connection_(std::move(connection)), address_(std::move(address)) {}
  ~MemoryStream() override { shut(); }
  MemoryStream(const MemoryStream&) = delete;
  MemoryStream& operator=(const MemoryStream&) = delete;

  Task<> write(Bytes bytes) override {
    refuse_broken();
    if (connection_->on_hear) connection_->on_hear(as_text(bytes));
    co_return;
  }

  Task<std::size_t> read(MutableBytes buffer) override {
    const std::size_t count = co_await read_or_end(buffer);
    if (count == 0) throw Error(ErrorCode::network, "receiving", "memory", "End of file");
    co_return count;
  }

  void shut() override {
    connection_->held = false;
    connection_->came.wake_all();
    connection_->leave();
  }

  Task<std::size_t> read_or_end(MutableBytes buffer) override {
    const auto connection = connection_;  // a wait may outlive the stream
    while (connection->said.empty() || connection->broken) {
      refuse_broken();
      if (connection->ended) co_return 0;
      const bool woken = co_await connection->came.wait();
      if (!woken) throw Error(ErrorCode::cancelled, "receiving", "memory", "");
    }
    std::string& said = connection->said;
    const std::size_t count = std::min({buffer.size(), said.size(), connection->piece});
    std::copy_n(as_bytes(said).begin(), count, buffer.begin());
    said.erase(0, count);
    co_return count;
  }

  bool cut_off() const override { return false; }

  Task<> end_writing() override {
    refuse_broken();
    connection_->leave();
    co_return;
  }

  bool readable() override {
    return !connection_->said.empty() || connection_->ended || connection_->broken;
  }
  std::string peer_address() const override { return address_; }
  bool resumed() const override { return false; }

 private:
  void refuse_broken() const {
    if (connection_->broken || !connection_->held)
      throw Error(ErrorCode::network, "sending", "memory", "Connection reset by peer");
  }

  std::shared_ptr<MemoryConnection> connection_;
  std::string address_;
};

}  // namespace sluice::test
