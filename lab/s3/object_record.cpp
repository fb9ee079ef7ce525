#include "s3/object_record.hpp"

#include <fmt/format.h>

#include <charconv>
#include <initializer_list>

#include "sluice/codec/date.hpp"
#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

void append_line(std::string& out, std::string_view kind,
                 std::initializer_list<std::string_view> words) {
  out.append(kind);
  for (const auto word : words)
    codec::append_percent_encoded(out += ' ', word, codec::Slash::keep);
  out += '\n';
}

void append_pairs(std::string& out, std::string_view kind, const Pairs& pairs) {
  for (const auto& [name, value] : pairs)
    append_line(out, kind, {name, value});
}

Error damaged(std::string_view line) {
  return {ErrorCode::integrity, "read record", std::string(line), "it is damaged"};
}

struct Line {
  std::string_view whole;
  std::string kind{};
  std::vector<std::string> words{};

  const std::string& word(std::size_t i) const {
    if (i >= words.size()) throw damaged(whole);
    return words[i];
  }
  std::uint64_t number(std::size_t i) const {
    const auto& text = word(i);
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size()) throw damaged(whole);
    return value;
  }
};

Line split_line(std::string_view text) {
  Line line{.whole = text};
  line.kind = text.substr(0, text.find(' '));
  text.remove_prefix(line.kind.size());
  while (!text.empty()) {
    text.remove_prefix(1);
    const auto end = std::min(text.find(' '), text.size());
    auto word = codec::percent_decode(text.substr(0, end), codec::Plus::literal);
    if (!word) throw damaged(line.whole);
    line.words.push_back(std::move(*word));
    text.remove_prefix(end);
  }
  return line;
}

void read_checksum(const Line& line, Checksum& checksum) {
  const auto algorithm = parse_checksum_algorithm(line.word(0));
  const auto type = parse_checksum_type(line.word(1));
  if (!algorithm || !type) throw damaged(line.whole);
  checksum = {.algorithm = *algorithm, .type = *type, .value = line.word(2)};
}

void take_line(const Line& line, Object& object, Storage& storage) {
  auto& attributes = object.attributes;
  if (line.kind == "etag") object.etag = line.word(0);
  if (line.kind == "modified")
    object.modified = codec::parse_iso8601(line.word(0)).value_or(TimePoint{});
  if (line.kind == "class") attributes.storage_class = line.word(0);
  if (line.kind == "checksum") read_checksum(line, object.checksum);
  if (line.kind == "system") attributes.system.emplace_back(line.word(0), line.word(1));
  if (line.kind == "meta") attributes.metadata.emplace_back(line.word(0), line.word(1));
  if (line.kind == "tag") attributes.tags.emplace_back(line.word(0), line.word(1));
  if (line.kind == "encryption") attributes.encryption.emplace_back(line.word(0), line.word(1));
  if (line.kind == "part")
    object.parts.push_back({.size = line.number(0), .checksum = line.word(1)});
  if (line.kind == "data")
    object.content.append(Content({Piece{.blob = storage.reopen(line.word(0)),
                                         .offset = line.number(1),
                                         .length = line.number(2)}}));
}

}  // namespace

std::string format_object_record(const Object& object) {
  std::string out;
  append_line(out, "etag", {object.etag});
  append_line(out, "modified", {codec::format_iso8601(object.modified)});
  append_line(out, "class", {object.attributes.storage_class});
  append_line(
      out, "checksum",
      {name_of(object.checksum.algorithm), name_of(object.checksum.type), object.checksum.value});
  append_pairs(out, "system", object.attributes.system);
  append_pairs(out, "meta", object.attributes.metadata);
  append_pairs(out, "tag", object.attributes.tags);
  append_pairs(out, "encryption", object.attributes.encryption);
  for (const auto& part : object.parts)
    append_line(out, "part", {fmt::format("{}", part.size), part.checksum});
  for (const auto& piece : object.content.pieces())
    append_line(
        out, "data",
        {piece.blob->id(), fmt::format("{}", piece.offset), fmt::format("{}", piece.length)});
  return out;
}

Object parse_object_record(std::string_view text, Storage& storage) {
  Object object;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1);
    take_line(split_line(text.substr(0, end)), object, storage);
    text.remove_prefix(end + 1);
  }
  return object;
}

}  // namespace sluice::lab
