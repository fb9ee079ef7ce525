// Input: one byte that chooses the kind of answer, then the answer. It gives credentials or an
// Error{protocol}.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "aws/credential_answers.hpp"
#include "aws/login_token.hpp"
#include "aws/sso_token.hpp"
#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::aws;

namespace {

void check_token(std::string_view text) {
  const SsoToken token = parse_sso_token(text, "fuzz");
  const SsoToken again = parse_sso_token(format_sso_token(token), "fuzz");
  if (again.access_token != token.access_token || again.expires != token.expires) std::abort();
}

void check_login(std::string_view text) {
  const LoginToken token = parse_login_token(text, "fuzz", "fuzz");
  const LoginToken again = parse_login_token(format_login_token(token), "fuzz", "fuzz");
  const bool same = again.refresh_token == token.refresh_token &&
                    again.dpop_key == token.dpop_key && again.keys.expires == token.keys.expires &&
                    again.keys.secret_access_key == token.keys.secret_access_key;
  if (!same) std::abort();
}

void parse(char kind, std::string_view text) {
  switch (kind) {
    case 'p':
      parse_process_answer(text, "fuzz");
      return;
    case 'c':
      parse_container_answer(text, "fuzz");
      return;
    case 'i':
      parse_instance_answer(text, "fuzz");
      return;
    case 's':
      parse_sso_answer(text, "fuzz");
      return;
    case 'x':
      parse_sts_answer(text, "fuzz");
      return;
    case 'r':
      apply_sso_refresh({}, text, TimePoint(std::chrono::seconds(1'700'000'000)), "fuzz");
      return;
    case 'l':
      check_login(text);
      return;
    case 'L':
      apply_login_refresh({}, text, TimePoint(std::chrono::seconds(1'700'000'000)), "fuzz");
      return;
    case 'e':
      login_refusal(text);
      return;
    default:
      check_token(text);
      return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    parse(text.front(), text.substr(1));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::protocol) std::abort();
  }
  return 0;
}
