#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/fs/ftp_fs.hpp"
#include "support/memory_stream.hpp"

namespace {

using namespace sluice;
using test::MemoryConnection;
using test::MemoryStream;

constexpr const char* host = "host.test";
constexpr const char* address = "192.0.2.7";

/// A server that says what the input says, line by line: "cTEXT" on the control connection, "dTEXT"
/// on the data connection, each with a line end, which "C" and "D" leave out; "e", "E" end these
/// connections, "r", "R" reset them. A line "." waits for the client: for a command, for the end of
/// an upload, or for all that it can do without us. Behind the last line, all connections end.
class Script {
 public:
  Script(asio::io_context& loop, std::string_view text) : loop_(loop), rest_(text) {}

  std::unique_ptr<net::Stream> dial(const net::Endpoint& peer) {
    if (peer.host == host && peer.port == 21) {
      control_ = add();
      control_->on_hear = [this](std::string_view line) {
        check_command(line);
        play();
      };
      play();
      return std::make_unique<MemoryStream>(control_, address);
    }
    require(peer.host == address, "data goes to the control connection's peer only");
    require(peer.port >= 1024, "data goes to no port of a system's service");
    data_ = add();
    data_->on_leave = [this] { play(); };
    if (over_) data_->end();
    return std::make_unique<MemoryStream>(data_, address);
  }

  /// Up to the next "."; false if there was nothing to do any more.
  bool play() {
    if (over_) return false;
    while (!rest_.empty()) {
      const std::string_view line = rest_.substr(0, rest_.find('\n'));
      rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
      if (line == ".") return true;
      if (!line.empty()) act(line.front(), line.substr(1));
    }
    over_ = true;
    for (const auto& connection : connections_)
      connection->end();
    return true;
  }

  bool holds_none() const {
    return std::ranges::none_of(connections_, [](const auto& one) { return one->held; });
  }

 private:
  std::shared_ptr<MemoryConnection> add() {
    auto made = std::make_shared<MemoryConnection>(loop_.get_executor());
    made->piece = 1 + rest_.size() % 100;
    if (over_) made->end();
    return connections_.emplace_back(std::move(made));
  }

  void act(char kind, std::string_view text) {
    const bool of_data = kind == 'd' || kind == 'D' || kind == 'e' || kind == 'r';
    const auto& connection = of_data ? data_ : control_;
    if (!connection) return;
    if (kind == 'c' || kind == 'd') connection->say(std::string(text) + "\r\n");
    if (kind == 'C' || kind == 'D') connection->say(text);
    if (kind == 'e' || kind == 'E') connection->end();
    if (kind == 'r' || kind == 'R') connection->reset();
  }

  static void check_command(std::string_view line) {
    require(line.ends_with("\r\n"), "a command ends in CR LF");
    line.remove_suffix(2);
    const std::string_view unsaid("\r\n\0\xFF", 4);
    require(line.find_first_of(unsaid) == std::string_view::npos, "a command is one line");
    const std::string_view verb = line.substr(0, line.find(' '));
    const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    require(!verb.empty() && std::ranges::all_of(verb, is_letter), "a command begins with a verb");
  }

  asio::io_context& loop_;
  std::string_view rest_;
  std::vector<std::shared_ptr<MemoryConnection>> connections_;
  std::shared_ptr<MemoryConnection> control_, data_;
  bool over_ = false;
};

class ScriptDialler final : public net::Dialler {
 public:
  explicit ScriptDialler(Script& script) : script_(script) {}
  Task<std::unique_ptr<net::Stream>> connect(net::Endpoint peer, std::string, SteadyTime) override {
    co_return script_.dial(peer);
  }
  Task<std::unique_ptr<net::Stream>> secure(std::unique_ptr<net::Stream> plain, net::Endpoint,
                                            std::shared_ptr<net::TlsSessions>) override {
    co_return plain;  // what is said is the same
  }

 private:
  Script& script_;
};

/// Ends, with an error of the documented kinds or without.
template <class T>
Task<> must_end(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    const ErrorCode code = error.code();
    require(code != ErrorCode::cancelled && code != ErrorCode::internal, error.what());
  }
}

Task<> read(FileSystem* files, std::string path) {
  const auto source = co_await files->open(OpContext{}, std::move(path), ReadOptions{});
  for (;;) {
    const Bytes bytes = co_await source->next();
    if (bytes.empty()) co_return;
  }
}

Task<> write(FileSystem* files, std::string path) {
  WriteOptions options;
  options.mtime = TimePoint(std::chrono::seconds(1'700'000'000));
  const auto sink = co_await files->create(OpContext{}, std::move(path), std::move(options));
  const std::string text(200'000, 'x');
  co_await sink->write(as_bytes(text));
  co_await sink->commit();
}

/// The names that the server gave are used, whatever they are.
Task<> walk(FileSystem* files, std::vector<std::string>* names) {
  const auto stream = files->walk(OpContext{}, "", WalkOptions{});
  for (;;) {
    const auto batch = co_await stream->next();
    if (!batch) co_return;
    for (const FileInfo& file : batch->files) {
      require(!file.path.empty() && file.path.front() != '/', "a walk stays below its root");
      if (names->size() < 4) names->push_back(file.path);
    }
  }
}

Task<> use(FileSystem* files) {
  std::vector<std::string> names;
  co_await must_end(walk(files, &names));
  names.emplace_back("d/file");
  for (const std::string& name : names) {
    co_await must_end(files->find(OpContext{}, name, FindOptions{.extras = true}));
    co_await must_end(read(files, name));
  }
  co_await must_end(write(files, names.front()));
  co_await must_end(files->remove(OpContext{}, names));
}

Task<> open_and_use(Runtime* runtime, std::shared_ptr<ftp::Client> client,
                    std::unique_ptr<FileSystem>* files) {
  FtpFsOptions options;
  options.client = std::move(client);
  *files = co_await open_ftp_fs(*runtime, OpContext{}, std::move(options));
  co_await use(files->get());
  co_await must_end((*files)->close(OpContext{}));
}

Task<> run(Runtime* runtime, Script* script, bool secured, bool* done) {
  ftp::ClientOptions options;
  options.connection.host = host;
  options.connection.subject = "ftp://host";
  options.connection.password = Secret("a password");
  options.connection.security = secured ? ftp::Security::explicit_tls : ftp::Security::clear;
  options.connection.tls.tls13 = secured;
  options.most_connections = 2;
  options.retry.max_attempts = 2;
  options.retry.base = Duration(0);
  options.dial = [script](const net::TlsOptions&) {
    return std::make_shared<ScriptDialler>(*script);
  };
  const auto client = std::make_shared<ftp::Client>(*runtime, std::move(options));
  std::unique_ptr<FileSystem> files;
  co_await must_end(open_and_use(runtime, client, &files));
  files.reset();
  co_await client->close();
  require(client->open_connections() == 0, "no connection is forgotten");
  *done = true;
}

void end(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

/// A server's bytes, on control and data connections, against the whole client.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  asio::io_context loop{1};
  static const auto threads = std::make_shared<LaneThreads>();
  Runtime runtime(loop, {.clock = nullptr, .random = nullptr, .threads = threads, .log = {}});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool secured = text.starts_with("tls\n");
  Script script(loop, text.substr(secured ? 4 : 0));
  bool done = false;
  asio::co_spawn(loop, run(&runtime, &script, secured, &done), end);
  // No clock: when nothing is left to do, it is the server's turn. When it has ended everything,
  // nobody may wait any more.
  while (!done) {
    if (loop.poll() == 0) require(script.play(), "everything ends with its connections");
  }
  require(script.holds_none(), "no connection is left open");
  loop.restart();
  asio::co_spawn(loop, runtime.close(), end);
  loop.run();
  return 0;
}
