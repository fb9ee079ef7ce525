// Lists a tree: list URL. Credentials and endpoint come from the environment, as for all AWS tools.
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <exception>
#include <sluice/sluice.hpp>

namespace {

// The library reads no environment by itself; a program hands it down.
sluice::Environment process_environment() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string::npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return sluice::Environment(std::move(variables));
}

sluice::Task<> list(sluice::Runtime& runtime, sluice::Storage& storage, std::string url) {
  const auto files = co_await storage.open_tree(runtime.context(), url);
  const auto walk = files->walk(runtime.context(), "", {});
  for (;;) {
    const auto batch = co_await walk->next();
    if (!batch) break;
    for (const sluice::Error& failure : batch->failures)
      std::fprintf(stderr, "%s\n", failure.what());
    for (const sluice::FileInfo& file : batch->files) {
      std::printf("%12llu %s\n", static_cast<unsigned long long>(file.size), file.path.c_str());
    }
  }
  co_await storage.close(runtime.context());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: list URL\n");
    return 2;
  }
  boost::asio::io_context loop{1};
  sluice::Runtime runtime(loop, {});
  sluice::StorageOptions options;
  options.environment = process_environment();
  sluice::Storage storage(runtime, std::move(options));
  int code = 0;
  boost::asio::co_spawn(loop, list(runtime, storage, argv[1]), [&code](std::exception_ptr failure) {
    if (!failure) return;
    std::fprintf(stderr, "list: %s\n", sluice::Error::from(failure).what());
    code = 1;
  });
  loop.run();
  return code;
}
