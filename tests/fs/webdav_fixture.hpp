#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "fs/mini_dav.hpp"
#include "sluice/fs/webdav_fs.hpp"
#include "support/run.hpp"

/// Trees of a server in memory.
namespace sluice::test {

inline const Error lost(ErrorCode::network, "read", "", "the answer was lost");

inline std::shared_ptr<webdav::Client> client_of(Runtime& runtime, MiniDav& server) {
  webdav::ClientOptions options;
  options.endpoint = {.tls = true, .host = "dav.example", .port = 443};
  options.subject = "webdavs://dav.example";
  options.retry.base = std::chrono::milliseconds(1);
  return std::make_shared<webdav::Client>(runtime, server.client(), std::move(options));
}

inline std::unique_ptr<FileSystem> files_of(Runtime& runtime, MiniDav& server, std::string root,
                                            WebdavTraits traits = {.shows_tags = true}) {
  WebdavFsOptions options;
  options.client = client_of(runtime, server);
  options.root = std::move(root);
  options.traits = traits;
  options.chunk_size = 5'000'000;
  return make_webdav_fs(runtime, std::move(options));
}

template <class Body>
Task<> in_files(Runtime& runtime, MiniDav& server, std::string root, WebdavTraits traits,
                Body body) {
  const auto files = files_of(runtime, server, std::move(root), traits);
  std::exception_ptr thrown;
  try {
    co_await body(*files, server);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await files->close(OpContext{});
  if (thrown) std::rethrow_exception(thrown);
}

/// Runs `body(FileSystem&, MiniDav&)`, a coroutine function, on a tree of the server.
template <class Body>
void with_files(MiniDav& server, Body body, std::string root = "/d",
                WebdavTraits traits = {.shows_tags = true}) {
  for (std::size_t slash = 0; slash != std::string::npos;) {
    slash = root.find('/', slash + 1);
    server.directories.insert(root.substr(0, slash));
  }
  run([&](Runtime& runtime) { return in_files(runtime, server, root, traits, body); });
}

inline bool has_temporaries(const MiniDav& server) {
  return std::ranges::any_of(server.files, [](const auto& one) {
    return one.first.find(".sluice-part") != std::string::npos;
  });
}

}  // namespace sluice::test
