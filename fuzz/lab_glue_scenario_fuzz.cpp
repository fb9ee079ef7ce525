// A scenario of the lab's Glue: refused with its place, or played to any moment.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glue/answers.hpp"
#include "glue/scenario.hpp"
#include "require.hpp"
#include "sluice/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::lab;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const Scenario scenario = parse_scenario(text, "fuzz.yaml");
    GlueRun run;
    run.id = "wr_1";
    run.started = sluice::TimePoint(std::chrono::seconds(1'700'000'000));
    for (const int seconds : {0, 1, 1'000'000'000}) {
      const auto now = run.started + std::chrono::seconds(seconds);
      require(!run_json(scenario, run, now, true).empty(), "a run is told");
    }
    run.stopped = run.started + std::chrono::seconds(1);
    run_json(scenario, run, run.started + std::chrono::seconds(5), true);
  } catch (const sluice::Error& error) {
    require(error.code() == sluice::ErrorCode::config, "a scenario is refused as such");
    require(error.subject().starts_with("fuzz.yaml:"), "a refusal has a place");
  }
  return 0;
}
