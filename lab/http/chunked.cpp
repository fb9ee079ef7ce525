#include "http/chunked.hpp"

#include <algorithm>
#include <charconv>

#include "http/request_head.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::lab {
namespace {

constexpr std::size_t max_line_bytes = 8_KiB;

}  // namespace

ChunkedParser::Event ChunkedParser::next(Bytes input) {
  if (state_ == State::done) return {.kind = Kind::end};
  if (state_ == State::data) return data_event(input);
  Event event = take_line(input);
  if (!line_is_whole_) return event;
  switch (state_) {
    case State::size_line:
      return size_event(event);
    case State::data_end:
      if (!line_.empty()) throw BadRequest(400, "a chunk is longer than its size");
      state_ = State::size_line;
      event.kind = Kind::chunk_end;
      return event;
    default:
      event.kind = line_.empty() ? Kind::end : Kind::trailer;
      event.text = line_;
      if (line_.empty()) state_ = State::done;
      return event;
  }
}

ChunkedParser::Event ChunkedParser::take_line(Bytes input) {
  if (line_is_whole_) {
    line_.clear();
    line_is_whole_ = false;
  }
  const auto text = as_text(input);
  const auto end = text.find('\n');
  const auto taken = end == std::string_view::npos ? text.size() : end + 1;
  line_.append(text.substr(0, taken));
  if (line_.size() > max_line_bytes) throw BadRequest(400, "a chunk line is too long");
  if (end != std::string_view::npos) {
    if (!line_.ends_with("\r\n")) throw BadRequest(400, "a chunk line does not end with CRLF");
    line_.resize(line_.size() - 2);
    line_is_whole_ = true;
  }
  return {.kind = Kind::need_more, .consumed = taken};
}

ChunkedParser::Event ChunkedParser::size_event(Event event) {
  const std::string_view line = line_;
  const auto* begin = line.data();
  const auto [end, code] = std::from_chars(begin, begin + line.size(), event.size, 16);
  if (code != std::errc{} || end == begin) throw BadRequest(400, "bad chunk size");
  event.text = line.substr(static_cast<std::size_t>(end - begin));
  if (!event.text.empty() && event.text[0] != ';' && event.text[0] != ' ')
    throw BadRequest(400, "bad chunk size");
  if (event.text.starts_with(';')) event.text.remove_prefix(1);
  event.kind = Kind::chunk_start;
  left_ = event.size;
  state_ = event.size == 0 ? State::trailer : State::data;
  return event;
}

ChunkedParser::Event ChunkedParser::data_event(Bytes input) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  left_ -= taken;
  if (left_ == 0) state_ = State::data_end;
  return {.kind = taken == 0 ? Kind::need_more : Kind::data,
          .consumed = taken,
          .data = input.first(taken)};
}

}  // namespace sluice::lab
