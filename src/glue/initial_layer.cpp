#include <algorithm>
#include <exception>
#include <utility>

#include "glue/failure.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/glue/messages.hpp"
#include "sluice/glue/workflow_validator.hpp"

namespace sluice::glue {
namespace {

/// Why the layer is not ready: null if it is.
std::exception_ptr verdict(const LayerConfig& layer, const LayerFiles& found, Duration timeout,
                           Language language) {
  if (found.failure) return failure::of_layer(layer, *found.failure, language);
  const std::uint64_t count = found.files.size();
  if (layer.validate_file_count(count)) return nullptr;
  const std::string_view name = layer.name;
  const auto error = [&layer](std::string text) {
    return Error(ErrorCode::not_found, "check", layer.get_s3_path(), std::move(text));
  };
  if (count == 0) {
    const auto seconds = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
    return std::make_exception_ptr(InitialLayerFileNotFoundError(
        error(say(language, messages::initial_layer_missing, name, seconds))));
  }
  if (count < layer.least_files()) {
    return std::make_exception_ptr(InsufficientFilesError(
        error(say(language, messages::too_few, name, count, layer.least_files()))));
  }
  return std::make_exception_ptr(TooManyFilesError(
      error(say(language, messages::too_many, name, count, layer.max_files.value_or(0)))));
}

// Access that is denied does not come by waiting.
bool is_final(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const PermissionError&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

Task<> WorkflowValidator::check_initial_layer_files(OpContext context, Look look) {
  const WorkflowConfig& workflow = configuration_.workflow;
  const Duration timeout =
      look == Look::once ? Duration::zero() : workflow.initial_layer_check_timeout;
  const SteadyTime deadline =
      runtime_.clock().steady() + std::chrono::duration_cast<SteadyTime::duration>(timeout);
  for (std::size_t i = 0; i < configuration_.layers.size(); ++i) {
    const LayerConfig& layer = configuration_.layers[i];
    if (!layer.required) continue;
    for (;;) {
      const LayerFiles found = co_await collector_.collect_files_for_layer(context, i);
      const std::exception_ptr missing = verdict(layer, found, timeout, log_.language());
      if (!missing) {
        log_.info(Component::s3, messages::initial_layer_ready, layer.name, found.files.size());
        break;
      }
      const SteadyTime now = runtime_.clock().steady();
      if (now >= deadline || is_final(missing)) std::rethrow_exception(missing);
      const Duration left = deadline - now;
      co_await sleep_for(std::min(workflow.polling_interval, left));
    }
  }
}

}  // namespace sluice::glue
