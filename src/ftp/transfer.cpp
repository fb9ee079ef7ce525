#include <algorithm>
#include <array>
#include <utility>

#include "ftp/in_time.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/ftp/connection.hpp"

namespace sluice::ftp {
namespace {

// What a server says of a transfer that has failed already, and how long its end may take.
constexpr auto explanation_time = std::chrono::seconds(5);
constexpr std::size_t piece_size = 256 * 1024;

}  // namespace

Transfer::Transfer(Connection& connection, TransferCommand command,
                   std::unique_ptr<net::Stream> data)
    : connection_(connection), command_(std::move(command)), data_(std::move(data)) {}

Task<> Transfer::begin() {
  Reply reply = co_await connection_.receive(connection_.options_->idle_timeout);
  if (reply.code == code::transfer_complete && !command_.upload) {
    // Empty files: some do not say that they begin.
    outcome_ = std::move(reply);
  } else if (!reply.preliminary()) {
    connection_.in_step_ = true;
    throw connection_.refused(command_.verb, reply);
  }
  if (!connection_.has_tls()) co_return;
  std::optional<Error> failure;
  try {
    data_ = co_await connection_.secure_data(std::move(data_));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) {
    const Error told = co_await explained(std::move(*failure));
    throw told;
  }
  resumed_ = data_->resumed();
}

Error Transfer::refused(const Reply& reply) const {
  Error told = connection_.refused(command_.verb, reply);
  const bool without_session = connection_.has_tls() && !resumed_ && is_about_session(reply);
  return without_session ? connection_.refused_session(std::move(told)) : told;
}

/// The server's word on why the data broke off says more than that it did.
Task<Error> Transfer::explained(Error failure) {
  if (failure.code() != ErrorCode::network) co_return failure;
  std::optional<Reply> word;
  try {
    word = co_await connection_.final_reply(explanation_time);
  } catch (const Error&) {
    word.reset();  // there is none: the failure itself is told
  }
  if (!word) co_return failure;
  connection_.in_step_ = true;
  if (word->code < 400) co_return failure;
  co_return refused(*word).caused_by(failure);
}

Task<std::size_t> Transfer::read(MutableBytes buffer) {
  std::optional<Error> failure;
  try {
    co_return co_await read_now(buffer);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  const Error told = co_await explained(std::move(*failure));
  throw told;
}

Task<std::size_t> Transfer::read_now(MutableBytes buffer) {
  const ConnectionOptions& options = *connection_.options_;
  auto reading = data_->read_or_end(buffer);
  const std::size_t length =
      co_await connection_.in_time("receiving data", options.idle_timeout, std::move(reading));
  if (options.bandwidth && options.bandwidth->limited(net::Direction::down))
    co_await options.bandwidth->pass(net::Direction::down, length);
  co_return length;
}

Task<> Transfer::write(Bytes bytes) {
  std::optional<Error> failure;
  try {
    co_await write_now(bytes);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (!failure) co_return;
  const Error told = co_await explained(std::move(*failure));
  throw told;
}

Task<> Transfer::write_now(Bytes bytes) {
  const ConnectionOptions& options = *connection_.options_;
  while (!bytes.empty()) {
    const Bytes piece = bytes.first(std::min(bytes.size(), piece_size));
    if (options.bandwidth && options.bandwidth->limited(net::Direction::up))
      co_await options.bandwidth->pass(net::Direction::up, piece.size());
    co_await connection_.in_time("sending data", options.idle_timeout, data_->write(piece));
    bytes = bytes.subspan(piece.size());
  }
}

Task<> Transfer::finish() {
  if (command_.upload) co_await end_upload();
  // Before the last word is waited for: some servers give it only when both sides have closed.
  cut_off_ = data_->cut_off();
  data_.reset();
  if (!outcome_) outcome_ = co_await connection_.final_reply(connection_.options_->idle_timeout);
  connection_.in_step_ = true;
  if (!outcome_->completed()) throw refused(*outcome_);
}

Task<> Transfer::end_upload() {
  std::optional<Error> failure;
  try {
    co_await connection_.in_time("sending data", connection_.options_->idle_timeout,
                                 data_->end_writing());
    // Closed with bytes unread (tickets, a farewell), TCP would tell the server of a failure.
    if (connection_.has_tls())
      co_await connection_.in_time("ending data", explanation_time, drain());
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (!failure) co_return;
  if (failure->code() == ErrorCode::cancelled) throw *failure;
  // Whether the bytes have arrived is for the server's final word, and for the size, to say.
  connection_.runtime_.log().debug("The end of an FTP upload was not clean",
                                   {{"error", failure->what()}});
}

Task<> Transfer::drain() {
  std::array<std::byte, 512> rest;
  for (;;) {
    const std::size_t length = co_await data_->read_or_end(rest);
    if (length == 0) co_return;
  }
}

}  // namespace sluice::ftp
