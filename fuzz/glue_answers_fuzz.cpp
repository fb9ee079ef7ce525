// Answers of Glue: read as each operation's, or refused as broken.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aws/glue_responses.hpp"
#include "sluice/core/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::aws::glue;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const sluice::codec::JsonValue answer = sluice::codec::parse_json(text, "answer");
    read_workflow_runs(answer);
    for (int operation = 0; operation < 4; ++operation) {
      try {
        if (operation == 0) read_workflow(answer, "w");
        if (operation == 1) read_workflow_run(answer, "w");
        if (operation == 2) read_started_run(answer, "w");
        if (operation == 3) read_resumed_run(answer, "w");
      } catch (const sluice::Error&) {
      }
    }
  } catch (const sluice::Error&) {
  }
  return 0;
}
