#include "stats.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "sluice/core/json_text.hpp"

namespace sluice::lab {
namespace {

void count(std::map<std::string, std::uint64_t, std::less<>>& counts, std::string_view name) {
  const auto found = counts.find(name);
  if (found != counts.end())
    ++found->second;
  else
    counts.emplace(name, 1);
}

template <class Map>
void append_counts(std::string& out, std::string_view name, const Map& counts) {
  append_json_string(out += ',', name);
  out += ":{";
  bool first = true;
  for (const auto& [key, value] : counts) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, fmt::format("{}", key));
    fmt::format_to(std::back_inserter(out), ":{}", value);
  }
  out += '}';
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

rusage own_usage() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

std::map<std::string_view, std::uint64_t> named(const FaultCounts& counts) {
  std::map<std::string_view, std::uint64_t> named;
  for (const auto& info : fault_kinds())
    if (const auto count = counts.by_kind[static_cast<std::size_t>(info.kind)]; count > 0)
      named.emplace(info.name, count);
  return named;
}

}  // namespace

void ConnectionCounts::on_open() {
  ++opened;
  ++open;
  most_open = std::max(most_open, open);
}

void RequestCounts::on_request(std::string_view operation) {
  ++total;
  count(by_operation, operation);
}

void RequestCounts::on_error(std::string_view code) {
  count(by_error, code);
}

CpuTime CpuTime::now() {
  const auto usage = own_usage();
  return {.user = seconds(usage.ru_utime), .system = seconds(usage.ru_stime)};
}

void Stats::reset() {
  const auto open = connections.open;
  *this = {};
  connections.open = connections.most_open = open;
  cpu_before = CpuTime::now();
}

std::string Stats::json() const {
  const auto cpu = CpuTime::now();
  const auto user = cpu.user - cpu_before.user;
  const auto system = cpu.system - cpu_before.system;
  std::string out = fmt::format(
      R"({{"requests":{},"injected":{},"bytes_in":{},"bytes_out":{},"connections":{},"open_connections":{},)"
      R"("most_open_connections":{},"tls_handshakes":{},"cpu_seconds":{:.3f},"cpu_user_seconds":{:.3f},)"
      R"("cpu_system_seconds":{:.3f},"peak_rss_kib":{})",
      requests.total, faults.struck, connections.bytes_in, connections.bytes_out,
      connections.opened, connections.open, connections.most_open, connections.tls_handshakes,
      user + system, user, system, own_usage().ru_maxrss);
  append_counts(out, "operations", requests.by_operation);
  append_counts(out, "statuses", requests.by_status);
  append_counts(out, "errors", requests.by_error);
  append_counts(out, "faults", named(faults));
  return out += '}';
}

}  // namespace sluice::lab
