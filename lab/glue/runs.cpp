#include "glue/runs.hpp"

#include <algorithm>

#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"

namespace sluice::lab {
namespace {

constexpr auto stopping_time = std::chrono::milliseconds(300);

Duration seconds(double value) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

std::string long_id(std::string_view prefix, const std::string& seed) {
  return std::string(prefix) + codec::to_hex(codec::sha256(as_bytes(seed)));
}

const NodeState* find(const std::vector<NodeState>& nodes, const std::string& name) {
  const auto found = std::ranges::find_if(
      nodes, [&name](const NodeState& node) { return node.job->name == name; });
  return found == nodes.end() ? nullptr : &*found;
}

/// When the node begins: nullopt if it never does, or not yet.
std::optional<TimePoint> begin_of(const ScenarioJob& job, const GlueRun& run,
                                  const std::vector<NodeState>& before, bool& waits) {
  TimePoint begin = run.started;
  for (const std::string& name : job.after) {
    const NodeState* const node = find(before, name);
    if (!node->succeeded()) {
      waits = node->waits || node->running();
      return std::nullopt;
    }
    begin = std::max(begin, *node->attempts.back().ended);
  }
  return begin;
}

void play(NodeState& node, const GlueRun& run, TimePoint begin, TimePoint now) {
  const ScenarioJob& job = *node.job;
  const bool again = run.resumed;
  for (std::uint32_t attempt = 0; attempt < job.attempts; ++attempt) {
    if (begin > now) break;
    const TimePoint end = begin + seconds(job.seconds);
    const bool last = attempt + 1 == job.attempts;
    NodeAttempt tried{.id = long_id("jr_", run.id + job.name + std::to_string(attempt)),
                      .state = "RUNNING",
                      .started = begin,
                      .ended = {}};
    if (end <= now) {
      tried.ended = end;
      tried.state = !last ? "FAILED" : again ? "SUCCEEDED" : job.state;
    }
    if (run.stopped && (!tried.ended || *tried.ended > *run.stopped)) {
      tried.state = "STOPPED";
      tried.ended = *run.stopped;
      node.attempts.push_back(tried);
      return;
    }
    node.attempts.push_back(tried);
    if (!tried.ended) return;
    begin = end;
  }
}

bool is_kept(const GlueRun& run, const std::string& name) {
  return std::ranges::find(run.kept, name) != run.kept.end();
}

NodeState node_of(const ScenarioJob& job, const GlueRun& run, const std::vector<NodeState>& before,
                  TimePoint now) {
  NodeState node{.job = &job, .unique_id = node_id(job.name), .attempts = {}, .waits = false};
  if (is_kept(run, job.name)) {
    node.attempts.push_back({.id = long_id("jr_", run.previous_id + job.name),
                             .state = "SUCCEEDED",
                             .started = run.started,
                             .ended = run.started});
    return node;
  }
  if (job.never) return node;
  const auto begin = begin_of(job, run, before, node.waits);
  if (!begin) return node;
  if (*begin > now || (run.stopped && *begin > *run.stopped)) {
    node.waits = !run.stopped;
    return node;
  }
  play(node, run, *begin, now);
  return node;
}

}  // namespace

std::string node_id(std::string_view name) {
  return long_id("wnode_", std::string(name));
}

RunState state_of(const Scenario& scenario, const GlueRun& run, TimePoint now) {
  RunState state;
  if (!run.excess.empty()) {
    state.status = "ERROR";
    state.error_message = run.excess;
    state.completed = run.started;
    return state;
  }
  for (const ScenarioJob& job : scenario.jobs)
    state.nodes.push_back(node_of(job, run, state.nodes, now));
  const bool goes_on = std::ranges::any_of(
      state.nodes, [](const NodeState& node) { return node.running() || node.waits; });
  TimePoint last = run.started;
  for (const NodeState& node : state.nodes) {
    if (!node.attempts.empty() && node.attempts.back().ended)
      last = std::max(last, *node.attempts.back().ended);
  }
  const TimePoint cut = run.started + seconds(scenario.ends_after);
  if (run.stopped) {
    const bool done = now >= *run.stopped + stopping_time;
    state.status = done ? "STOPPED" : "STOPPING";
    if (done) state.completed = *run.stopped + stopping_time;
  } else if (!scenario.ends.empty() && now >= cut) {
    state.status = scenario.ends;
    state.error_message = scenario.error_message;
    state.completed = cut;
  } else if (goes_on || !scenario.ends.empty()) {
    state.status = "RUNNING";
  } else {
    state.status = "COMPLETED";
    state.completed = last;
  }
  return state;
}

}  // namespace sluice::lab
