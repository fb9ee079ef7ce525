// A configuration of the Glue downloader: whatever the text, problems with their places or a
// configuration that can be used.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "sluice/glue/config_manager.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sluice::Environment environment({{"REGION", "eu-west-1"}});
  const auto parsed =
      sluice::glue::parse_configuration(text, environment, sluice::Language::english);
  for (const auto& problem : parsed.problems)
    require(problem.line > 0 && problem.column > 0 && !problem.message.empty(),
            "a problem has a place and words");
  if (!parsed.problems.empty()) return 0;
  for (const auto& layer : parsed.configuration.layers) {
    require(layer.patterns && !layer.name.empty(), "a layer is whole");
    const auto* const matched = layer.get_matched_pattern("daily/summary_20241114.parquet");
    require((matched != nullptr) == layer.matches_filename("daily/summary_20241114.parquet"),
            "both ways to match agree");
  }
  return 0;
}
