// CPU time of the HTTP client for each small GET, against a server in a process of its own:
//   net_http_bench [requests=20000] [concurrency=64] [body bytes=4096]
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/net/http1_client.hpp"

namespace {

using namespace sluice;

struct Load {
  std::size_t requests = 20000, concurrency = 64, body = 4096;
};

void serve_connection(int socket, const std::string& response) {
  std::vector<char> buffer(16 << 10);
  std::string received;
  for (;;) {
    const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    received.append(buffer.data(), static_cast<std::size_t>(count));
    for (auto end = received.find("\r\n\r\n"); end != std::string::npos;
         end = received.find("\r\n\r\n")) {
      received.erase(0, end + 4);
      if (::send(socket, response.data(), response.size(), MSG_NOSIGNAL) < 0) break;
    }
  }
  ::close(socket);
}

[[noreturn]] void serve(int listener, const std::string& response) {
  for (;;) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket < 0) std::_Exit(1);
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread(serve_connection, socket, std::cref(response)).detach();
  }
}

struct Server {
  pid_t process = 0;
  std::uint16_t port = 0;
};

Server start_server(const Load& load) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener, 1024) != 0)
    std::abort();
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  Server server{.process = ::fork(), .port = ntohs(address.sin_port)};
  if (server.process != 0) {
    ::close(listener);
    return server;
  }
  const std::string head =
      "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 02:00:00 GMT\r\nLast-Modified: Fri, 20 Nov 2026 "
      "02:00:00 GMT\r\n"
      "ETag: \"9b2cf535f27731c974343645a3985328\"\r\nx-amz-request-id: "
      "4442587FB7D0A2F9\r\nContent-Type: "
      "application/octet-stream\r\nContent-Length: " +
      std::to_string(load.body) + "\r\nServer: bench\r\n\r\n";
  serve(listener, head + std::string(load.body, 'x'));
}

struct Shared {
  net::HttpClient* client;
  net::Endpoint endpoint;
  std::size_t left;
  std::uint64_t bytes = 0;
};

Task<> fetch_some(Shared* shared) {
  std::vector<std::byte> buffer(64 << 10);
  net::HttpRequest request;
  request.endpoint = shared->endpoint;
  while (shared->left > 0) {
    const std::size_t number = shared->left--;
    request.target = "/bucket/key-" + std::to_string(number);
    request.headers.clear();
    request.headers.add("x-amz-date", "20261121T020000Z");
    request.headers.add("x-amz-content-sha256",
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    request.headers.add(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/s3/aws4_request, Signature=0");
    OpContext context;
    net::HttpResponse response = co_await shared->client->send(context, request);
    for (;;) {
      const std::size_t count = co_await response.read(buffer);
      if (count == 0) break;
      shared->bytes += count;
    }
  }
}

Task<> run_load(Runtime* runtime, Shared* shared, Load load) {
  TaskGroup group(runtime->executor());
  for (std::size_t i = 0; i < load.concurrency; ++i)
    group.spawn(fetch_some(shared));
  co_await group.join();
  co_await shared->client->close();
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void report(const Load& load, const Shared& shared, const net::HttpStats& stats, double wall) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const double user = seconds(usage.ru_utime), system = seconds(usage.ru_stime);
  const double per = 1e6 / static_cast<double>(load.requests);
  std::printf(
      "{\"bench\":\"net_http\",\"requests\":%zu,\"concurrency\":%zu,\"bytes\":%llu,\"connections\":"
      "%llu,\"wall_s\":%.3f,"
      "\"user_us_each\":%.2f,\"system_us_each\":%.2f,\"max_rss_kib\":%ld}\n",
      load.requests, load.concurrency, static_cast<unsigned long long>(shared.bytes),
      static_cast<unsigned long long>(stats.connections_opened), wall, user * per, system * per,
      usage.ru_maxrss);
}

std::size_t argument(int argc, char** argv, int index, std::size_t otherwise) {
  return argc > index ? std::strtoul(argv[index], nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  Load load;
  load.requests = argument(argc, argv, 1, load.requests);
  load.concurrency = argument(argc, argv, 2, load.concurrency);
  load.body = argument(argc, argv, 3, load.body);
  const Server server = start_server(load);
  const auto begin = std::chrono::steady_clock::now();
  asio::io_context loop{1};
  Runtime runtime(loop, {});
  net::Http1Options options;
  options.connections_per_endpoint = load.concurrency;
  const auto client = net::make_http1_client(runtime, options);
  Shared shared{.client = client.get(),
                .endpoint = {.tls = false, .host = "127.0.0.1", .port = server.port},
                .left = load.requests};
  std::exception_ptr failure;
  asio::co_spawn(loop, run_load(&runtime, &shared, load),
                 [&failure](std::exception_ptr thrown) { failure = thrown; });
  loop.run();
  ::kill(server.process, SIGKILL);
  ::waitpid(server.process, nullptr, 0);
  if (failure) std::rethrow_exception(failure);
  report(load, shared, client->stats(),
         std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}
