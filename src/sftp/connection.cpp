#include "sluice/sftp/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstring>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/turn.hpp"

namespace sluice::sftp {
namespace {

// What every server takes (draft-ietf-secsh-filexfer-02, section 3), and what is the most that a
// packet of 256 KiB holds.
constexpr std::uint32_t usual_size = 32'768, largest_size = 261'120;
constexpr std::size_t little_to_send = 512 * 1024;
constexpr std::size_t receive_at_once = 128 * 1024;
constexpr std::size_t kept_payload = 64 * 1024;
constexpr std::uint32_t most_slots = 1U << 16U;

}  // namespace

// --- opening ----------------------------------------------------------------------------------

Connection::Connection(Runtime& runtime, std::unique_ptr<Channel> channel,
                       ConnectionOptions options)
    : runtime_(runtime),
      channel_(std::move(channel)),
      options_(std::move(options)),
      read_size_(usual_size),
      write_size_(usual_size),
      to_send_(runtime.executor()),
      sent_(runtime.executor()),
      received_(receive_at_once),
      parts_(runtime.executor()) {}

Connection::~Connection() = default;

Task<std::shared_ptr<Connection>> Connection::open(Runtime& runtime, OpContext context,
                                                   std::unique_ptr<Channel> channel,
                                                   ConnectionOptions options) {
  // No make_shared: the constructor is private.
  std::shared_ptr<Connection> connection(
      new Connection(runtime, std::move(channel), std::move(options)));
  std::exception_ptr thrown;
  try {
    co_await connection->greet(std::move(context));
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return connection;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await connection->close();
  std::rethrow_exception(thrown);
}

Task<> Connection::greet(OpContext context) {
  const SteadyTime own = runtime_.clock().steady() +
                         std::chrono::duration_cast<SteadyTime::duration>(options_.idle_timeout);
  const SteadyTime until = std::min(own, context.deadline);
  requests::init(writing_);
  co_await with_deadline(until, "greet " + options_.subject, channel_->write(writing_));
  version_ = co_await with_deadline(until, "greet " + options_.subject, receive_version());
  constexpr std::uint32_t ours = 3;
  if (version_.number != ours)
    throw Error(ErrorCode::unsupported, "greet", options_.subject,
                fmt::format("the server speaks version {} of SFTP, not 3", version_.number));
  last_byte_ = runtime_.clock().steady();
  parts_.spawn(run_part(receive_all()));
  parts_.spawn(run_part(send_all()));
  parts_.spawn(run_part(watch()));
  if (offers(extension::limits))
    co_await with_deadline(until, "greet " + options_.subject, learn_limits());
  co_await with_deadline(until, "greet " + options_.subject, measure_round_trip());
  const std::size_t handles = std::max<std::size_t>(1, options_.most_handles / 2);
  for_reading_.emplace(runtime_.executor(), options_.most_in_flight, handles);
  for_writing_.emplace(runtime_.executor(), options_.most_in_flight, handles);
}

Task<> Connection::measure_round_trip() {
  const SteadyTime begin = runtime_.clock().steady();
  Pending asked =
      send([](requests::Buffer& out, std::uint32_t id) { requests::realpath(out, id, "."); });
  co_await asked.answer();
  round_trip_ = runtime_.clock().steady() - begin;
}

Task<Version> Connection::receive_version() {
  for (;;) {
    const std::size_t room = received_.size() - received_end_;
    if (room == 0) throw Error(ErrorCode::protocol, "greet", options_.subject, "it has no end");
    const std::size_t count =
        co_await channel_->read(std::span(received_).subspan(received_end_, room));
    if (count == 0)
      throw Error(ErrorCode::network, "greet", options_.subject,
                  "the connection ended before SFTP began");
    received_end_ += count;
    const auto found = find_packet(std::span(received_).first(received_end_));
    if (!found) continue;
    if (found->packet.type != ReplyType::version)
      throw Error(ErrorCode::protocol, "greet", options_.subject,
                  "the server's first packet is no VERSION");
    received_begin_ = found->taken;
    co_return parse_version(found->packet.payload);
  }
}

Task<> Connection::learn_limits() {
  Pending asked = send([](requests::Buffer& out, std::uint32_t id) { requests::limits(out, id); });
  const Packet answer = co_await asked.answer();
  if (answer.type == ReplyType::extended) use_limits(parse_limits(answer.payload));
}

void Connection::use_limits(const Limits& limits) {
  const auto within = [](std::uint64_t said) {
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(said, 1024, largest_size));
  };
  if (limits.read > 0) read_size_ = within(limits.read);
  if (limits.write > 0) write_size_ = within(limits.write);
  if (limits.handles > 0)
    options_.most_handles = static_cast<std::size_t>(
        std::clamp<std::uint64_t>(limits.handles / 2, 1, options_.most_handles));
}

// --- requests ---------------------------------------------------------------------------------

Connection::Slot& Connection::take_slot(Kind kind) {
  if (failure_) throw *failure_;
  if (free_slots_.empty()) {
    if (slots_.size() == most_slots)
      throw Error(ErrorCode::internal, "send", options_.subject, "too many requests at once");
    free_slots_.push_back(slots_.size());
    Slot& added = slots_.emplace_back(runtime_.executor());
    added.id = static_cast<std::uint32_t>(slots_.size() - 1);
  }
  Slot& slot = slots_[free_slots_.back()];
  free_slots_.pop_back();
  slot.kind = kind;
  slot.into = {};
  slot.filled = 0;
  slot.use = Use::waiting;
  slot.sent = last_request_ = runtime_.clock().steady();
  if (waiting_++ == 0) last_byte_ = slot.sent;
  return slot;
}

void Connection::release(Slot& slot) {
  if (slot.payload.capacity() > kept_payload) std::vector<std::byte>().swap(slot.payload);
  slot.use = Use::free;
  const std::uint32_t place = slot.id % most_slots;
  slot.id += most_slots;  // a late answer to this one is not taken for one to the next
  free_slots_.push_back(place);
}

void Connection::abandon(Slot& slot) {
  slot.into = {};
  if (slot.use == Use::waiting && !failure_) {
    slot.use = Use::abandoned;
    return;
  }
  if (slot.use == Use::answered && slot.kind == Kind::opens && slot.type == ReplyType::handle)
    close_unwanted(slot.payload);
  release(slot);
}

/// Of a HANDLE that nobody waits for.
void Connection::close_unwanted(Bytes payload) noexcept {
  try {
    close_handle(parse_handle(payload));
  } catch (...) {
    // No handle, no memory, or too many requests at once: the server closes it with the connection.
  }
}

void Connection::sent() {
  to_send_.wake_one();
}

Connection::Pending Connection::read(std::string_view handle, std::uint64_t offset,
                                     MutableBytes into) {
  Slot& slot = take_slot(Kind::reads);
  slot.into = into;
  requests::read(outgoing_, slot.id, handle, offset, static_cast<std::uint32_t>(into.size()));
  sent();
  return Pending(this, &slot);
}

void Connection::close_handle(std::string_view handle) {
  if (failure_) return;
  (void)send(
      [handle](requests::Buffer& out, std::uint32_t id) { requests::close(out, id, handle); });
}

Task<> Connection::room() {
  while (outgoing_.size() >= little_to_send && !failure_) {
    const bool woken = co_await sent_.wait();
    if (!woken) throw cancelled("write to " + options_.subject);
  }
}

Connection::Pending::~Pending() {
  if (connection_) connection_->abandon(*slot_);
}

Task<Packet> Connection::Pending::answer() {
  while (slot_->use == Use::waiting && !connection_->failure_) {
    const bool woken = co_await slot_->answered.wait();
    if (!woken) throw cancelled("wait for " + connection_->options_.subject);
  }
  if (slot_->use == Use::waiting) throw connection_->failure_now();
  slot_->kind = Kind::plain;  // a handle in it is the caller's now
  Packet packet;
  packet.type = slot_->type;
  packet.id = slot_->id;
  packet.payload = slot_->payload;
  co_return packet;
}

// --- answers ----------------------------------------------------------------------------------

void Connection::deliver(const Packet& packet) {
  const std::size_t place = packet.id % most_slots;
  if (place >= slots_.size() || slots_[place].id != packet.id ||
      (slots_[place].use != Use::waiting && slots_[place].use != Use::abandoned))
    throw Error(ErrorCode::protocol, "receive", options_.subject,
                "the server answered what was not asked");
  Slot& slot = slots_[place];
  --waiting_;
  if (slot.use == Use::abandoned) {
    if (slot.kind == Kind::opens && packet.type == ReplyType::handle)
      close_unwanted(packet.payload);
    return release(slot);
  }
  slot.type = packet.type;
  if (slot.kind == Kind::reads && packet.type == ReplyType::data) {
    take_data(slot, parse_data(packet.payload));
  } else {
    slot.payload.assign(packet.payload.begin(), packet.payload.end());
  }
  slot.use = Use::answered;
  slot.answered.wake_one();
}

void Connection::take_data(Slot& slot, Bytes data) const {
  if (data.size() > slot.into.size())
    throw Error(ErrorCode::protocol, "receive", options_.subject,
                "the server sent more bytes than it was asked for");
  std::memcpy(slot.into.data(), data.data(), data.size());
  slot.filled = data.size();
}

std::size_t Connection::deliver_received() {
  std::size_t taken = 0;
  const Turn turn;
  while (!turn.over()) {
    const Bytes rest =
        std::span(received_).subspan(received_begin_, received_end_ - received_begin_);
    const auto found = find_packet(rest);
    if (!found) return 0;
    deliver(found->packet);
    received_begin_ += found->taken;
    taken += found->taken;
  }
  return taken;
}

Task<> Connection::receive_all() {
  for (;;) {
    // Others may be ready, too.
    while (deliver_received() > 0)
      co_await asio::post(runtime_.executor(), use_task);
    if (received_begin_ == received_end_) {
      received_begin_ = received_end_ = 0;
    } else if (received_begin_ > 0) {
      std::memmove(received_.data(), received_.data() + received_begin_,
                   received_end_ - received_begin_);
      received_end_ -= received_begin_;
      received_begin_ = 0;
    }
    if (received_.size() - received_end_ < receive_at_once)
      received_.resize(std::max(2 * received_.size(), received_end_ + receive_at_once));
    const std::size_t count = co_await channel_->read(
        std::span(received_).subspan(received_end_, received_.size() - received_end_));
    if (count == 0)
      throw Error(ErrorCode::network, "receive", options_.subject,
                  "the server ended the connection");
    received_end_ += count;
    last_byte_ = runtime_.clock().steady();
  }
}

Task<> Connection::send_all() {
  for (;;) {
    while (outgoing_.empty()) {
      const bool woken = co_await to_send_.wait();
      if (!woken) throw cancelled("send to " + options_.subject);
    }
    writing_.clear();
    std::swap(outgoing_, writing_);
    sent_.wake_all();
    co_await channel_->write(writing_);
  }
}

// --- the end ----------------------------------------------------------------------------------

/// A request of SFTP: what answers it is the server itself, and its answer is minded as any other.
void Connection::keep_alive(SteadyTime now) {
  if (now - last_request_ < options_.keepalive) return;
  (void)send([](requests::Buffer& out, std::uint32_t id) { requests::realpath(out, id, "."); });
}

Task<> Connection::watch() {
  const Duration step = std::min<Duration>(std::min(options_.idle_timeout, options_.keepalive) / 4,
                                           std::chrono::seconds(5));
  for (;;) {
    co_await sleep_for(step);
    const SteadyTime now = runtime_.clock().steady();
    if (waiting_ == 0) {
      keep_alive(now);
      continue;
    }
    if (now - last_byte_ > options_.idle_timeout)
      throw Error(ErrorCode::timeout, "receive", options_.subject,
                  fmt::format("not a byte came for {} s",
                              std::chrono::floor<std::chrono::seconds>(now - last_byte_).count()));
    for (const Slot& slot : slots_) {
      if (slot.use == Use::waiting && now - slot.sent > options_.reply_timeout)
        throw Error(ErrorCode::timeout, "receive", options_.subject,
                    "an answer took longer than it may");
    }
  }
}

Task<> Connection::run_part(Task<> part) {
  std::exception_ptr thrown;
  try {
    // Asio lets no coroutine end that was cancelled before it first waited, and a failure cancels
    // all parts, that which failed among them.
    co_await asio::post(runtime_.executor(), use_task);
    co_await std::move(part);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) fail(error_from(thrown));
}

void Connection::fail(Error error) {
  if (failure_) return;
  if (closing_ && error.code() == ErrorCode::cancelled)
    error = Error(ErrorCode::network, "receive", options_.subject, "the connection was closed");
  failure_ = std::move(error);
  parts_.cancel();
  channel_->shut();
  sent_.wake_all();
  // Waiters only note that it is over; they give their slots back themselves.
  for (Slot& slot : slots_) {
    slot.answered.wake_all();
    if (slot.use == Use::abandoned) release(slot);
  }
  waiting_ = 0;
}

Error Connection::failure_now() const {
  return *failure_;
}

Task<> Connection::close() {
  closing_ = true;
  fail(Error(ErrorCode::network, "receive", options_.subject, "the connection was closed"));
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await parts_.join();
  co_await channel_->close();
}

}  // namespace sluice::sftp
