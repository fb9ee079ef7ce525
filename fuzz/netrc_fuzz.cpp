#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/codec/netrc.hpp"
#include "sluice/core/error.hpp"

/// A file of logins: found, not found, or refused with a line and nothing of the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view user : {"", "b"}) {
    try {
      const auto found = codec::find_in_netrc(text, "a", user);
      if (found && !user.empty() && !found->login.empty() && found->login != user) std::abort();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::config || !error.subject().starts_with("line ")) std::abort();
    }
  }
  return 0;
}
