#include "sluice/core/error.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice {

struct Error::State {
  ErrorCode code = ErrorCode::internal;
  std::string operation, subject, message, server_code, request_id, context;
  int status = 0;
  std::optional<Duration> retry_after;
  std::optional<bool> retryable;
  std::shared_ptr<const Error> cause;
  std::string what;

  void compose();
};

namespace {

// Names come from servers: a NUL would end the text before its reason, others play with terminals.
std::string without_controls(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    const bool control = (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == 0x7F;
    if (control)
      shown += fmt::format("\\x{:02X}", static_cast<unsigned>(c));
    else
      shown += c;
  }
  return shown;
}

}  // namespace

void Error::State::compose() {
  std::string text = context;
  const auto part = [&text](std::string_view piece, std::string_view separator) {
    if (piece.empty()) return;
    if (!text.empty()) text += separator;
    text += piece;
  };
  part(operation, ": ");
  part(subject, operation.empty() ? ": " : " ");
  part(message, ": ");
  std::string server = server_code;
  const auto detail = [&server](std::string_view label, std::string_view value) {
    if (!server.empty()) server += ", ";
    server += fmt::format("{} {}", label, value);
  };
  if (status != 0) detail("HTTP", std::to_string(status));
  if (!request_id.empty()) detail("request", request_id);
  if (!server.empty()) text += fmt::format(" ({})", server);
  what = without_controls(text);
}

Error::Error(ErrorCode code, std::string operation, std::string subject, std::string message)
    : state_(std::make_shared<State>()) {
  state_->code = code;
  state_->operation = std::move(operation);
  state_->subject = std::move(subject);
  state_->message = std::move(message);
  state_->compose();
}

Error Error::from(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(ErrorCode::internal, "", "", error.what());
  } catch (...) {
    return Error(ErrorCode::internal, "", "", "an exception of unknown type");
  }
}

Error::State& Error::own() {
  if (state_.use_count() > 1) state_ = std::make_shared<State>(*state_);
  return *state_;
}

Error& Error::with_server(std::string server_code, std::string request_id) {
  State& state = own();
  state.server_code = std::move(server_code);
  state.request_id = std::move(request_id);
  state.compose();
  return *this;
}

Error& Error::with_status(int http_status) {
  State& state = own();
  state.status = http_status;
  state.compose();
  return *this;
}

Error& Error::with_retry_after(Duration wait) {
  own().retry_after = wait;
  return *this;
}

Error& Error::with_retryable(bool retryable) {
  own().retryable = retryable;
  return *this;
}

Error& Error::caused_by(const Error& cause) {
  own().cause = std::make_shared<const Error>(cause);
  return *this;
}

Error& Error::within(std::string_view context) {
  State& state = own();
  state.context =
      state.context.empty() ? std::string(context) : fmt::format("{}: {}", context, state.context);
  state.compose();
  return *this;
}

const char* Error::what() const noexcept {
  return state_->what.c_str();
}
ErrorCode Error::code() const noexcept {
  return state_->code;
}
const std::string& Error::operation() const noexcept {
  return state_->operation;
}
const std::string& Error::subject() const noexcept {
  return state_->subject;
}
const std::string& Error::message() const noexcept {
  return state_->message;
}
const std::string& Error::server_code() const noexcept {
  return state_->server_code;
}
const std::string& Error::request_id() const noexcept {
  return state_->request_id;
}
int Error::status() const noexcept {
  return state_->status;
}
const Error* Error::cause() const noexcept {
  return state_->cause.get();
}
std::optional<Duration> Error::retry_after() const noexcept {
  return state_->retry_after;
}

bool Error::retryable() const noexcept {
  if (state_->retryable) return *state_->retryable;
  switch (state_->code) {
    case ErrorCode::network:
    case ErrorCode::timeout:
    case ErrorCode::throttled:
    case ErrorCode::unavailable:
      return true;
    case ErrorCode::not_found:
    case ErrorCode::permission_denied:
    case ErrorCode::unauthenticated:
    case ErrorCode::conflict:
    case ErrorCode::invalid_input:
    case ErrorCode::config:
    case ErrorCode::protocol:
    case ErrorCode::integrity:
    case ErrorCode::no_space:
    case ErrorCode::cancelled:
    case ErrorCode::unsupported:
    case ErrorCode::internal:
      return false;
  }
  return false;
}

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::permission_denied:
      return "permission_denied";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::invalid_input:
      return "invalid_input";
    case ErrorCode::config:
      return "config";
    case ErrorCode::network:
      return "network";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::throttled:
      return "throttled";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::protocol:
      return "protocol";
    case ErrorCode::integrity:
      return "integrity";
    case ErrorCode::no_space:
      return "no_space";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

}  // namespace sluice
