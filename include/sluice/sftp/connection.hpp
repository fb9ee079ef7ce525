#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/async/task.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/core/error.hpp"
#include "sluice/sftp/channel.hpp"
#include "sluice/sftp/replies.hpp"
#include "sluice/sftp/requests.hpp"

namespace sluice::sftp {

struct ConnectionOptions {
  std::string subject;  ///< "sftp://user@host:22": what errors name; without secrets.
  /// Without a byte from the server for so long, while it owes an answer, the connection has
  /// failed.
  Duration idle_timeout = std::chrono::seconds(60);
  /// After so long without a request, one is sent that keeps the way open.
  Duration keepalive = std::chrono::seconds(30);
  /// So long may one answer take at most, however many bytes of others come.
  Duration reply_timeout = std::chrono::minutes(5);
  /// Bytes of files, asked for, and as many sent.
  std::size_t most_in_flight = 16 * 1024 * 1024;
  std::size_t most_handles = 256;  ///< Open at once; fewer if the server says so.
};

/// Many requests on one channel: each has an id, answers come in any order. Requests that are sent
/// without a wait between them travel together. Lives on the loop; close() it before it goes.
class Connection {
 public:
  class Pending;

  /// Greets the server and asks for its limits, if it has any to tell. Throws what the channel
  /// throws, and Error{protocol, timeout}.
  static Task<std::shared_ptr<Connection>> open(Runtime& runtime, OpContext context,
                                                std::unique_ptr<Channel> channel,
                                                ConnectionOptions options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends what `encode(Buffer&, id)` appends; the answer is waited for by what is returned. After
  /// the connection has failed, that throws.
  template <class Encode>
  Pending send(Encode encode);
  /// The same for a request that is answered with a HANDLE. If nobody waits for it any more when it
  /// comes, it is closed.
  template <class Encode>
  Pending send_open(Encode encode);
  /// Asks for bytes of a file, which are put into `into` as they come: it must stay where it is
  /// until then, or until the Pending has gone.
  Pending read(std::string_view handle, std::uint64_t offset, MutableBytes into);
  /// Gives a handle back; nobody waits for it.
  void close_handle(std::string_view handle);

  /// Waits until what is to be sent has become little. Before each WRITE.
  Task<> room();

  const Version& version() const { return version_; }
  bool offers(std::string_view name, std::string_view version = "1") const {
    return version_.offers(name, version);
  }
  /// Whether the server is known to carry out requests one after the other, as OpenSSH's does,
  /// which this extension (since 8.0) tells from servers that write and answer at the same time
  /// (those by Go's pkg/sftp: rclone, SFTPGo).
  bool keeps_order() const { return offers(extension::lsetstat); }
  /// How long an answer took when nothing else was under way.
  Duration round_trip() const { return round_trip_; }
  std::uint32_t read_size() const { return read_size_; }    ///< Of one READ, at most.
  std::uint32_t write_size() const { return write_size_; }  ///< Of one WRITE, at most.
  /// What may be held at once, apart for reading (files and directories) and for writing: a copy
  /// from a server to itself holds the one while it waits for the other.
  struct Budget {
    Budget(Executor executor, std::size_t most_bytes, std::size_t most_handles)
        : bytes(executor, most_bytes), handles(executor, most_handles) {}
    Semaphore bytes;    ///< Of files, asked for or sent.
    Semaphore handles;  ///< Who holds one waits for no other.
  };
  Budget& reading() { return *for_reading_; }
  Budget& writing() { return *for_writing_; }
  const std::string& subject() const { return options_.subject; }
  std::size_t waiting() const { return waiting_; }
  bool failed() const { return failure_.has_value(); }

  /// Ends the channel; what waits fails.
  Task<> close();

 private:
  enum class Use : std::uint8_t { free, waiting, answered, abandoned };
  enum class Kind : std::uint8_t { plain, opens, reads };

  struct Slot {
    explicit Slot(Executor executor) : answered(std::move(executor)) {}
    std::uint32_t id = 0;
    Use use = Use::free;
    Kind kind = Kind::plain;
    ReplyType type = ReplyType::status;
    std::vector<std::byte> payload;
    MutableBytes into;
    std::size_t filled = 0;
    SteadyTime sent{};
    WaitList answered;
  };

  Connection(Runtime& runtime, std::unique_ptr<Channel> channel, ConnectionOptions options);
  Task<> greet(OpContext context);
  Task<Version> receive_version();
  Task<> learn_limits();
  Task<> measure_round_trip();
  void use_limits(const Limits& limits);

  Slot& take_slot(Kind kind);
  void release(Slot& slot);
  void abandon(Slot& slot);
  void close_unwanted(Bytes payload) noexcept;
  void sent();
  void deliver(const Packet& packet);
  void take_data(Slot& slot, Bytes data) const;
  void fail(Error error);
  Error failure_now() const;

  Task<> receive_all();
  std::size_t deliver_received();
  Task<> send_all();
  Task<> watch();
  void keep_alive(SteadyTime now);
  Task<> run_part(Task<> part);

  Runtime& runtime_;
  std::unique_ptr<Channel> channel_;
  ConnectionOptions options_;
  Version version_;
  std::uint32_t read_size_, write_size_;
  Duration round_trip_{};
  std::optional<Budget> for_reading_, for_writing_;

  std::deque<Slot> slots_;
  std::vector<std::size_t> free_slots_;
  std::size_t waiting_ = 0;

  requests::Buffer outgoing_, writing_;
  WaitList to_send_, sent_;
  std::vector<std::byte> received_;
  std::size_t received_begin_ = 0, received_end_ = 0;
  SteadyTime last_byte_{}, last_request_{};

  std::optional<Error> failure_;
  bool closing_ = false;
  TaskGroup parts_;
};

/// One request that was sent. Gone before its answer has come, the answer is dropped.
class Connection::Pending {
 public:
  Pending() = default;
  Pending(Pending&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)), slot_(other.slot_) {}
  Pending& operator=(Pending&& other) noexcept {
    std::swap(connection_, other.connection_);
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~Pending();

  explicit operator bool() const { return connection_ != nullptr; }
  /// Waits for the answer, which is valid as long as this is. Throws the connection's failure,
  /// Error{cancelled}.
  Task<Packet> answer();
  /// Of a read(): how many bytes of the answer were put where they belong.
  std::size_t filled() const { return slot_->filled; }

 private:
  friend class Connection;
  Pending(Connection* connection, Slot* slot) : connection_(connection), slot_(slot) {}
  Connection* connection_ = nullptr;
  Slot* slot_ = nullptr;
};

template <class Encode>
Connection::Pending Connection::send(Encode encode) {
  Slot& slot = take_slot(Kind::plain);
  encode(outgoing_, slot.id);
  sent();
  return Pending(this, &slot);
}

template <class Encode>
Connection::Pending Connection::send_open(Encode encode) {
  Slot& slot = take_slot(Kind::opens);
  encode(outgoing_, slot.id);
  sent();
  return Pending(this, &slot);
}

}  // namespace sluice::sftp
