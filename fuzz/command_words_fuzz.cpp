#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flow/command_words.hpp"
#include "require.hpp"
#include "sluice/core/error.hpp"

namespace {

/// What is quoted for a shell is one word again, and the same one.
void check_quoting(std::string_view text) {
  const std::vector<std::string> words = sluice::split_words(sluice::shell_quoted(text));
  require(words.size() == 1 && words.front() == text, "a quoted text is one word");
}

/// A replacement is never looked at again, whatever stands in it.
void check_replacing(std::string_view text) {
  const std::string once = sluice::replace_names("{a}|{b}", {{"a", std::string(text)}, {"b", "x"}});
  require(once == std::string(text) + "|x", "a value stands as it is");
}

}  // namespace

/// Command lines of steps: words come out of quotes as they went in, or the line is refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    std::size_t length = 0;
    for (const std::string& word : sluice::split_words(text))
      length += word.size();
    require(length <= text.size(), "words are no longer than the line");
  } catch (const sluice::Error& error) {
    require(error.code() == sluice::ErrorCode::invalid_input, "a line is refused as input");
  }
  check_quoting(text);
  check_replacing(text);
  return 0;
}
