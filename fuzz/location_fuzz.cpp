#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sluice/core/error.hpp"
#include "sluice/fs/location.hpp"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_s3(std::string_view url, const sluice::Location& location) {
  check(location.bucket.find('/') == std::string::npos);
  if (location.is_service()) return check(url == "s3://" || url == "s3:");
  const std::string bare = "s3://" + location.bucket;
  check(url == bare + "/" + location.path || (url == bare && location.path.empty()));
}

}  // namespace

/// Where URLs point: nothing of them is lost or made up.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view url(reinterpret_cast<const char*>(data), size);
  try {
    const sluice::Location location = sluice::parse_location(url);
    if (location.scheme == sluice::Scheme::s3) {
      check_s3(url, location);
    } else if (sluice::has_host(location.scheme)) {
      check(!location.host.empty() && location.bucket.empty());
      check(location.path.find('\0') == std::string::npos);
      // What names the server names it again.
      check(sluice::parse_location(location.server()).host == location.host ||
            location.user.find_first_of("@:/%") != std::string::npos);
    } else {
      check(location.bucket.empty() && !location.path.empty());
      check(url == location.path || url == "file://" + location.path);
    }
  } catch (const sluice::Error& error) {
    check(error.code() == sluice::ErrorCode::invalid_input ||
          error.code() == sluice::ErrorCode::unsupported);
  }
  const sluice::SplitPath parts = sluice::split_path(url);
  check(parts.name.find('/') == std::string::npos);
  return 0;
}
