#include "sluice/glue/file_collector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "glue/file_filter.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/glue/messages.hpp"

namespace sluice::glue {
namespace {

bool is_archived(const aws::ListedObject& object) {
  const bool cold = object.storage_class == "GLACIER" || object.storage_class == "DEEP_ARCHIVE";
  return cold && (object.restoring || object.restore_expiry.empty());
}

S3FileInfo file_of(const aws::ListedObject& object, std::size_t pattern) {
  S3FileInfo file;
  file.key = object.key;
  file.size = object.size;
  file.last_modified = object.modified;
  file.etag = object.etag;
  file.matched_pattern = static_cast<std::uint32_t>(pattern);
  file.archived = is_archived(object);
  file.storage_class = object.storage_class;
  return file;
}

// Appends what patterns and filters choose of a page.
void choose(const LayerConfig& layer, const FilterConfig& filters, const aws::ListPage& page,
            std::vector<S3FileInfo>& chosen) {
  for (const aws::ListedObject& object : page.objects) {
    if (object.key.ends_with('/')) continue;  // a "directory" of consoles
    const std::string_view name = relative_key(layer, object.key);
    const auto pattern = layer.matched_index(name);
    if (pattern && passes(filters, object.size, object.modified))
      chosen.push_back(file_of(object, *pattern));
  }
}

Task<> collect_into(S3FileCollector* collector, OpContext context, std::size_t layer,
                    LayerFiles* into) {
  *into = co_await collector->collect_files_for_layer(std::move(context), layer);
}

}  // namespace

std::string_view relative_key(const LayerConfig& layer, std::string_view key) {
  key.remove_prefix(std::min(key.size(), layer.s3_prefix.size()));
  if (key.starts_with('/')) key.remove_prefix(1);
  return key;
}

S3FileCollector::S3FileCollector(Runtime& runtime, ObjectStore& store,
                                 const Configuration& configuration, GlueLog log)
    : runtime_(runtime), store_(store), configuration_(configuration), log_(std::move(log)) {}

Task<> S3FileCollector::list_into(OpContext context, const LayerConfig& layer, LayerFiles& found) {
  const BucketPlace place{.bucket = layer.s3_bucket, .region = layer.region};
  const FilterConfig& filters = configuration_.filters;
  aws::ListOptions options;
  options.prefix = layer.s3_prefix;
  options.restore_status = true;
  aws::ListPage page;
  do {
    co_await store_.list(context, place, options, page);
    found.listed += page.objects.size();
    std::vector<S3FileInfo> chosen;
    choose(layer, filters, page, chosen);
    if (!filters.metadata.empty() && !chosen.empty()) {
      const std::shared_ptr<FileSystem> files = co_await store_.open(context, place);
      co_await keep_by_metadata(context, filters, *files, chosen);
    }
    std::move(chosen.begin(), chosen.end(), std::back_inserter(found.files));
    options.continuation_token = page.next_token;
  } while (page.truncated);
}

Task<LayerFiles> S3FileCollector::collect_files_for_layer(OpContext context, std::size_t layer) {
  LayerFiles found;
  found.layer = layer;
  try {
    co_await list_into(std::move(context), configuration_.layers.at(layer), found);
  } catch (...) {
    found.failure = error_from(std::current_exception());
  }
  if (found.failure && found.failure->code() == ErrorCode::cancelled) throw *found.failure;
  co_return found;
}

Task<std::vector<LayerFiles>> S3FileCollector::collect_all_layers(OpContext context) {
  std::vector<LayerFiles> found(configuration_.layers.size());
  TaskGroup group(runtime_.executor());
  for (std::size_t layer = 0; layer < found.size(); ++layer)
    group.spawn(collect_into(this, context, layer, &found[layer]));
  co_await group.join();
  for (const LayerFiles& each : found) {
    if (each.failure) continue;
    const std::string& name = configuration_.layers[each.layer].name;
    log_.info(Component::s3, messages::layer_count, name, each.files.size());
    if (each.files.empty()) log_.warning(Component::s3, messages::no_match, name);
  }
  co_return found;
}

void check_file_counts(const Configuration& configuration, const std::vector<LayerFiles>& found,
                       const GlueLog& log) {
  std::exception_ptr first;
  for (const LayerFiles& each : found) {
    const LayerConfig& layer = configuration.layers[each.layer];
    const std::uint64_t count = each.files.size();
    if (each.failure || layer.validate_file_count(count)) continue;
    const std::string_view name = layer.name;
    if (!layer.required) {
      const std::string most = layer.max_files ? fmt::format("{}", *layer.max_files)
                                               : say(log.language(), messages::unlimited);
      log.warning(Component::s3, messages::outside_range, name, count, layer.least_files(), most);
      continue;
    }
    const bool few = count < layer.least_files();
    const std::string text =
        few ? say(log.language(), messages::too_few, name, count, layer.least_files())
            : say(log.language(), messages::too_many, name, count, *layer.max_files);
    if (first) {
      log.write(LogLevel::error, Component::s3, text);
      continue;
    }
    const Error error(ErrorCode::not_found, "collect", layer.get_s3_path(), text);
    first = few ? std::make_exception_ptr(InsufficientFilesError(error))
                : std::make_exception_ptr(TooManyFilesError(error));
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace sluice::glue
