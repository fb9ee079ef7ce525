#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/error.hpp"
#include "sluice/ftp/answers.hpp"
#include "sluice/ftp/reply.hpp"

namespace {

using namespace sluice;

void check(bool holds) {
  if (!holds) std::abort();
}

/// The replies, and whether the bytes were refused behind them.
struct Outcome {
  std::vector<ftp::Reply> replies;
  bool refused = false;
};

Outcome read(std::string_view text, std::size_t piece) {
  Outcome outcome;
  ftp::ReplyReader reader;
  try {
    while (!text.empty()) {
      reader.feed(text.substr(0, piece));
      text.remove_prefix(std::min(piece, text.size()));
      while (auto reply = reader.take())
        outcome.replies.push_back(std::move(*reply));
    }
  } catch (const Error& error) {
    check(error.code() == ErrorCode::protocol);
    outcome.refused = true;
  }
  return outcome;
}

template <class Parse>
void parse_port(Parse parse, const ftp::Reply& reply) {
  try {
    check(parse(reply) >= 1024);
  } catch (const Error& error) {
    check(error.code() == ErrorCode::protocol);
  }
}

void take_apart(const ftp::Reply& reply) {
  check(reply.code >= 100 && reply.code <= 599);
  check(!reply.lines.empty() && reply.lines.size() <= ftp::ReplyReader::most_lines);
  ftp::parse_features(reply);
  ftp::parse_path(reply);
  ftp::parse_size(reply);
  ftp::is_too_many(reply);
  parse_port(ftp::parse_passive, reply);
  parse_port(ftp::parse_extended_passive, reply);
  const auto time = ftp::parse_time(reply.lines.back());
  if (time) {
    const auto again = ftp::parse_time(ftp::format_time(*time));
    check(again == std::chrono::floor<std::chrono::seconds>(*time));
  }
  const Error error = ftp::refusal("RETR", "ftp://host", reply, {Secret("hunter2hunter2")});
  check(std::string_view(error.what()).find("hunter2hunter2") == std::string_view::npos);
}

}  // namespace

/// A server's bytes: the same replies however they are cut, each taken apart as any answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Outcome whole = read(text, size + 1);
  for (const ftp::Reply& reply : whole.replies)
    take_apart(reply);
  const Outcome pieces = read(text, 1 + size % 7);
  // A line that is too long is seen earlier where it comes in pieces, never later.
  check(pieces.replies.size() >= whole.replies.size());
  for (std::size_t i = 0; i < whole.replies.size(); ++i) {
    check(pieces.replies[i].code == whole.replies[i].code);
    check(pieces.replies[i].lines == whole.replies[i].lines);
  }
  return 0;
}
