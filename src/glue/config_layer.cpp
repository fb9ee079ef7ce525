#include <fmt/format.h>

#include <algorithm>

#include "glue/config_sections.hpp"
#include "sluice/aws/endpoints.hpp"
#include "sluice/core/error.hpp"

namespace sluice::glue {
namespace {

constexpr std::uint64_t most_files = 1'000'000'000;
constexpr std::size_t longest_name = 100;

bool is_directory_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name) return false;
  if (name.front() == '.' || name.front() == ' ' || name.back() == ' ' || name.back() == '.')
    return false;
  return std::ranges::none_of(name, [](char c) {
    return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

void read_name(MapReader& layer, LayerConfig& into) {
  into.name = layer.needed_text("name");
  if (!into.name.empty() && !is_directory_name(into.name))
    layer.problems().add(layer.place_of("name"), layer.key_of("name"), messages::bad_layer_name);
  into.display_name = layer.text("display_name").value_or(into.name);
}

void read_place(MapReader& layer, LayerConfig& into) {
  into.s3_bucket = layer.needed_text("s3_bucket");
  if (!into.s3_bucket.empty()) {
    try {
      aws::check_bucket_name(into.s3_bucket);
    } catch (const Error& error) {
      layer.problems().add(layer.place_of("s3_bucket"), layer.key_of("s3_bucket"),
                           messages::bad_bucket, std::string_view(error.message()));
    }
  }
  // The whole bucket is "" or "/".
  const codec::YamlValue* const prefix = layer.value("s3_prefix");
  if (!prefix) layer.problems().add(layer.place(), layer.key_of("s3_prefix"), messages::missing);
  into.s3_prefix = layer.text("s3_prefix").value_or("");
  if (into.s3_prefix.starts_with('/')) into.s3_prefix.erase(0, 1);
  into.region = layer.text("region").value_or("");
}

/// The patterns with where each stands.
std::vector<std::pair<std::string, codec::YamlPlace>> read_patterns(MapReader& layer,
                                                                    LayerConfig& into) {
  std::vector<std::pair<std::string, codec::YamlPlace>> places;
  const codec::YamlValue* const many = layer.value("file_patterns");
  const codec::YamlValue* const one = layer.value("file_pattern");
  if (many && one) {
    layer.problems().add(one->place, layer.key_of("file_pattern"), messages::both_patterns);
  } else if (!many && !one) {
    layer.problems().add(layer.place(), layer.key_of("file_patterns"), messages::missing);
  }
  if (many) {
    into.file_patterns = layer.texts("file_patterns").value_or(std::vector<std::string>());
    for (std::size_t i = 0; many->is_list() && i < many->items.size(); ++i)
      places.emplace_back(fmt::format("{}[{}]", layer.key_of("file_patterns"), i),
                          many->items[i].place);
  } else if (auto pattern = layer.text("file_pattern")) {
    into.file_patterns.push_back(std::move(*pattern));
    places.emplace_back(layer.key_of("file_pattern"), one->place);
  }
  return places;
}

void compile_patterns(MapReader& layer, LayerConfig& into) {
  const auto places = read_patterns(layer, into);
  bool all = true;
  for (std::size_t i = 0; i < into.file_patterns.size() && i < places.size(); ++i) {
    try {
      codec::PatternSet(std::span(into.file_patterns).subspan(i, 1));
    } catch (const Error& error) {
      all = false;
      layer.problems().add(places[i].second, places[i].first, messages::bad_pattern,
                           std::string_view(error.message()));
    }
  }
  const std::vector<std::string> usable = all ? into.file_patterns : std::vector<std::string>();
  into.patterns = std::make_shared<const codec::PatternSet>(usable);
}

void read_counts(MapReader& layer, LayerConfig& into) {
  layer.boolean("required", into.required);
  into.min_files = layer.integer("min_files", 0, most_files).value_or(0);
  into.max_files = layer.integer("max_files", 0, most_files);
  if (into.max_files && *into.max_files < into.least_files()) {
    layer.problems().add(layer.place_of("max_files"), layer.key_of("max_files"), messages::reversed,
                         fmt::format("min_files ({})", into.least_files()),
                         fmt::format("max_files ({})", *into.max_files));
  }
}

}  // namespace

LayerConfig read_layer(MapReader& layer) {
  LayerConfig read;
  read_name(layer, read);
  read_place(layer, read);
  compile_patterns(layer, read);
  read_counts(layer, read);
  return read;
}

}  // namespace sluice::glue
