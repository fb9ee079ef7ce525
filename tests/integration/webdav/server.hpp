#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "sluice/fs/webdav_fs.hpp"
#include "support/run.hpp"

namespace sluice::test {

/// Of a client of the server that the variables below name.
webdav::ClientOptions client_options();

/// A client of the server that SLUICE_WEBDAV_URL, SLUICE_WEBDAV_USER and SLUICE_WEBDAV_PASSWORD
/// name. Throws without them. `base`: the URL's path, without its last '/'.
struct WebdavServer {
  explicit WebdavServer(Runtime& runtime);

  std::shared_ptr<net::HttpClient> http;
  std::shared_ptr<webdav::Client> client;
  std::string base;
  std::filesystem::path files;  ///< SLUICE_WEBDAV_FILES: where they lie on this machine.
};

/// An empty directory of the server. close() its files, then the HTTP client.
struct WebdavSession {
  Runtime& runtime;
  WebdavServer server;
  std::string root;
  std::unique_ptr<FileSystem> files;
};

template <class Body>
Task<> in_webdav_session(Runtime& runtime, Body body) {
  WebdavSession session{runtime, WebdavServer(runtime), {}, nullptr};
  session.root = session.server.base + "/" + runtime.random().hex_id();
  std::exception_ptr thrown;
  try {
    co_await session.server.client->make_collection(OpContext{}, session.root, {});
    WebdavFsOptions options;
    options.client = session.server.client;
    options.root = session.root;
    options.traits = co_await probe_webdav(OpContext{}, options.client, options.root);
    session.files = make_webdav_fs(runtime, std::move(options));
    co_await body(session);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (session.files) co_await session.files->close(OpContext{});
  co_await session.server.http->close();
  if (thrown) std::rethrow_exception(thrown);
}

/// Runs `body(WebdavSession&)`, a coroutine function, to its end.
template <class Body>
void with_webdav(Body body) {
  run([&](Runtime& runtime) { return in_webdav_session(runtime, body); });
}

}  // namespace sluice::test
