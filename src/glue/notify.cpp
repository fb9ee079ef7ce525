#include "sluice/glue/notify.hpp"

#include <algorithm>

#include "glue/notify_senders.hpp"
#include "sluice/async/task_group.hpp"

namespace sluice::glue {
namespace {

// Whoever looks at the deadline says better what it was waiting for.
constexpr auto grace = std::chrono::milliseconds(500);

}  // namespace

Task<> notify(Runtime& runtime, OpContext context, net::HttpClient& http,
              const NotifyConfig& config, const Notice& notice, const GlueLog& log,
              NotifyOptions options) {
  const SteadyTime own =
      runtime.clock().steady() + std::chrono::duration_cast<SteadyTime::duration>(options.time);
  context = context.shortened_to(own);
  context.load = nullptr;  // a busy webhook says nothing of the file server
  const Sending sending{.runtime = &runtime,
                        .config = &config,
                        .notice = &notice,
                        .log = &log,
                        .options = &options,
                        .backstop = context.deadline + grace};
  TaskGroup group(runtime.executor());
  if (config.webhook && is_due(config.webhook->when, notice.status))
    group.spawn(tell_webhook(sending, context, &http));
  if (config.email && is_due(config.email->when, notice.status))
    group.spawn(tell_by_email(sending, context));
  co_await group.join();
}

}  // namespace sluice::glue
