#include "ftp/front.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <memory>

#include "ftp/session.hpp"
#include "http/server_tls.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

asio::awaitable<void> accept_all(asio::io_context& loop, FtpFrontState& state,
                                 Tcp::acceptor& acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    boost::system::error_code ignored;  // the peer may be gone already
    socket.set_option(Tcp::no_delay(true), ignored);
    auto session = std::make_shared<FtpSession>(loop, state, std::move(socket));
    asio::co_spawn(loop, FtpSession::run(std::move(session)), tell_ftp_failure);
  }
}

void prepare(FtpFrontState& state, const FtpFrontOptions& options) {
  state.server = Tcp::endpoint(asio::ip::make_address(options.host), options.port);
  if (options.certificate.empty()) return;
  state.tls.emplace(load_server_tls(options.certificate, options.key));
  SSL_CTX* const tls = state.tls->native_handle();
  if (options.sessions != FtpTlsSessions::all) SSL_CTX_set_num_tickets(tls, 0);
  if (options.sessions != FtpTlsSessions::none) return;
  SSL_CTX_set_options(tls, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
}

void listen(Tcp::acceptor& acceptor, const FtpFrontOptions& options) {
  const Tcp::endpoint here(asio::ip::make_address(options.listen_host), options.listen_port);
  acceptor.open(here.protocol());
  acceptor.set_option(Tcp::acceptor::reuse_address(true));
  acceptor.bind(here);
  acceptor.listen(1024);
}

void print_line(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

std::string counts_of(const FtpFrontState& state) {
  std::string commands;
  for (const auto& [verb, count] : state.commands)
    commands += fmt::format("{}\"{}\":{}", commands.empty() ? "" : ",", verb, count);
  return fmt::format("{{\"sessions\":{},\"most_open\":{},\"struck\":{},\"commands\":{{{}}}}}",
                     state.sessions, state.most_open, state.faults.struck(), commands);
}

}  // namespace

void run_ftp_front(const FtpFrontOptions& options) {
  FtpFrontState state(options.faults);
  {
    asio::io_context loop{1};
    Tcp::acceptor acceptor(loop);
    try {
      prepare(state, options);
      listen(acceptor, options);
    } catch (const boost::system::system_error& error) {
      throw Error(ErrorCode::config, "listen",
                  fmt::format("{}:{}", options.listen_host, options.listen_port), error.what());
    }
    asio::signal_set signals(loop, SIGTERM, SIGINT);
    signals.async_wait([&loop](const boost::system::error_code&, int) { loop.stop(); });
    asio::co_spawn(loop, accept_all(loop, state, acceptor), tell_ftp_failure);
    print_line(fmt::format("{{\"address\":\"{}\",\"port\":{},\"pid\":{}}}", options.listen_host,
                           acceptor.local_endpoint().port(), ::getpid()));
    loop.run();
  }
  print_line(counts_of(state));
}

}  // namespace sluice::lab
