#include "fs/webdav_stream.hpp"

#include <algorithm>
#include <cstring>

namespace sluice {

Task<bool> StreamedBody::give(Bytes bytes) {
  // The bytes go away with who gave them, in whatever way this ends.
  struct TakeBack {
    StreamedBody& body;
    ~TakeBack() {
      if (!body.given_.empty()) body.abandon();
    }
  } const take_back{*this};
  given_ = bytes;
  changed_.wake_all();
  while (!given_.empty() && !abandoned_) {
    const bool woken = co_await changed_.wait();
    if (!woken) throw cancelled("write");
  }
  co_return !abandoned_;
}

void StreamedBody::end() {
  ended_ = true;
  changed_.wake_all();
}

void StreamedBody::abandon() {
  abandoned_ = true;
  given_ = {};
  changed_.wake_all();
}

Task<std::size_t> StreamedBody::read(MutableBytes buffer) {
  begun_ = true;
  while (given_.empty() && !ended_ && !abandoned_) {
    const bool woken = co_await changed_.wait();
    if (!woken) throw cancelled("write");
  }
  if (abandoned_) throw cancelled("write");
  const std::size_t count = std::min(buffer.size(), given_.size());
  if (count > 0) std::memcpy(buffer.data(), given_.data(), count);
  given_ = given_.subspan(count);
  if (given_.empty()) changed_.wake_all();
  co_return count;
}

struct WebdavStream::State {
  State(OpContext own_context, std::shared_ptr<WebdavSite> own_site, std::string own_target,
        std::uint64_t size, webdav::PutOptions own_options, Semaphore::Permit own_permit)
      : context(std::move(own_context)),
        site(std::move(own_site)),
        target(std::move(own_target)),
        options(std::move(own_options)),
        permit(std::move(own_permit)),
        body(site->runtime().executor(), size),
        changed(site->runtime().executor()) {}

  OpContext context;
  std::shared_ptr<WebdavSite> site;
  std::string target;
  webdav::PutOptions options;
  Semaphore::Permit permit;
  StreamedBody body;
  WaitList changed;
  std::optional<Error> failure;
  webdav::PutResult result;
  bool sent = false;     ///< The request is over, in this way or that.
  bool ended = false;    ///< And so is all that belongs to it.
  bool dropped = false;  ///< Nobody wants it any more.
};

WebdavStream::WebdavStream(OpContext context, std::shared_ptr<WebdavSite> site, std::string target,
                           std::uint64_t size, webdav::PutOptions options, Semaphore::Permit permit)
    : state_(std::make_shared<State>(std::move(context), std::move(site), std::move(target), size,
                                     std::move(options), std::move(permit))) {
  TaskGroup& cleanups = state_->site->cleanups();
  if (cleanups.stopping()) throw cancelled("write");  // nobody would run it
  cleanups.spawn(run(state_));
}

WebdavStream::~WebdavStream() {
  state_->dropped = true;
  state_->body.abandon();
  state_->changed.wake_all();
}

Task<> WebdavStream::send(std::shared_ptr<State> state) {
  std::optional<Error> failure;
  try {
    state->result = co_await state->site->client().put(state->context, state->target, state->body,
                                                       state->options);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  state->failure = std::move(failure);
  state->sent = true;
  state->body.abandon();
  state->changed.wake_all();
}

/// Cancels the request as soon as nobody wants it.
Task<> WebdavStream::run(std::shared_ptr<State> state) {
  const auto send_while_wanted = [&state](TaskGroup& group) -> Task<> {
    group.spawn(send(state));
    while (!state->sent && !state->dropped) {
      const bool woken = co_await state->changed.wait();
      if (!woken) throw cancelled("write");
    }
    if (!state->sent) group.cancel();
  };
  std::optional<Error> failure;
  try {
    co_await with_children(send_while_wanted);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (!state->sent) state->failure = failure.value_or(cancelled("write"));
  state->permit.release();
  state->sent = state->ended = true;
  state->body.abandon();
  state->changed.wake_all();
}

Task<> WebdavStream::write(Bytes bytes) {
  const std::shared_ptr<State> state = state_;
  const bool taken = co_await state->body.give(bytes);
  if (taken) co_return;
  if (state->failure) throw *state->failure;
  throw Error(ErrorCode::protocol, "write", state->site->client().shown(state->target),
              "the server answered before it had the whole file");
}

Task<webdav::PutResult> WebdavStream::finish() {
  const std::shared_ptr<State> state = state_;
  state->body.end();
  while (!state->ended) {
    const bool woken = co_await state->changed.wait();
    if (!woken) throw cancelled("write");
  }
  if (state->failure) throw *state->failure;
  co_return state->result;
}

Task<> WebdavStream::stop() {
  const std::shared_ptr<State> state = state_;
  state->dropped = true;
  state->body.abandon();
  state->changed.wake_all();
  while (!state->ended) {
    const bool woken = co_await state->changed.wait();
    if (!woken) throw cancelled("write");
  }
}

}  // namespace sluice
