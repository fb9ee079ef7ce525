#include "s3/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fstream>
#include <iterator>
#include <memory>

#include "control.hpp"
#include "glue/workflow_service.hpp"
#include "output.hpp"
#include "s3/service.hpp"
#include "sluice/core/clock.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::lab {
namespace {

std::string quoted_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::unique_ptr<Storage> make_storage(const std::string& data) {
  return data == "memory" ? make_memory_storage() : make_disk_storage(data);
}

void fill(Store& store, const S3Command& command, TimePoint now) {
  if (command.synthetic && command.buckets.empty())
    throw Error(ErrorCode::config, "start", "--synthetic", "it needs a --bucket to lie in");
  for (const auto& name : command.buckets)
    store.create_bucket(name, now);
  if (command.synthetic)
    store.find_bucket(command.buckets.front())
        ->objects.lay_over(
            SyntheticObjects(*command.synthetic, std::chrono::floor<std::chrono::seconds>(now)));
}

std::unique_ptr<GlueService> make_glue(const S3Command& command, const GlueService::Parts& parts) {
  if (command.glue_scenario.empty()) return nullptr;
  std::ifstream file(command.glue_scenario, std::ios::binary);
  if (!file) throw Error(ErrorCode::config, "read", command.glue_scenario, "it cannot be opened");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return std::make_unique<GlueService>(parse_scenario(text, command.glue_scenario), command.s3.auth,
                                       parts);
}

std::string ready_line(const S3Command& command, const HttpServer& server,
                       const HttpServer& control) {
  return fmt::format(
      R"({{"endpoint":{},"control":{},"pid":{},"region":{},"access_key":{},"data":{}}})",
      quoted_json(server.endpoint()), quoted_json(control.endpoint()), ::getpid(),
      quoted_json(command.s3.auth.region), quoted_json(command.s3.auth.first.access_key),
      quoted_json(command.data));
}

}  // namespace

void run_s3(S3Command command) {
  const SystemClock clock;
  SeededRandom random = command.seed ? SeededRandom(*command.seed) : SeededRandom();
  const auto storage = make_storage(command.data);
  Store store(*storage);
  fill(store, command, clock.now());
  Stats stats;
  ConnectionCounts control_connections;
  FaultPlan faults(random.next());
  faults.set(command.faults, clock.steady());
  S3Service service(command.s3, {.store = store,
                                 .counts = stats.requests,
                                 .faults = faults,
                                 .fault_counts = stats.faults,
                                 .random = random,
                                 .clock = clock});
  std::unique_ptr<GlueService> glue = make_glue(command, {.store = store,
                                                          .counts = stats.requests,
                                                          .random = random,
                                                          .clock = clock,
                                                          .next = service});
  HttpService& served = glue ? static_cast<HttpService&>(*glue) : service;
  ControlService control_service(stats, faults, clock);

  boost::asio::io_context io(1);
  HttpServer server(io, command.listen, served, stats.connections);
  HttpServer control(
      io, {.host = command.listen.host, .port = command.control_port, .certificate = {}, .key = {}},
      control_service, control_connections);
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&server, &control](const boost::system::error_code& error, int) {
    if (error) return;
    server.stop();
    control.stop();
  });
  server.start();
  control.start();
  print_line(ready_line(command, server, control));
  io.run();
  storage->close();
  print_line(stats.json());
}

}  // namespace sluice::lab
