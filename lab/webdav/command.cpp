#include "webdav/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <utility>

#include "output.hpp"
#include "webdav/front.hpp"

namespace sluice::lab {
void run_webdav(WebdavCommand command) {
  WebdavFront front(std::move(command.server), std::move(command.faults));
  ConnectionCounts connections;
  boost::asio::io_context io(1);
  HttpServer server(io, command.listen, front, connections);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&server](const boost::system::error_code& error, int) {
    if (!error) server.stop();
  });
  server.start();
  print_line(fmt::format(R"({{"endpoint":"{}","port":{},"pid":{}}})", server.endpoint(),
                         server.port(), ::getpid()));
  io.run();
  print_line(front.json(connections));
}

}  // namespace sluice::lab
