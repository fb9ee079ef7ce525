#include "glue/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "sluice/codec/yaml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

using codec::YamlValue;

/// Reads the members of a map by name; a name that nobody knows is an error.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  [[noreturn]] void refuse(codec::YamlPlace place, std::string words) const {
    throw Error(ErrorCode::config, "read scenario",
                fmt::format("{}:{}:{}", file_, place.line, place.column), std::move(words));
  }

  using Members = std::map<std::string_view, std::function<void(const YamlValue&)>>;
  void map(const YamlValue& value, const Members& members) const {
    if (!value.is_map()) refuse(value.place, "keys with values are wanted here");
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      const auto known = members.find(value.keys[i].text);
      if (known == members.end())
        refuse(value.keys[i].place, fmt::format("there is no key \"{}\"", value.keys[i].text));
      known->second(value.items[i]);
    }
  }

  void each(const YamlValue& value, const std::function<void(const YamlValue&)>& take) const {
    if (!value.is_list()) refuse(value.place, "a list is wanted here");
    for (const YamlValue& item : value.items)
      take(item);
  }

  std::string text(const YamlValue& value) const {
    if (!value.is_scalar()) refuse(value.place, "text is wanted here");
    return value.text;
  }
  bool boolean(const YamlValue& value) const {
    const std::string given = text(value);
    if (given != "true" && given != "false") refuse(value.place, "true or false is wanted here");
    return given == "true";
  }
  double seconds(const YamlValue& value) const {
    const double read = number<double>(value);
    if (!(read >= 0 && read <= 1e6)) refuse(value.place, "0 to 1000000 seconds are wanted here");
    return read;
  }
  template <class Number>
  Number number(const YamlValue& value) const {
    const std::string given = text(value);
    Number read{};
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), read);
    if (error != std::errc() || end != given.data() + given.size())
      refuse(value.place, "a number is wanted here");
    return read;
  }

 private:
  std::string file_;
};

ScenarioObject read_object(const Reader& reader, const YamlValue& value) {
  ScenarioObject object;
  reader.map(value, {
                        {"bucket", [&](auto& v) { object.bucket = reader.text(v); }},
                        {"key", [&](auto& v) { object.key = reader.text(v); }},
                        {"text", [&](auto& v) { object.text = reader.text(v); }},
                        {"size", [&](auto& v) { object.size = reader.number<std::uint64_t>(v); }},
                        {"storage_class", [&](auto& v) { object.storage_class = reader.text(v); }},
                        {"metadata",
                         [&](auto& v) {
                           for (std::size_t i = 0; v.is_map() && i < v.keys.size(); ++i)
                             object.metadata[v.keys[i].text] = reader.text(v.items[i]);
                         }},
                    });
  constexpr std::uint64_t largest = 1ULL << 30;
  if (object.bucket.empty() || object.key.empty())
    reader.refuse(value.place, "an object has a bucket and a key");
  if (object.size > largest) reader.refuse(value.place, "an object has at most 1 GiB here");
  return object;
}

/// "key: sales_{}.csv" with "count: 12" are twelve objects, 01 to 12.
void add_objects(const Reader& reader, const YamlValue& value,
                 std::vector<ScenarioObject>& objects) {
  reader.each(value, [&](const YamlValue& item) {
    YamlValue one = item;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < one.keys.size(); ++i) {
      if (one.keys[i].text != "count") continue;
      count = reader.number<std::uint64_t>(one.items[i]);
      one.keys.erase(one.keys.begin() + static_cast<std::ptrdiff_t>(i));
      one.items.erase(one.items.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
    const ScenarioObject object = read_object(reader, one);
    const std::size_t hole = object.key.find("{}");
    if (count == 0 || hole == std::string::npos) {
      objects.push_back(object);
      return;
    }
    if (count > 1'000'000) reader.refuse(item.place, "at most 1000000 objects");
    for (std::uint64_t number = 1; number <= count; ++number) {
      objects.push_back(object);
      objects.back().key.replace(hole, 2, fmt::format("{:02}", number));
    }
  });
}

ScenarioJob read_job(const Reader& reader, const YamlValue& value) {
  ScenarioJob job;
  reader.map(value, {
                        {"name", [&](auto& v) { job.name = reader.text(v); }},
                        {"crawler", [&](auto& v) { job.crawler = reader.boolean(v); }},
                        {"after",
                         [&](auto& v) {
                           reader.each(v,
                                       [&](auto& item) { job.after.push_back(reader.text(item)); });
                         }},
                        {"never", [&](auto& v) { job.never = reader.boolean(v); }},
                        {"seconds", [&](auto& v) { job.seconds = reader.seconds(v); }},
                        {"attempts",
                         [&](auto& v) {
                           job.attempts = reader.number<std::uint32_t>(v);
                           if (job.attempts < 1 || job.attempts > 10)
                             reader.refuse(v.place, "1 to 10 attempts");
                         }},
                        {"state", [&](auto& v) { job.state = reader.text(v); }},
                        {"error", [&](auto& v) { job.error = reader.text(v); }},
                        {"log_group", [&](auto& v) { job.log_group = reader.text(v); }},
                        {"objects", [&](auto& v) { add_objects(reader, v, job.objects); }},
                    });
  if (job.name.empty()) reader.refuse(value.place, "a job has a name");
  return job;
}

ScenarioFault read_fault(const Reader& reader, const YamlValue& value) {
  ScenarioFault fault;
  reader.map(value, {
                        {"operation", [&](auto& v) { fault.operation = reader.text(v); }},
                        {"skip", [&](auto& v) { fault.skip = reader.number<std::uint64_t>(v); }},
                        {"count", [&](auto& v) { fault.count = reader.number<std::uint64_t>(v); }},
                        {"error", [&](auto& v) { fault.error = reader.text(v); }},
                        {"status", [&](auto& v) { fault.status = reader.number<int>(v); }},
                        {"message", [&](auto& v) { fault.message = reader.text(v); }},
                        {"lost", [&](auto& v) { fault.lost = reader.boolean(v); }},
                        {"effect", [&](auto& v) { fault.effect = reader.boolean(v); }},
                        {"latency", [&](auto& v) { fault.latency = reader.seconds(v); }},
                    });
  return fault;
}

// A job stands behind those that it comes after: then nothing can wait for itself.
void check_order(const Reader& reader, const YamlValue& place, const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.jobs.size(); ++i) {
    for (const std::string& name : scenario.jobs[i].after) {
      const auto begin = scenario.jobs.begin();
      const auto end = begin + static_cast<std::ptrdiff_t>(i);
      const bool before =
          std::any_of(begin, end, [&name](const ScenarioJob& other) { return other.name == name; });
      if (!before)
        reader.refuse(place.place,
                      fmt::format("\"{}\" comes after \"{}\", which must stand before it",
                                  scenario.jobs[i].name, name));
    }
  }
}

}  // namespace

Scenario parse_scenario(std::string_view text, std::string_view name) {
  const Reader reader(name);
  YamlValue document;
  try {
    document = codec::parse_yaml(text);
  } catch (const codec::YamlFailure& failure) {
    reader.refuse(failure.place, failure.message);
  }
  Scenario scenario;
  reader.map(
      document,
      {
          {"workflow", [&](auto& v) { scenario.workflow = reader.text(v); }},
          {"max_concurrent_runs",
           [&](auto& v) { scenario.max_concurrent_runs = reader.number<std::uint32_t>(v); }},
          {"excess_is_run", [&](auto& v) { scenario.excess_is_run = reader.boolean(v); }},
          {"already_running", [&](auto& v) { scenario.already_running = reader.boolean(v); }},
          {"ends",
           [&](auto& v) {
             scenario.ends = reader.text(v);
             if (scenario.ends != "ERROR" && scenario.ends != "STOPPED")
               reader.refuse(v.place, "ERROR or STOPPED is wanted here");
           }},
          {"ends_after", [&](auto& v) { scenario.ends_after = reader.seconds(v); }},
          {"error_message", [&](auto& v) { scenario.error_message = reader.text(v); }},
          {"objects", [&](auto& v) { add_objects(reader, v, scenario.objects); }},
          {"jobs",
           [&](auto& v) {
             reader.each(v, [&](auto& item) { scenario.jobs.push_back(read_job(reader, item)); });
           }},
          {"faults",
           [&](auto& v) {
             reader.each(v,
                         [&](auto& item) { scenario.faults.push_back(read_fault(reader, item)); });
           }},
      });
  if (scenario.workflow.empty()) reader.refuse(document.place, "a scenario names its workflow");
  check_order(reader, document, scenario);
  return scenario;
}

}  // namespace sluice::lab
