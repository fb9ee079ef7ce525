#include "sluice/core/error.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using sluice::Error;
using sluice::ErrorCode;

namespace {

constexpr ErrorCode all_codes[] = {
    ErrorCode::not_found,   ErrorCode::permission_denied, ErrorCode::unauthenticated,
    ErrorCode::conflict,    ErrorCode::invalid_input,     ErrorCode::config,
    ErrorCode::network,     ErrorCode::timeout,           ErrorCode::throttled,
    ErrorCode::unavailable, ErrorCode::protocol,          ErrorCode::integrity,
    ErrorCode::no_space,    ErrorCode::cancelled,         ErrorCode::unsupported,
    ErrorCode::internal};

}  // namespace

TEST_CASE("error: what() names operation, subject and message") {
  const Error error(ErrorCode::not_found, "get object", "s3://b/k", "no such key");
  CHECK(std::string(error.what()) == "get object s3://b/k: no such key");
  CHECK(error.code() == ErrorCode::not_found);
  CHECK(error.operation() == "get object");
  CHECK(error.subject() == "s3://b/k");
  CHECK(error.message() == "no such key");
}

TEST_CASE("error: what() adds the server's words and the context in front") {
  const Error error = Error(ErrorCode::throttled, "put object", "s3://b/k", "slow down")
                          .with_server("SlowDown", "4442587FB7D0A2F9")
                          .with_status(503)
                          .within("while uploading x")
                          .within("while syncing");
  CHECK(std::string(error.what()) ==
        "while syncing: while uploading x: put object s3://b/k: slow down "
        "(SlowDown, HTTP 503, request 4442587FB7D0A2F9)");
  CHECK(error.server_code() == "SlowDown");
  CHECK(error.request_id() == "4442587FB7D0A2F9");
  CHECK(error.status() == 503);
}

TEST_CASE("error: missing parts leave no separators behind") {
  CHECK(std::string(Error(ErrorCode::internal, "", "", "broken").what()) == "broken");
  CHECK(std::string(Error(ErrorCode::internal, "open", "", "broken").what()) == "open: broken");
  CHECK(std::string(Error(ErrorCode::internal, "", "x", "broken").what()) == "x: broken");
  CHECK(std::string(Error(ErrorCode::internal, "", "", "broken").with_status(500).what()) ==
        "broken (HTTP 500)");
}

TEST_CASE("error: only passing failures are retryable by default") {
  for (const ErrorCode code : all_codes) {
    const bool expected = code == ErrorCode::network || code == ErrorCode::timeout ||
                          code == ErrorCode::throttled || code == ErrorCode::unavailable;
    INFO("code ", sluice::name_of(code));
    CHECK(Error(code, "", "", "m").retryable() == expected);
    CHECK(Error(code, "", "", "m").with_retryable(!expected).retryable() == !expected);
  }
}

TEST_CASE("error: every code has a name of its own") {
  for (const ErrorCode a : all_codes) {
    CHECK(!sluice::name_of(a).empty());
    for (const ErrorCode b : all_codes)
      CHECK((sluice::name_of(a) == sluice::name_of(b)) == (a == b));
  }
}

TEST_CASE("error: a copy does not change with the original") {
  Error original(ErrorCode::network, "read", "x", "reset");
  const Error copy = original;
  original.within("later").with_status(500).with_retryable(false);
  CHECK(std::string(copy.what()) == "read x: reset");
  CHECK(copy.status() == 0);
  CHECK(copy.retryable());
}

TEST_CASE("error: the cause and the wait are kept") {
  const Error cause(ErrorCode::timeout, "connect", "host", "no answer");
  const Error error = Error(ErrorCode::unavailable, "get", "x", "failed")
                          .caused_by(cause)
                          .with_retry_after(std::chrono::seconds(3));
  REQUIRE(error.cause() != nullptr);
  CHECK(error.cause()->code() == ErrorCode::timeout);
  CHECK(error.retry_after() == std::chrono::seconds(3));
  CHECK(Error(ErrorCode::timeout, "", "", "").cause() == nullptr);
  CHECK_FALSE(Error(ErrorCode::timeout, "", "", "").retry_after().has_value());
}

TEST_CASE("error: any exception becomes an Error") {
  const auto from = [](const auto& thrown) { return Error::from(std::make_exception_ptr(thrown)); };
  CHECK(from(Error(ErrorCode::conflict, "a", "b", "c")).code() == ErrorCode::conflict);
  CHECK(from(std::runtime_error("boom")).code() == ErrorCode::internal);
  CHECK(from(std::runtime_error("boom")).message() == "boom");
  CHECK(from(42).code() == ErrorCode::internal);
}

TEST_CASE("error: no name of a hostile server ends the text or reaches a terminal as a command") {
  const Error error(ErrorCode::invalid_input, "write", std::string("a\0b\x1B[2J\x7F", 8),
                    "refused");
  CHECK(std::string_view(error.what()) == "write a\\x00b\\x1B[2J\\x7F: refused");
  CHECK(error.subject().size() == 8);
  CHECK(std::string_view(Error(ErrorCode::network, "", "日本\n\t", "").what()) == "日本\n\t");
}
