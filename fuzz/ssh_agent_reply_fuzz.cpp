#include <cstddef>
#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "ssh/agent_protocol.hpp"

namespace {

using namespace sluice;

/// Only the errors that are documented.
template <class F>
void attempt(F call) {
  try {
    call();
  } catch (const Error& error) {
    require(error.code() == ErrorCode::protocol || error.code() == ErrorCode::unauthenticated,
            "an agent's nonsense is an error of the protocol");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  attempt([&] {
    std::size_t held = 0;
    for (const ssh::agent::Identity& one : ssh::agent::parse_identities(text))
      held += one.blob.size() + one.comment.size();
    require(held <= size, "no byte is made up");
  });
  attempt([&] { ssh::agent::parse_signature(text); });
  attempt([&] { ssh::agent::wanted_algorithm(text); });
  attempt([&] {
    require(ssh::agent::message_length(text) <= ssh::agent::longest_message, "it is bounded");
  });
  return 0;
}
