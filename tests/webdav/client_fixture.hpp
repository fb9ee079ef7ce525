#pragma once

#include <memory>
#include <string>
#include <utility>

#include "sluice/webdav/client.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice::webdav::test {

using sluice::test::FakeAnswer;
using sluice::test::FakeHttp;
using sluice::test::SeenRequest;

inline ClientOptions options_for(bool tls = true, std::string host = "dav.example") {
  ClientOptions options;
  options.endpoint = {.tls = tls, .host = std::move(host), .port = 443};
  options.subject = "webdavs://dav.example";
  options.retry.base = std::chrono::milliseconds(1);
  return options;
}

template <class Body>
Task<> in_client(Runtime& runtime, std::shared_ptr<FakeHttp> http, ClientOptions options,
                 Body body) {
  Client client(runtime, std::move(http), std::move(options));
  co_await body(client);
}

/// Runs `body(Client&)`, a coroutine function, with a client of the fake.
template <class Body>
void with_client(std::shared_ptr<FakeHttp> http, ClientOptions options, Body body) {
  sluice::test::run([&](Runtime& runtime) { return in_client(runtime, http, options, body); });
}

/// A multistatus of one file.
inline FakeAnswer one_file(std::string size = "5") {
  return {.status = 207,
          .body =
              "<multistatus xmlns='DAV:'><response><href>/x</href><propstat><prop>"
              "<getcontentlength>" +
              size + "</getcontentlength></prop></propstat></response></multistatus>"};
}

template <class T>
Task<std::optional<Error>> error_of(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error;
  }
  co_return std::nullopt;
}

}  // namespace sluice::webdav::test
