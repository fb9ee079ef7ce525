#include "integration/redis/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace sluice::state::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// A port that was free a moment ago: redis-server cannot choose one itself and say which.
std::uint16_t free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      ::bind(descriptor, generic, length) == 0 && ::getsockname(descriptor, generic, &length) == 0;
  ::close(descriptor);
  if (!bound) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

bool accepts(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(port);
  const bool connected =
      ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return connected;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> arguments)
    : arguments_(std::move(arguments)), port_(free_port()) {
  start();
}

RedisServer::RedisServer(const sluice::test::CertificateFiles& certificate,
                         std::vector<std::string> arguments)
    : arguments_(std::move(arguments)), tls_(true), port_(free_port()) {
  arguments_.insert(arguments_.end(), {"--tls-cert-file", certificate.certificate, "--tls-key-file",
                                       certificate.key});
  start();
}

RedisServer::~RedisServer() {
  stop();
}

std::string RedisServer::url(int database, const std::string& userinfo) const {
  return (tls_ ? "rediss://" : "redis://") + userinfo + "127.0.0.1:" + std::to_string(port_) + "/" +
         std::to_string(database);
}

void RedisServer::start() {
  std::vector<std::string> words{"redis-server",
                                 "--port",
                                 tls_ ? "0" : std::to_string(port_),
                                 "--tls-port",
                                 tls_ ? std::to_string(port_) : "0",
                                 "--bind",
                                 "127.0.0.1",
                                 "--save",
                                 "",
                                 "--dir",
                                 directory_.path().string(),
                                 "--logfile",
                                 "redis.log"};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("fork");
  if (process_ == 0) {
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  wait_until_ready();
}

void RedisServer::wait_until_ready() const {
  for (int i = 0; i < 1000; ++i) {
    if (accepts(port_)) return;
    if (::waitpid(process_, nullptr, WNOHANG) != 0)
      throw std::runtime_error(
          "redis-server did not start (is it installed? apt-get install redis-server)");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error("redis-server does not listen");
}

void RedisServer::stop() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = -1;
}

void RedisServer::suspend() {
  ::kill(process_, SIGSTOP);
}
void RedisServer::resume() {
  ::kill(process_, SIGCONT);
}

}  // namespace sluice::state::test
