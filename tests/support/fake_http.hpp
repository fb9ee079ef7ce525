#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/async/deadline.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::test {

/// One canned answer. Also says how the exchange fails, if it does.
struct FakeAnswer {
  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<Error> failure = {};       ///< Thrown by send() instead of answering.
  std::optional<Error> body_failure = {};  ///< Thrown by read() after `body` was handed out.
  std::size_t step = 16 * 1024;            ///< Bytes a read() gives at most.
  Duration delay{};                        ///< Before the head arrives (real time).
  bool announce_length = true;             ///< false: as a chunked message, without a known length.
};

/// What a request looked like when it was sent; copied, so it can be looked at after the test.
struct SeenRequest {
  net::Endpoint endpoint;
  std::string method, target, body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool expect_continue = false, bypass_proxy = false;
  std::size_t open_answers = 0;  ///< Whose bodies were not let go of: each would hold a connection.

  /// The first field of that name (compared without case), or "".
  std::string header(std::string_view name) const {
    for (const auto& [field, value] : headers) {
      if (net::equal_names(field, name)) return value;
    }
    return {};
  }
};

class FakeBody final : public net::HttpResponse::Body {
 public:
  FakeBody(std::string text, std::size_t step, std::optional<Error> failure,
           std::shared_ptr<std::size_t> open)
      : text_(std::move(text)), step_(step), failure_(std::move(failure)), open_(std::move(open)) {
    ++*open_;
  }
  ~FakeBody() override { --*open_; }

  Task<std::size_t> read(MutableBytes buffer) override {
    const std::size_t size = std::min({buffer.size(), step_, text_.size() - at_});
    if (size == 0 && failure_) throw *failure_;
    std::memcpy(buffer.data(), text_.data() + at_, size);
    at_ += size;
    co_return size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
  std::size_t step_;
  std::optional<Error> failure_;
  std::shared_ptr<std::size_t> open_;
};

/// Answers from a queue, or by a function of the request once the queue is empty; records what it
/// was asked. Without either it throws Error{network}, so a test notices a request too many.
class FakeHttp final : public net::HttpClient {
 public:
  using Respond = std::function<FakeAnswer(const SeenRequest&)>;

  FakeHttp() = default;
  explicit FakeHttp(Respond respond) : respond_(std::move(respond)) {}

  FakeHttp& then(FakeAnswer answer) {
    queue_.push_back(std::move(answer));
    return *this;
  }
  const std::vector<SeenRequest>& seen() const { return seen_; }

  Task<net::HttpResponse> send(OpContext, const net::HttpRequest& request) override {
    SeenRequest record = co_await record_of(request);
    record.open_answers = *open_;
    FakeAnswer answer = answer_to(record);
    seen_.push_back(std::move(record));
    ++stats_.requests;
    if (answer.delay > Duration::zero()) co_await sleep_for(answer.delay);
    if (answer.failure) throw *answer.failure;
    net::HeaderList headers;
    for (const auto& [name, value] : answer.headers)
      headers.add(name, value);
    std::optional<std::uint64_t> length;
    if (answer.announce_length) length = answer.body.size();
    auto body = std::make_unique<FakeBody>(std::move(answer.body), answer.step,
                                           std::move(answer.body_failure), open_);
    co_return net::HttpResponse(answer.status, std::move(headers), length, std::move(body));
  }
  net::HttpStats stats() const override { return stats_; }
  Task<void> close() override { co_return; }

 private:
  static Task<SeenRequest> record_of(const net::HttpRequest& request) {
    SeenRequest record{.endpoint = request.endpoint,
                       .method = request.method,
                       .target = request.target,
                       .body = std::string(as_text(request.body)),
                       .headers = {},
                       .expect_continue = request.expect_continue,
                       .bypass_proxy = request.bypass_proxy};
    for (std::size_t i = 0; i < request.headers.size(); ++i)
      record.headers.emplace_back(request.headers[i]);
    std::vector<std::byte> buffer(16 * 1024);
    while (request.body_reader) {
      const std::size_t size = co_await request.body_reader->read(buffer);
      if (size == 0) break;
      record.body += as_text(Bytes(buffer).first(size));
    }
    co_return record;
  }

  FakeAnswer answer_to(const SeenRequest& request) {
    if (!queue_.empty()) {
      FakeAnswer answer = std::move(queue_.front());
      queue_.pop_front();
      return answer;
    }
    if (respond_) return respond_(request);
    return {.failure =
                Error(ErrorCode::network, "send", request.target, "the fake has no answer left")};
  }

  std::shared_ptr<std::size_t> open_ = std::make_shared<std::size_t>(0);
  std::deque<FakeAnswer> queue_;
  Respond respond_;
  std::vector<SeenRequest> seen_;
  net::HttpStats stats_;
};

}  // namespace sluice::test
