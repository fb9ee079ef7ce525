#include "net/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "net/response_body.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t upload_piece = 128 << 10;

/// The body of an answer that has none.
class EmptyBody final : public HttpResponse::Body {
 public:
  Task<std::size_t> read(MutableBytes) override { co_return 0; }
};

}  // namespace

void Exchange::refuse(std::string_view reason) const {
  throw Error(ErrorCode::protocol, "HTTP response", connection_.origin(), std::string(reason));
}

Task<std::optional<HttpResponse>> Exchange::run(Lease& lease, const RequestExtras& extras) {
  format_request_head(request_, extras, connection_.head_text);
  std::optional<Error> failure;
  try {
    if (!send_now()) co_await send();
  } catch (const Error& error) {
    failure = error;
  }
  connection_.stop_listening();
  // A peer that answers without reading our body closes early: its answer counts, not our broken
  // pipe.
  const bool answer_possible =
      connection_.answered_early() || (failure && failure->code() == ErrorCode::network);
  if (failure && !answer_possible) throw *failure;
  std::optional<Error> no_answer;
  try {
    if (head_bytes_ == 0) co_await receive_final_head();
  } catch (const Error& error) {
    no_answer = error;
  }
  if (!no_answer) co_return respond(lease);
  const Error& cause =
      failure && !connection_.answered_early() && no_answer->code() == ErrorCode::network
          ? *failure
          : *no_answer;
  if (may_send_again(cause)) co_return std::nullopt;
  throw cause;
}

bool Exchange::may_send_again(const Error& failure) const {
  const bool replayable = request_.resend && (!request_.body_reader || !body_begun_);
  return connection_.used_before() && connection_.silent() &&
         failure.code() == ErrorCode::network && replayable;
}

HttpResponse Exchange::respond(Lease& lease) {
  const std::string_view text = connection_.buffered().substr(0, head_bytes_);
  Framing framing;
  const auto kind = request_.method == "HEAD" ? RequestKind::head : RequestKind::plain;
  const std::string_view problem = decide_framing(text, head_, kind, framing);
  if (!problem.empty()) refuse(problem);
  // What we did not send would be taken for the next request.
  if (!body_sent_) framing.keep_alive = false;
  HeaderList headers(std::string(text), std::move(head_.fields));
  connection_.consume(head_bytes_);
  const int status = head_.status;
  std::unique_ptr<HttpResponse::Body> body;
  if (framing.kind == BodyKind::none) {
    body = std::make_unique<EmptyBody>();
    if (framing.keep_alive) lease.give_back();
    lease.drop();
  } else {
    body = std::make_unique<ResponseBody>(std::move(lease), framing);
  }
  return HttpResponse(status, std::move(headers), framing.content_length, std::move(body));
}

// --- receiving the head
// ---------------------------------------------------------------------------------------------------

/// Whether a complete head stands in front of the buffer.
bool Exchange::take_head() {
  const std::string_view received = connection_.buffered();
  const std::size_t length = head_length(received, searched_);
  searched_ = received.size();
  if (length == 0) {
    const std::string_view early = refuse_early(received);
    if (!early.empty()) refuse(early);
  }
  if (length > options_.max_head_bytes ||
      (length == 0 && received.size() >= options_.max_head_bytes)) {
    refuse(fmt::format("its head is longer than {} bytes", options_.max_head_bytes));
  }
  if (length == 0) return false;
  const std::string_view problem = parse_response_head(received.substr(0, length), head_);
  if (!problem.empty()) refuse(problem);
  head_bytes_ = length;
  return true;
}

/// The same for the head of the final answer; interim ones are dropped.
bool Exchange::take_final_head() {
  while (take_head()) {
    if (head_.status == 101) refuse("it switches to a protocol that was not asked for");
    if (head_.status >= 200) return true;
    connection_.consume(std::exchange(head_bytes_, 0));
    searched_ = 0;
    if (!connection_.may_be_interim()) refuse("there are too many interim answers");
  }
  return false;
}

Task<> Exchange::receive_final_head() {
  while (!take_final_head()) {
    const std::size_t count = co_await connection_.fill();
    if (count > 0) continue;
    const bool silent = connection_.buffered().empty();
    throw Error(ErrorCode::network, "HTTP response", connection_.origin(),
                silent ? "the peer closed the connection without an answer"
                       : "the connection ended inside the head");
  }
}

// --- sending
// ----------------------------------------------------------------------------------------------------------------

/// Sends what goes out at once. False if send() has to begin, or to go on.
bool Exchange::send_now() {
  const bool waits = request_.expect_continue || request_.body_reader;
  if (waits && body_length(request_) > 0) return false;
  const Bytes body = request_.body_reader ? Bytes() : request_.body;
  begun_ = true;
  body_sent_ = connection_.start_write(as_bytes(connection_.head_text), body);
  return body_sent_;
}

Task<> Exchange::send() {
  const Bytes head = as_bytes(connection_.head_text);
  if (begun_) {
    connection_.listen_for_answer();
    co_await connection_.finish_write();
    body_sent_ = true;
  } else if (request_.expect_continue) {
    co_await send_after_continue(head);
  } else {
    co_await send_reader(head);
  }
}

Task<> Exchange::send_after_continue(Bytes head) {
  const bool sent = connection_.start_write(head, {});
  if (!sent) co_await connection_.finish_write();
  const bool go = co_await wait_for_continue();
  if (!go) co_return;
  if (request_.body_reader) {
    co_await send_reader({});
  } else {
    co_await send_bytes({}, request_.body);
  }
}

/// False if a final answer came instead; its head is then taken.
Task<bool> Exchange::wait_for_continue() {
  const SteadyTime until = connection_.now() + options_.continue_timeout;
  for (;;) {
    while (!take_head()) {
      // RFC 9110 section 10.1.1: a server that knows no expectations stays silent; we do not wait
      // for ever.
      const bool came = co_await connection_.fill_until(until);
      if (!came) co_return true;
    }
    if (head_.status == 101) refuse("it switches to a protocol that was not asked for");
    if (head_.status >= 200) co_return false;
    const bool go = head_.status == 100;
    connection_.consume(std::exchange(head_bytes_, 0));
    searched_ = 0;
    if (!connection_.may_be_interim()) refuse("there are too many interim answers");
    if (go) co_return true;
  }
}

Task<> Exchange::send_bytes(Bytes head, Bytes body) {
  body_begun_ = true;
  const bool sent = connection_.start_write(head, body);
  if (!sent) {
    connection_.listen_for_answer();
    co_await connection_.finish_write();
  }
  body_sent_ = true;
}

/// Fills the buffer as far as the body goes; throws if the reader has less, or more, than was
/// announced.
Task<std::size_t> Exchange::read_piece(MutableBytes buffer, std::uint64_t left) {
  const auto wrong = [this](std::string_view how) {
    return Error(ErrorCode::conflict, "HTTP request", connection_.origin(),
                 fmt::format("the body {} than the {} bytes announced", how, request_.body_size));
  };
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left));
  std::size_t filled = 0;
  while (filled < room) {
    const MutableBytes rest = buffer.subspan(filled, room - filled);
    const std::size_t count = co_await request_.body_reader->read(rest);
    if (count == 0) throw wrong("is shorter");
    filled += count;
  }
  if (filled == left) {
    // Before the last byte goes: afterwards the peer would believe that this was the file.
    std::array<std::byte, 1> beyond;
    const std::size_t more = co_await request_.body_reader->read(beyond);
    if (more > 0) throw wrong("is longer");
  }
  co_return filled;
}

Task<> Exchange::send_reader(Bytes head) {
  body_begun_ = true;
  std::uint64_t left = request_.body_size;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, upload_piece));
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(size);
  while (left > 0) {
    const std::size_t filled = co_await read_piece({buffer.get(), size}, left);
    if (connection_.answered_early()) co_return;
    left -= filled;
    const bool sent = connection_.start_write(head, {buffer.get(), filled});
    head = {};
    if (left > 0 || !sent) connection_.listen_for_answer();
    if (!sent) co_await connection_.finish_write();
    co_await connection_.take_turns();
  }
  body_sent_ = true;
}

}  // namespace sluice::net
