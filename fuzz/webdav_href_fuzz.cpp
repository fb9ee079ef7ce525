// An href is a name in its directory, or it is not taken; a redirect never leaves its origin. The
// first line is the directory's target, the rest the href.
#include <string>
#include <string_view>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "sluice/webdav/href.hpp"
#include "webdav/refusal.hpp"

using sluice::webdav::HrefKind;
using sluice::webdav::HrefResolver;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view base = text.substr(0, line), href = text.substr(line + 1);
  const sluice::net::Endpoint here{.tls = true, .host = "dav.example", .port = 443};
  if (const auto target = sluice::webdav::redirect_target(here, "GET", base, href))
    require(target->starts_with('/') && !target->starts_with("//"), "a redirect stays here");
  try {
    const HrefResolver resolver(here, base);
    const auto found = resolver.resolve(href);
    if (found.kind != HrefKind::child) {
      require(found.name.empty(), "only a child has a name");
      return 0;
    }
    const std::string& name = found.name;
    require(!name.empty() && name != "." && name != "..", "a child's name is one");
    require(name.find('/') == std::string::npos && name.find('\0') == std::string::npos,
            "a child is no way out");
    const auto again = resolver.resolve(sluice::webdav::target_of(name));
    require(again.kind == HrefKind::child && again.name == name, "a name comes back");
  } catch (const sluice::Error& error) {
    require(error.code() == sluice::ErrorCode::invalid_input, "a bad directory is bad input");
  }
  return 0;
}
