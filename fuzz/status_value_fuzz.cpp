// The stored values of the status memory: what is accepted is written and read back as it was.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "sluice/state/status_records.hpp"

namespace {

using namespace sluice;

template <class Parse, class Check>
void accept_or_refuse(std::string_view input, Parse parse, Check check) {
  try {
    check(parse(input, "key"));
  } catch (const Error& error) {
    require(error.code() == ErrorCode::integrity, "a bad value is an integrity error");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  accept_or_refuse(input, parse_completed, [](const CompletedRecord& record) {
    require(parse_completed(completed_json("a/b", record), "key") == record, "completed");
  });
  accept_or_refuse(input, parse_error, [](const ErrorRecord& record) {
    require(parse_error(error_json(record), "key") == record, "error");
  });
  accept_or_refuse(input, parse_intent, [](const IntentRecord& record) {
    require(parse_intent(intent_json("a/b", record), "key") == record, "intent");
  });
  return 0;
}
