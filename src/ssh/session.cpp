#include "ssh/session.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/post.hpp>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/core/redaction.hpp"
#include "ssh/greeting.hpp"
#include "ssh/library.hpp"
#include "ssh/session_callbacks.hpp"

namespace sluice::ssh {
namespace {

constexpr std::size_t receive_at_once = 128UL * 1024;
// A write goes on when less than this waits to be sent.
constexpr std::size_t much_to_send = 256UL * 1024;
constexpr std::size_t longest_greeting = 64UL * 1024;

}  // namespace

void Session::FreeSession::operator()(LIBSSH2_SESSION* session) const {
  // It takes its leave of each channel, and would wait for the answers: the connection has failed
  // by now, which it is told one by one.
  constexpr int most_tries = 100;
  for (int i = 0; i < most_tries && libssh2_session_free(session) == LIBSSH2_ERROR_EAGAIN; ++i) {
  }
}

Session::Session(Runtime& runtime, std::unique_ptr<Wire> wire, std::string subject,
                 Duration step_limit)
    : runtime_(runtime),
      wire_(std::move(wire)),
      subject_(std::move(subject)),
      step_limit_(step_limit),
      idle_descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      in_(receive_at_once),
      want_(runtime.executor()),
      input_(runtime.executor()),
      to_send_(runtime.executor()),
      sent_(runtime.executor()),
      opening_(runtime.executor(), 1),
      parts_(runtime.executor()) {
  (void)library();
  raw_.reset(libssh2_session_init_ex(nullptr, nullptr, nullptr, this));
  if (!raw_ || idle_descriptor_ < 0) {
    if (idle_descriptor_ >= 0) ::close(idle_descriptor_);
    throw Error(ErrorCode::internal, "connect", subject_, "libssh2 has no memory");
  }
  libssh2_session_set_blocking(raw_.get(), 0);
  Callbacks::install(*this);
}

Session::~Session() {
  fail(Error(ErrorCode::network, "receive", subject_, "the connection was closed"));
  abandon_exchange();
  raw_.reset();
  ::close(idle_descriptor_);
}

/// What an exchange of keys that is under way holds, libssh2 1.10 frees only when it is told of the
/// failure in the exchange itself.
void Session::abandon_exchange() {
  char byte = 0;
  if (unfinished_ && !greeting_over_) {
    libssh2_session_handshake(raw_.get(), idle_descriptor_);
  } else if (!channels_.empty()) {
    libssh2_channel_read(channels_.front(), &byte, sizeof byte);
  }
}

// --- the set-up ---------------------------------------------------------------------------------

SteadyTime Session::step_end() const {
  return runtime_.clock().steady() + std::chrono::duration_cast<SteadyTime::duration>(step_limit_);
}

Task<int> Session::finish(Call call) {
  return with_deadline(step_end(), "set up " + subject_, finish_unbounded(std::move(call)));
}

Task<> Session::receive_in_time() {
  return with_deadline(step_end(), "set up " + subject_, receive());
}

void Session::throw_if_failed() const {
  if (failure_ || !disconnect_words_.empty())
    throw error_for(LIBSSH2_ERROR_SOCKET_DISCONNECT, "connect");
}

Task<int> Session::finish_unbounded(Call call) {
  for (;;) {
    const int result = co_await step(call);
    if (result != LIBSSH2_ERROR_EAGAIN) co_return result;
    co_await receive();
  }
}

Task<int> Session::step(Call call) {
  const auto job = [this, &call] { return call(raw_.get()); };
  const int result = co_await offload(runtime_.cpu(), job);
  unfinished_ = result == LIBSSH2_ERROR_EAGAIN;
  co_await flush();
  co_return result;
}

Task<> Session::flush() {
  while (!out_.empty()) {
    sending_.clear();
    std::swap(out_, sending_);
    co_await wire_->write(sending_);
  }
}

Task<> Session::receive() {
  throw_if_failed();  // the server may have said why before it went
  co_await fill();
}

Task<> Session::fill() {
  if (in_begin_ == in_end_) in_begin_ = in_end_ = 0;
  std::optional<Error> failure;
  try {
    const std::size_t count = co_await wire_->read(std::span(in_).subspan(in_end_));
    note_input(count);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) throw *failure;
}

void Session::note_input(std::size_t count) {
  if (!greeting_over_) {
    greeting_ += as_text(std::span(in_).subspan(in_end_, count));
    if (greeting_.size() > longest_greeting)
      throw Error(ErrorCode::protocol, "agree on keys", subject_, "the server says too much first");
    check_host_key_length(greeting_);
  }
  in_end_ += count;
}

void Session::greeting_is_over() {
  greeting_over_ = true;
  std::string().swap(greeting_);
}

// --- channels at work ---------------------------------------------------------------------------

void Session::begin() {
  parts_.spawn(run_part(send_all()));
  parts_.spawn(run_part(receive_all()));
}

Task<int> Session::drive(Call call) {
  return with_deadline(step_end(), "wait for " + subject_, drive_unbounded(std::move(call)));
}

Task<int> Session::drive_unbounded(Call job) {
  for (;;) {
    throw_if_failed();
    const int result = call([&] { return job(raw_.get()); });
    if (result != LIBSSH2_ERROR_EAGAIN) co_return result;
    co_await more_input();
  }
}

/// A call for one channel takes in packets of all.
void Session::after_call(bool had_input) {
  if (!out_.empty()) to_send_.wake_one();
  if (had_input) input_.wake_all();
  if (wanted_ && !has_input()) want_.wake_one();
}

Task<> Session::more_input() {
  if (failure_) throw *failure_;
  wanted_ = true;
  if (!has_input()) want_.wake_one();
  const bool woken = co_await input_.wait();
  if (!woken) throw cancelled("wait for " + subject_);
}

Task<> Session::room_to_send() {
  while (out_.size() >= much_to_send) {
    if (failure_) throw *failure_;
    const bool woken = co_await sent_.wait();
    if (!woken) throw cancelled("send to " + subject_);
  }
}

void Session::wake_all() {
  want_.wake_all();
  input_.wake_all();
  to_send_.wake_all();
  sent_.wake_all();
}

Task<> Session::receive_all() {
  for (;;) {
    while (!wanted_ || has_input()) {
      const bool woken = co_await want_.wait();
      if (!woken) throw cancelled("receive from " + subject_);
    }
    wanted_ = false;
    co_await fill();
    input_.wake_all();
  }
}

Task<> Session::send_all() {
  for (;;) {
    while (out_.empty()) {
      const bool woken = co_await to_send_.wait();
      if (!woken) throw cancelled("send to " + subject_);
    }
    sending_.clear();
    std::swap(out_, sending_);
    sent_.wake_all();
    co_await wire_->write(sending_);
  }
}

// --- the end ------------------------------------------------------------------------------------

Task<> Session::run_part(Task<> part) {
  std::exception_ptr thrown;
  try {
    // Asio lets no coroutine end that was cancelled before it first waited.
    co_await asio::post(runtime_.executor(), use_task);
    co_await std::move(part);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) fail(error_from(thrown));
}

void Session::fail(const Error& error) {
  if (failure_) return;
  failure_ = closing_ && error.code() == ErrorCode::cancelled
                 ? Error(ErrorCode::network, "receive", subject_, "the connection was closed")
                 : error;
  wire_->shut();
  wake_all();
}

void Session::shut() {
  closing_ = true;
  fail(Error(ErrorCode::network, "receive", subject_, "the connection was closed"));
  parts_.cancel();
}

Task<> Session::close() {
  shut();
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await parts_.join();
}

}  // namespace sluice::ssh
