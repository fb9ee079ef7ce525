#include "faults/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/core/json_text.hpp"

namespace sluice::lab {
namespace {

bool matches(const FaultRule& rule, const RequestFacts& facts) {
  const auto& when = rule.when;
  if ((when.operations & bit_of(facts.operation)) == 0) return false;
  if (!facts.key.starts_with(when.key_prefix)) return false;
  if (when.page && facts.page != *when.page) return false;
  if (rule.place == WirePlace::upload && info_of(rule.kind).slot == FaultSlot::end &&
      body_use_of(facts.operation) == BodyUse::none)
    return false;
  if (rule.kind == FaultKind::wrong_region)
    return !facts.region.empty() &&
           facts.region != (rule.region.empty() ? facts.home_region : rule.region);
  return rule.kind != FaultKind::expired_token || !facts.credentials.empty();
}

Duration between(Duration low, Duration high, RandomSource& random) {
  if (low == high) return low;
  const auto span = static_cast<double>((high - low).count());
  return low + Duration(static_cast<Duration::rep>(span * random.unit()));
}

FaultAnswer answer_of(const FaultRule& rule) {
  using Form = FaultAnswer::Form;
  auto form = Form::before;
  if (rule.kind == FaultKind::late_error) form = Form::late;
  if (rule.kind == FaultKind::error_in_200) form = Form::in_200;
  if (rule.kind == FaultKind::wrong_region) form = Form::region;
  if (rule.kind == FaultKind::expired_token) form = Form::expired;
  return {.form = form,
          .code = rule.code,
          .status = static_cast<int>(rule.number),
          .retry_after = rule.retry_after,
          .region = rule.region};
}

void set_end(WireFaults& wire, const FaultRule& rule) {
  wire.end = rule.kind == FaultKind::reset   ? WireEnd::reset
             : rule.kind == FaultKind::close ? WireEnd::close
                                             : WireEnd::stall;
  wire.place = rule.place;
  wire.at = rule.at;
}

}  // namespace

bool FaultPlan::looks_at_credentials() const {
  return std::ranges::any_of(rules_, [](const Live& live) {
    return live.rule.kind == FaultKind::expired_token || live.rule.kind == FaultKind::wrong_region;
  });
}

void FaultPlan::set(std::span<const FaultRule> rules, SteadyTime now) {
  std::erase_if(rules_, [rules](const Live& live) {
    return std::ranges::any_of(rules,
                               [&](const auto& rule) { return rule.kind == live.rule.kind; });
  });
  for (const auto& rule : rules) {
    const auto seed = rule.when.seed.value_or(seed_ + ++made_);
    if (!rule.off()) rules_.push_back({.rule = rule, .random = SeededRandom(seed), .since = now});
  }
}

bool FaultPlan::chooses(Live& live, SteadyTime now) {
  const auto& when = live.rule.when;
  const auto age = now - live.since;
  if (age < when.after || (when.for_time && age >= when.after + *when.for_time)) return false;
  const auto number = ++live.matched;
  if (number <= when.skip || (number - when.skip) % when.every != 0) return false;
  if (when.count && live.chosen >= *when.count) return false;
  if (when.rate < 1 && live.random.unit() >= when.rate) return false;
  ++live.chosen;
  return true;
}

bool FaultPlan::strikes(Live& live, const RequestFacts& facts, SteadyTime now) {
  if (!matches(live.rule, facts)) return false;
  if (live.rule.kind != FaultKind::expired_token) return chooses(live, now);
  const std::string credentials(facts.credentials);
  if (live.expired.contains(credentials)) return true;
  if (!chooses(live, now)) return false;
  live.expired.insert(credentials);
  return true;
}

void FaultPlan::apply(Live& live, RequestFaults& faults) {
  const auto& rule = live.rule;
  switch (info_of(rule.kind).slot) {
    case FaultSlot::latency:
      faults.wire.delay = between(rule.low, rule.high, live.random);
      return;
    case FaultSlot::upload_bandwidth:
      faults.wire.upload_rate = rule.number;
      return;
    case FaultSlot::download_bandwidth:
      faults.wire.download_rate = rule.number;
      faults.wire.trickle = rule.low;
      return;
    case FaultSlot::answer:
      faults.answer = answer_of(rule);
      return;
    case FaultSlot::clock:
      faults.clock_skew = rule.low;
      return;
    case FaultSlot::end:
      return set_end(faults.wire, rule);
    case FaultSlot::overlong:
      faults.wire.extra_bytes = rule.number;
      return;
    case FaultSlot::corrupt:
      faults.wire.corrupt = true;
      return;
    case FaultSlot::checksum:
      faults.wrong_checksum = true;
      return;
    case FaultSlot::etag:
      faults.wrong_etag = true;
      return;
    case FaultSlot::page_size:
      faults.operation.page_size = rule.number;
      return;
    case FaultSlot::order:
      faults.operation.disorder = true;
      return;
    case FaultSlot::token:
      faults.operation.repeat_token = true;
      return;
    case FaultSlot::encoding:
      faults.operation.encoding = rule.encoding;
      return;
    case FaultSlot::conditions:
      faults.operation.ignore_conditions = true;
      return;
  }
}

RequestFaults FaultPlan::decide(const RequestFacts& facts, SteadyTime now, FaultCounts& counts) {
  RequestFaults faults;
  std::uint32_t taken = 0;
  bool struck = false;
  for (auto& live : rules_) {
    const auto& info = info_of(live.rule.kind);
    const auto slot = std::uint32_t{1} << static_cast<unsigned>(info.slot);
    if ((taken & slot) != 0 || !strikes(live, facts, now)) continue;
    taken |= slot;
    apply(live, faults);
    ++live.struck;
    ++counts.by_kind[static_cast<std::size_t>(live.rule.kind)];
    struck = struck || !info.only_slows;
  }
  if (struck) ++counts.struck;
  return faults;
}

std::string FaultPlan::json() const {
  std::string out = "[";
  for (const auto& live : rules_) {
    append_json_string(out.append(out.size() > 1 ? ",{\"fault\":" : "{\"fault\":"), live.rule.text);
    out += fmt::format(R"(,"matched":{},"struck":{}}})", live.matched, live.struck);
  }
  return out += ']';
}

}  // namespace sluice::lab
