// Input: how many bytes come at once (one byte), then what a server sends. However it is cut, the
// replies are the same, within their limits, and hold no control characters once they are shown.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"
#include "sluice/core/error.hpp"
#include "sluice/smtp/reply.hpp"

using namespace sluice;
using namespace sluice::smtp;

namespace {

struct Outcome {
  std::vector<Reply> replies;
  bool refused = false;
};

Outcome read(std::string_view bytes, std::size_t step) {
  Outcome outcome;
  ReplyReader reader;
  try {
    while (!bytes.empty()) {
      reader.feed(bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
      while (auto reply = reader.take())
        outcome.replies.push_back(std::move(*reply));
    }
  } catch (const Error& error) {
    require(error.code() == ErrorCode::protocol, "what is no reply is a protocol error");
    outcome.refused = true;
  }
  return outcome;
}

bool is_shown_safely(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7f;
  });
}

void check(const Reply& reply) {
  require(reply.code >= 200 && reply.code <= 559, "a reply code");
  require(!reply.lines.empty() && reply.lines.size() <= ReplyReader::most_lines, "lines");
  for (const std::string& line : reply.lines)
    require(line.size() <= ReplyReader::longest_line, "the length of a line");
  require(is_shown_safely(reply.text()), "words on one line");
  const Capabilities offered = parse_capabilities(reply);
  for (const std::string& mechanism : offered.mechanisms)
    require(offered.offers(mechanism) && !mechanism.empty(), "mechanisms");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
  const Outcome cut = read(bytes, std::size_t{data[0]} + 1);
  require(whole.refused == cut.refused, "cuts do not matter");
  require(whole.replies.size() == cut.replies.size(), "cuts do not matter");
  for (std::size_t i = 0; i < whole.replies.size(); ++i) {
    require(whole.replies[i].code == cut.replies[i].code, "the same codes");
    require(whole.replies[i].lines == cut.replies[i].lines, "the same lines");
    check(whole.replies[i]);
  }
  return 0;
}
