#include "net/response_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cstring>
#include <limits>
#include <utility>

#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

// Into smaller buffers it is cheaper to read by way of the connection's own.
constexpr std::size_t direct_read = 8 << 10;

}  // namespace

ResponseBody::ResponseBody(Lease lease, const Framing& framing)
    : lease_(std::move(lease)), kind_(framing.kind), keep_alive_(framing.keep_alive) {
  if (kind_ == BodyKind::length) total_ = remaining_ = *framing.content_length;
  if (complete()) finish();
}

ResponseBody::~ResponseBody() {
  if (!finished_ && lease_) skip_buffered();
}

bool ResponseBody::complete() const {
  switch (kind_) {
    case BodyKind::none:
      return true;
    case BodyKind::length:
      return remaining_ == 0;
    case BodyKind::chunked:
      return chunks_.done();
    case BodyKind::until_close:
      return false;
  }
  return false;
}

std::uint64_t ResponseBody::due() const {
  switch (kind_) {
    case BodyKind::none:
      return 0;
    case BodyKind::length:
      return remaining_;
    case BodyKind::chunked:
      return chunks_.data_due();
    case BodyKind::until_close:
      return std::numeric_limits<std::uint64_t>::max();
  }
  return 0;
}

void ResponseBody::finish() noexcept {
  finished_ = true;
  if (keep_alive_) return lease_.give_back();
  lease_.drop();
}

void ResponseBody::took(std::size_t bytes) {
  if (kind_ == BodyKind::length) remaining_ -= bytes;
  if (kind_ == BodyKind::chunked) chunks_.took(bytes);
}

void ResponseBody::eat_framing() {
  if (kind_ != BodyKind::chunked) return;
  Connection& connection = lease_.connection();
  const std::size_t eaten = chunks_.feed(connection.buffered());
  connection.consume(eaten);
  if (!chunks_.problem().empty()) {
    throw Error(ErrorCode::protocol, "HTTP response body", connection.origin(),
                std::string(chunks_.problem()));
  }
}

/// What is there without waiting.
std::size_t ResponseBody::take(MutableBytes buffer) {
  Connection& connection = lease_.connection();
  std::size_t taken = 0;
  while (!complete() && taken < buffer.size()) {
    eat_framing();
    const std::string_view ready = connection.buffered();
    const std::uint64_t room = std::min<std::uint64_t>(due(), buffer.size() - taken);
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(room, ready.size()));
    if (count == 0) break;
    std::memcpy(buffer.data() + taken, ready.data(), count);
    connection.consume(count);
    took(count);
    taken += count;
  }
  // The end of the last chunk may stand in the buffer already: the connection is then free at once.
  if (!complete()) eat_framing();
  if (complete()) finish();
  return taken;
}

void ResponseBody::skip_buffered() {
  Connection& connection = lease_.connection();
  // A destructor cannot wait: what is buffered either completes the message or the connection goes.
  while (!complete() && kind_ != BodyKind::until_close) {
    connection.consume(
        chunks_.feed(kind_ == BodyKind::chunked ? connection.buffered() : std::string_view()));
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(due(), connection.buffered().size()));
    if (count == 0) break;
    connection.consume(count);
    took(count);
  }
  if (complete()) finish();
}

void ResponseBody::cut_short() const {
  const std::string& origin = lease_.connection().origin();
  if (kind_ == BodyKind::length) {
    throw Error(
        ErrorCode::network, "HTTP response body", origin,
        fmt::format("the connection ended after {} of {} bytes", total_ - remaining_, total_));
  }
  throw Error(ErrorCode::network, "HTTP response body", origin,
              "the connection ended inside the chunked body");
}

Task<> ResponseBody::pull_framing() {
  const std::size_t count = co_await lease_.connection().fill();
  if (count == 0) cut_short();
}

Task<std::size_t> ResponseBody::pull_data(MutableBytes buffer, std::uint64_t due) {
  Connection& connection = lease_.connection();
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(due, buffer.size()));
  if (room < direct_read && room < due) {
    const std::size_t filled = co_await connection.fill();
    if (filled > 0) co_return take(buffer);
  } else {
    const std::size_t count = co_await connection.read_into(buffer.first(room));
    took(count);
    if (complete()) finish();
    if (count > 0) co_return count;
  }
  if (kind_ != BodyKind::until_close) cut_short();
  finish();
  co_return 0;
}

Task<std::size_t> ResponseBody::pull(MutableBytes buffer) {
  for (;;) {
    const std::size_t taken = take(buffer);
    if (taken > 0 || finished_) co_return taken;
    const std::uint64_t data = due();
    if (data > 0) co_return co_await pull_data(buffer, data);
    co_await pull_framing();
  }
}

std::size_t ResponseBody::take_ready(MutableBytes buffer) {
  // The framing between chunks may be wrong, which is read()'s to report.
  const bool plain = kind_ == BodyKind::length && !finished_ && lease_;
  return plain ? take(buffer) : 0;
}

Task<std::size_t> ResponseBody::read(MutableBytes buffer) {
  if (finished_) co_return 0;
  if (!lease_)
    throw Error(ErrorCode::internal, "HTTP response body", "", "read again after a failure");
  if (buffer.empty())
    throw Error(ErrorCode::internal, "HTTP response body", "", "read into an empty buffer");
  std::exception_ptr thrown;
  try {
    co_return co_await pull(buffer);
  } catch (...) {
    thrown = std::current_exception();
  }
  lease_.drop();
  throw error_from(thrown);
}

}  // namespace sluice::net
