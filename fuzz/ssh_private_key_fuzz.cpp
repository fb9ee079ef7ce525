#include <cstddef>
#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "ssh/private_key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const ssh::PrivateKeyFacts facts = ssh::inspect_private_key(text, "file");
    require(facts.public_blob.size() <= size, "no byte is made up");
  } catch (const Error& error) {
    require(error.code() == ErrorCode::config || error.code() == ErrorCode::protocol,
            "a file that is no key is an error of those kinds");
  }
  return 0;
}
