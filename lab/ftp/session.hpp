#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ftp/data_way.hpp"
#include "ftp/fault.hpp"
#include "ftp/lines.hpp"
#include "ftp/side.hpp"

namespace sluice::lab {

/// What all sessions of a front share; outlives them.
struct FtpFrontState {
  explicit FtpFrontState(std::vector<FtpFault> faults) : faults(std::move(faults)) {}

  FtpFaults faults;
  boost::asio::ip::tcp::endpoint server;
  std::optional<boost::asio::ssl::context> tls;
  std::uint64_t sessions = 0;
  std::size_t open = 0, most_open = 0;
  std::map<std::string, std::uint64_t> commands;  ///< By verb.
};

/// One control connection. Passes a command on, and the server's replies to it, before it looks at
/// the next one.
class FtpSession {
 public:
  using Tcp = boost::asio::ip::tcp;

  FtpSession(boost::asio::io_context& loop, FtpFrontState& state, Tcp::socket client);
  ~FtpSession();
  FtpSession(const FtpSession&) = delete;
  FtpSession& operator=(const FtpSession&) = delete;

  static boost::asio::awaitable<void> run(std::shared_ptr<FtpSession> session);

 private:
  using Line = std::optional<std::string>;

  boost::asio::awaitable<void> converse();
  boost::asio::awaitable<Line> read_line(FtpSide& from, FtpLines& lines);
  boost::asio::awaitable<Line> read_reply();
  boost::asio::awaitable<void> obey(std::string line);
  boost::asio::awaitable<void> offer_tls(std::string verb, FtpStrike strike);
  boost::asio::awaitable<void> pass_replies(FtpStrike strike);
  boost::asio::awaitable<void> tell(std::string text);
  std::string with_our_port(std::string reply, const FtpStrike& strike);

  boost::asio::io_context& loop_;
  FtpFrontState& state_;
  boost::asio::ip::address here_;
  FtpSide client_, server_;
  FtpLines said_by_client_, said_by_server_;
  std::shared_ptr<FtpDataWay> data_;  ///< The last one.
  bool over_ = false, protected_ = false;
};

}  // namespace sluice::lab
