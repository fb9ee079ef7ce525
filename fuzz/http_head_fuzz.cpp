// Our response head parser against Beast's on the same bytes: where both accept, both must read the
// same.
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "net/ascii.hpp"
#include "net/framing.hpp"
#include "net/response_head.hpp"

namespace {

namespace http = boost::beast::http;
using namespace sluice::net;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string lower_case(std::string_view text) {
  std::string lower;
  for (const char c : text)
    lower += to_lower(c);
  return lower;
}

void compare(std::string_view text, const ResponseHead& head, const Framing& framing,
             const http::response<http::empty_body>& other) {
  require(static_cast<int>(other.result_int()) == head.status);
  require(static_cast<int>(other.version()) == 10 + head.minor_version);
  // Beast moves fields of one name next to each other; within a name both must keep the order.
  std::multimap<std::string, std::string> ours, theirs;
  const HeaderList fields(std::string(text), head.fields);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    ours.emplace(lower_case(fields[i].first), fields[i].second);
  }
  for (const auto& field : other)
    theirs.emplace(lower_case(field.name_string()), field.value());
  require(ours == theirs);
  require(other.chunked() == (framing.kind == BodyKind::chunked) || framing.kind == BodyKind::none);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view received(reinterpret_cast<const char*>(data), size);
  const std::size_t length = head_length(received, 0);
  // What is refused early is never complete and well-formed.
  ResponseHead head;
  const std::string_view text = received.substr(0, length);
  const bool accepted = length > 0 && parse_response_head(text, head).empty();
  if (accepted) require(refuse_early(received).empty());
  Framing framing;
  if (!accepted || !decide_framing(text, head, RequestKind::plain, framing).empty()) return 0;
  for (const auto& field : head.fields) {
    require(field.name + field.name_length < length && field.value + field.value_length <= length);
  }
  http::response_parser<http::empty_body> parser;
  parser.header_limit(1 << 20);
  parser.body_limit(boost::none);
  parser.skip(true);
  boost::system::error_code refused;
  parser.put(boost::asio::buffer(text.data(), text.size()), refused);
  if (!refused && parser.is_header_done()) compare(text, head, framing, parser.get());
  return 0;
}
