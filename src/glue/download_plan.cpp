#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "glue/file_messages.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/glue/file_collector.hpp"
#include "sluice/glue/file_downloader.hpp"

namespace sluice::glue {
namespace {

std::string_view suffix_of(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return ".gz";
    case Compression::zstd:
      return ".zst";
    case Compression::none:
      break;
  }
  return "";
}

std::string path_for(const LayerConfig& layer, const DownloadConfig& download,
                     const S3FileInfo& file) {
  const std::string_view relative = relative_key(layer, file.key);
  const std::string_view name = download.preserve_structure ? relative : file.get_filename();
  return fmt::format("layers/{}/{}{}", layer.name, name, suffix_of(download.compress));
}

[[noreturn]] void throw_clash(const LayerConfig& layer, const LayerDownload& planned,
                              std::size_t one, std::size_t other, Language language) {
  const std::string first = s3_uri(layer.s3_bucket, planned.found.files[one].key);
  const std::string second = s3_uri(layer.s3_bucket, planned.found.files[other].key);
  throw ConfigurationError(
      Error(ErrorCode::conflict, "plan", second,
            say(language, messages::one_path, std::string_view(first), std::string_view(second),
                std::string_view(planned.local_paths[other]))));
}

// Two files of one name, or a file where another one wants a directory.
void refuse_clashes(const LayerConfig& layer, const LayerDownload& planned, Language language) {
  std::unordered_map<std::string_view, std::size_t> taken;
  taken.reserve(planned.local_paths.size());
  for (std::size_t i = 0; i < planned.local_paths.size(); ++i) {
    if (planned.outcomes[i].status == DownloadStatus::failed) continue;
    const auto [at, fresh] = taken.emplace(planned.local_paths[i], i);
    if (!fresh) throw_clash(layer, planned, at->second, i, language);
  }
  for (const auto& [path, i] : taken) {
    const std::size_t own = std::string_view("layers/").size() + layer.name.size() + 1;
    for (std::size_t slash = path.find('/', own); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      const auto file = taken.find(path.substr(0, slash));
      if (file != taken.end()) throw_clash(layer, planned, file->second, i, language);
    }
  }
}

LayerDownload plan_layer(const Configuration& configuration, LayerFiles found, Language language) {
  const LayerConfig& layer = configuration.layers[found.layer];
  LayerDownload planned;
  planned.found = std::move(found);
  const std::size_t count = planned.found.files.size();
  planned.local_paths.reserve(count);
  planned.outcomes.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const S3FileInfo& file = planned.found.files[i];
    planned.local_paths.push_back(path_for(layer, configuration.download, file));
    if (const auto refusal = refusal_of(planned.local_paths.back())) {
      planned.outcomes[i] = {.status = DownloadStatus::failed,
                             .error = say(language, messages::bad_path, std::string_view(*refusal)),
                             .started = {},
                             .ended = {}};
    }
  }
  refuse_clashes(layer, planned, language);
  return planned;
}

}  // namespace

std::vector<LayerDownload> plan_downloads(const Configuration& configuration,
                                          std::vector<LayerFiles> found, Language language) {
  std::vector<LayerDownload> plan;
  plan.reserve(found.size());
  for (LayerFiles& layer : found)
    plan.push_back(plan_layer(configuration, std::move(layer), language));
  return plan;
}

}  // namespace sluice::glue
