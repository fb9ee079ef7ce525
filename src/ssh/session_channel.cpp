#include "ssh/session_channel.hpp"

#include <fmt/format.h>

#include <utility>

#include "sluice/async/errors.hpp"

namespace sluice::ssh {
namespace {

// OpenSSH cuts what it sends into packets of 32 KiB anyway.
constexpr unsigned packet_size = 32 * 1024;
// What may come without being asked for again: at a round trip of 50 ms, 320 MB/s.
constexpr unsigned window = 16 * 1024 * 1024;

}  // namespace

SessionChannel::SessionChannel(std::shared_ptr<Session> session) : session_(std::move(session)) {
  ++session_->channels_in_use();
}

// --- opening ------------------------------------------------------------------------------------

Task<> SessionChannel::open(std::string subsystem) {
  const auto turn = co_await session_->opening().acquire();
  co_await open_channel();
  co_await start(subsystem);
}

Task<> SessionChannel::open_channel() {
  const SteadyTime begin = session_->runtime().clock().steady();
  // What is given up in the middle, libssh2 would take up again for the next one.
  if (session_->takes_no_more())
    throw Error(ErrorCode::network, "open a channel", session_->subject(),
                "one was given up while the server had not answered");
  int opened = 0;
  try {
    opened = co_await session_->drive([this](LIBSSH2_SESSION* session) {
      raw_ = libssh2_channel_open_ex(session, "session", sizeof "session" - 1, window, packet_size,
                                     nullptr, 0);
      return raw_ ? 0 : libssh2_session_last_errno(session);
    });
  } catch (...) {
    session_->takes_no_more() = true;
    throw;
  }
  if (opened != 0) throw session_->error_for(opened, "open a channel");
  session_->channels().push_back(raw_);
  if (!session_->round_trip())
    session_->round_trip() = session_->runtime().clock().steady() - begin;
}

Task<> SessionChannel::start(const std::string& subsystem) {
  // What a server program writes on its standard error would fill the window.
  const int ignored = co_await session_->drive([this](LIBSSH2_SESSION*) {
    return libssh2_channel_handle_extended_data2(raw_, LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE);
  });
  if (ignored != 0) throw session_->error_for(ignored, "open a channel");
  const int started = co_await session_->drive([this, &subsystem](LIBSSH2_SESSION*) {
    return libssh2_channel_process_startup(raw_, "subsystem", sizeof "subsystem" - 1,
                                           subsystem.c_str(),
                                           static_cast<unsigned>(subsystem.size()));
  });
  if (started == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
    throw Error(ErrorCode::unsupported, "connect", session_->subject(),
                fmt::format("the server has no subsystem {}", subsystem));
  if (started != 0) throw session_->error_for(started, "open a channel");
}

Task<std::unique_ptr<SessionChannel>> open_channel(std::shared_ptr<Session> session,
                                                   std::string subsystem) {
  auto channel = std::make_unique<SessionChannel>(std::move(session));
  std::exception_ptr thrown;
  try {
    co_await channel->open(std::move(subsystem));
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return channel;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  channel->shut();
  co_await channel->close();
  std::rethrow_exception(thrown);
}

// --- in use -------------------------------------------------------------------------------------

void SessionChannel::throw_if_shut() const {
  session_->throw_if_failed();
  if (shut_)
    throw Error(ErrorCode::network, "receive", session_->subject(), "the connection was closed");
}

Task<std::size_t> SessionChannel::read(MutableBytes buffer) {
  LoopTurn& turn = session_->runtime().turn();
  for (;;) {
    throw_if_shut();
    if (turn.over()) co_await turn.next();
    const ssize_t count = session_->call([&] {
      return libssh2_channel_read(raw_, reinterpret_cast<char*>(buffer.data()), buffer.size());
    });
    if (count > 0) co_return static_cast<std::size_t>(count);
    ended_ = count == 0 || (count == LIBSSH2_ERROR_EAGAIN && libssh2_channel_eof(raw_) != 0);
    if (ended_) {
      session_->wake_all();
      co_return 0;
    }
    if (count != LIBSSH2_ERROR_EAGAIN)
      throw session_->error_for(static_cast<int>(count), "receive");
    co_await session_->more_input();
  }
}

Task<> SessionChannel::write(Bytes bytes) {
  LoopTurn& turn = session_->runtime().turn();
  while (!bytes.empty()) {
    throw_if_shut();
    if (turn.over()) co_await turn.next();
    co_await session_->room_to_send();
    throw_if_shut();
    const ssize_t count = session_->call([&] {
      return libssh2_channel_write(raw_, reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (count != 0 && count != LIBSSH2_ERROR_EAGAIN)
      throw session_->error_for(static_cast<int>(count), "send");
    if (ended_)
      throw Error(ErrorCode::network, "send", session_->subject(),
                  "the server has ended the channel");
    // The server's window is full, or keys are being exchanged.
    co_await session_->more_input();
  }
}

// --- the end ------------------------------------------------------------------------------------

void SessionChannel::shut() {
  if (shut_) return;
  shut_ = true;
  if (session_->channels_in_use() == 1) {
    session_->shut();
  } else {
    session_->wake_all();
  }
}

Task<> SessionChannel::close() {
  shut();
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (--session_->channels_in_use() == 0) {
    co_await session_->close();
  } else if (raw_) {
    co_await free();
  }
}

/// Of several. What goes wrong with it, the others will see.
Task<> SessionChannel::free() {
  std::optional<Error> failure;
  try {
    co_await session_->drive([this](LIBSSH2_SESSION*) { return libssh2_channel_free(raw_); });
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (!failure) std::erase(session_->channels(), raw_);
}

}  // namespace sluice::ssh
