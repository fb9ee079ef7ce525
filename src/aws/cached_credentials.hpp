#pragma once

#include <functional>
#include <memory>

#include "sluice/async/runtime.hpp"
#include "sluice/aws/credentials.hpp"

namespace sluice::aws {

/// Gets credentials from their source; called again for each refresh, never twice at once.
using FetchCredentials = std::function<Task<Credentials>(OpContext)>;

/// When credentials are replaced before they end.
struct RefreshWindows {
  Duration advisory;   ///< From here on a refresh runs beside the callers.
  Duration mandatory;  ///< From here on callers wait for it.
};

/// 15 and 10 minutes, less for credentials that live for less than half an hour: else they would be
/// fetched for each call. Pure.
RefreshWindows refresh_windows(Duration lifetime);

/// Keeps what `fetch` gives and refreshes it. `runtime` outlives the provider; refreshes are its
/// background tasks.
std::shared_ptr<CredentialsProvider> make_cached_credentials(Runtime& runtime,
                                                             FetchCredentials fetch);

}  // namespace sluice::aws
