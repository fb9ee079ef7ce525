#include "http/connection.hpp"

#include <optional>
#include <utility>

#include "http/faulty_sender.hpp"
#include "http/request_reader.hpp"
#include "http/response_sender.hpp"

namespace sluice::lab {
namespace {

using Tcp = boost::asio::ip::tcp;

/// Of a body nobody wants, so much is read to keep the connection; above it, answering and closing
/// is cheaper.
constexpr std::uint64_t unwanted_body_bytes = 8_MiB;
constexpr WireFaults no_faults;

template <class Stream>
class StreamConnection final : public Connection {
 public:
  StreamConnection(Stream stream, HttpService& service, ConnectionCounts& counts)
      : wire_(std::move(stream), counts),
        reader_(wire_),
        sender_(wire_),
        faulty_sender_(wire_),
        service_(service) {}

  Awaitable<> run() override {
    try {
      co_await wire_.handshake();
      while (co_await serve_one()) {
      }
    } catch (const Disconnected&) {
      // Nothing to tell anybody: clients leave when they like.
    }
    wire_.close();
  }

  void stop() override { wire_.stop(); }

 private:
  /// Moves on to the next request; false at the end of the connection.
  Awaitable<bool> serve_one() {
    std::optional<Response> refused;
    try {
      const bool any = co_await reader_.read_head();
      if (!any) co_return false;
      co_return co_await answer();
    } catch (const BadRequest& bad) {
      refused.emplace(plain_refusal(bad.status(), bad.what()));
    }
    co_await sender_.send(std::move(*refused));
    co_return false;
  }

  Awaitable<bool> answer() {
    const auto framing = framing_of(reader_.head());
    auto exchange = service_.begin(reader_.head());
    const auto& faults = exchange->faults() ? *exchange->faults() : no_faults;
    if (faults.ends_at(WirePlace::request)) co_await faulty_sender_.end(faults.end);
    const bool unwanted = !exchange->wants_body();
    const bool expects =
        !framing.empty() && same_name(reader_.head().value_or_empty("expect"), "100-continue");
    // A body that may or may not follow: only a new connection is in step.
    const bool ends_in_upload = faults.ends_at(WirePlace::upload);
    const bool drop_body =
        unwanted && !ends_in_upload && (expects || framing.length > unwanted_body_bytes);
    if (!drop_body && (ends_in_upload || !framing.empty()))
      co_await read_body(framing, *exchange, expects);
    if (faults.delay > Duration::zero()) co_await wire_.sleep(faults.delay);
    Response response;
    if (exchange->waits())
      response = co_await exchange->wait();
    else
      response = exchange->finish();
    if (drop_body || !reader_.head().persistent) response.close = true;
    const bool keep = !response.close;
    if (faults.changes_answer())
      co_await faulty_sender_.send(std::move(response), faults);
    else
      co_await sender_.send(std::move(response));
    if (!keep && unwanted) co_await linger();
    co_return keep;
  }

  Awaitable<> read_body(BodyFraming framing, Exchange& exchange, bool expects) {
    const auto& faults = exchange.faults() ? *exchange.faults() : no_faults;
    BodyReading reading{.rate = faults.upload_rate, .stop_at = {}};
    if (faults.ends_at(WirePlace::upload))
      reading.stop_at = upload_bytes_before_end(faults, framing.length);
    bool whole = true;
    if (!framing.empty()) {
      if (expects && !faults.no_continue)
        co_await wire_.write_bytes(as_bytes(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")));
      whole = co_await reader_.read_body(framing, exchange, reading);
    }
    if (!whole || reading.stop_at) co_await faulty_sender_.end(faults.end);
  }

  Awaitable<> linger() {
    if constexpr (Wire<Stream>::is_plain) wire_.shut_sending();
    co_await wire_.linger(4 * unwanted_body_bytes);
  }

  Wire<Stream> wire_;
  RequestReader<Stream> reader_;
  ResponseSender<Stream> sender_;
  FaultySender<Stream> faulty_sender_;
  HttpService& service_;
};

}  // namespace

std::unique_ptr<Connection> make_plain_connection(Tcp::socket socket, HttpService& service,
                                                  ConnectionCounts& counts) {
  return std::make_unique<StreamConnection<PlainStream>>(std::move(socket), service, counts);
}

std::unique_ptr<Connection> make_tls_connection(Tcp::socket socket,
                                                boost::asio::ssl::context& context,
                                                HttpService& service, ConnectionCounts& counts) {
  return std::make_unique<StreamConnection<TlsStream>>(TlsStream(std::move(socket), context),
                                                       service, counts);
}

}  // namespace sluice::lab
