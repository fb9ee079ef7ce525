#include <fmt/format.h>

#include "sluice/glue/config_manager.hpp"

namespace sluice::glue {
namespace {

constexpr Message<std::string_view, std::string_view, std::size_t, std::string_view> matched{
    "{} [{}]: pattern {}: {}", "{} [{}]: パターン {}: {}"};
constexpr Message<std::string_view, std::string_view> unmatched{"{} [{}]: no match",
                                                                "{} [{}]: マッチしません"};

}  // namespace

std::string explain(const Configuration& configuration, std::string_view relative_key,
                    Language language) {
  std::string text;
  for (const LayerConfig& layer : configuration.layers) {
    if (!text.empty()) text += '\n';
    const auto index = layer.matched_index(relative_key);
    if (index) {
      text += say(language, matched, relative_key, std::string_view(layer.name), *index + 1,
                  std::string_view(layer.file_patterns[*index]));
    } else {
      text += say(language, unmatched, relative_key, std::string_view(layer.name));
    }
  }
  return text;
}

}  // namespace sluice::glue
