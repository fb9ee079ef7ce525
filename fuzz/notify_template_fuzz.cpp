// A template without a problem makes JSON of any notice. Input: the template, a NUL, the texts that
// fill it.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "require.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"
#include "sluice/glue/notify.hpp"

using namespace sluice;

namespace {

bool is_json(const std::string& text) {
  try {
    codec::parse_json(text, "filled");
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::string_view text = input.substr(0, end);
  if (!glue::problem_of_template(text).empty()) return 0;
  const std::string value(input.substr(std::min(end + 1, input.size())));
  glue::Notice notice;
  notice.workflow = notice.run_id = notice.report = notice.host = value;
  notice.errors = {value};
  notice.failed = notice.total_bytes = value.size() * 0x9E3779B97F4A7C15U;
  notice.exit_code = static_cast<int>(value.size());
  require(is_json(glue::fill_template(text, notice)), "what fills a template leaves it JSON");
  return 0;
}
