#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "s3/error.hpp"
#include "s3/list_token.hpp"
#include "s3/operations.hpp"
#include "s3/xml_writer.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::lab {
namespace {

struct ListQuery {
  std::string prefix;
  std::string delimiter;
  std::string
      after;  ///< Only what sorts above it; a common prefix given here is done with as a whole.
  int max_keys = 1000;
  std::size_t limit = 1000;  ///< Of entries a page; at most max_keys.
  bool url_encoded = false;
  bool plus_for_space = true;
  bool with_owner = false;
};

struct ListEntry {
  std::string name;
  ObjectPtr object;  ///< Null for a common prefix.
};

struct ListPage {
  std::vector<ListEntry> entries;
  bool truncated = false;
};

/// The lowest string above everything that starts with `prefix`; empty if there is none.
std::string above(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff)
    prefix.pop_back();
  if (!prefix.empty())
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

std::string common_prefix_of(const std::string& key, const ListQuery& query) {
  if (query.delimiter.empty()) return {};
  const auto at = key.find(query.delimiter, query.prefix.size());
  return at == std::string::npos ? std::string{} : key.substr(0, at + query.delimiter.size());
}

std::string first_key(const ListQuery& query) {
  if (query.after.empty() || query.after < query.prefix) return query.prefix;
  if (query.after.starts_with(query.prefix) && !query.delimiter.empty() &&
      common_prefix_of(query.after, query) == query.after)
    return above(query.after);
  return query.after + '\0';
}

ListPage take_page(const ObjectIndex& index, const ListQuery& query) {
  ListPage page;
  auto cursor = index.at_or_after(first_key(query));
  while (!cursor.at_end() && cursor.key().starts_with(query.prefix)) {
    if (page.entries.size() == query.limit) {
      page.truncated = query.limit > 0;
      return page;
    }
    auto common = common_prefix_of(cursor.key(), query);
    if (common.empty()) {
      page.entries.push_back({.name = cursor.key(), .object = cursor.object()});
      cursor.advance();
      continue;
    }
    const auto next = above(common);
    page.entries.push_back({.name = std::move(common), .object = nullptr});
    if (next.empty()) return page;
    cursor = index.at_or_after(next);
  }
  return page;
}

ListQuery read_list_query(const S3Request& request) {
  ListQuery query;
  query.prefix = request.query.value_or_empty("prefix");
  query.delimiter = request.query.value_or_empty("delimiter");
  query.max_keys = std::min(1000, number_in(request.query, "max-keys", 1000, 0, 2'147'483'647));
  query.limit = static_cast<std::size_t>(query.max_keys);
  const auto& faults = request.faults;
  if (faults.page_size > 0) query.limit = std::min<std::size_t>(query.limit, faults.page_size);
  query.with_owner = request.query.value_or_empty("fetch-owner") == "true";
  const auto encoding = request.query.value_or_empty("encoding-type");
  if (!encoding.empty() && encoding != "url")
    throw invalid_argument("Invalid Encoding Method specified in Request", "encoding-type",
                           std::string(encoding));
  query.url_encoded = !encoding.empty() && faults.encoding != ListEncoding::none;
  query.plus_for_space = faults.encoding != ListEncoding::percent;
  return query;
}

/// As Java's URLEncoder, and so S3, does it: '+' for a space.
std::string form_encoded(std::string_view text, bool plus_for_space) {
  auto encoded = codec::percent_encode(text, codec::Slash::keep);
  if (!plus_for_space) return encoded;
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const bool space = encoded.compare(i, 3, "%20") == 0;
    out += space ? '+' : encoded[i];
    if (space) i += 2;
  }
  return out;
}

class PageWriter {
 public:
  PageWriter(XmlWriter& xml, const ListQuery& query) : xml_(xml), query_(query) {}

  void name(std::string_view element, std::string_view text) {
    if (query_.url_encoded)
      xml_.text(element, form_encoded(text, query_.plus_for_space));
    else
      xml_.text(element, text);
  }

  void entries(const ListPage& page) {
    for (const auto& entry : page.entries)
      if (entry.object) contents(entry);
    for (const auto& entry : page.entries) {
      if (entry.object) continue;
      xml_.open("CommonPrefixes");
      name("Prefix", entry.name);
      xml_.close("CommonPrefixes");
    }
  }

 private:
  void contents(const ListEntry& entry) {
    xml_.open("Contents");
    name("Key", entry.name);
    xml_.plain("LastModified", time_text(entry.object->modified));
    xml_.etag(entry.object->etag);
    xml_.plain("ChecksumAlgorithm", name_of(entry.object->checksum.algorithm));
    xml_.plain("ChecksumType", name_of(entry.object->checksum.type));
    xml_.number("Size", entry.object->content.size());
    xml_.text("StorageClass", entry.object->attributes.storage_class);
    if (query_.with_owner) {
      xml_.open("Owner");
      xml_.text("ID", "sluice-lab");
      xml_.close("Owner");
    }
    xml_.close("Contents");
  }

  /// Neighbours often share their second.
  std::string_view time_text(TimePoint time) {
    if (time_text_.empty() || time != time_) time_text_ = format_s3_time(time_ = time);
    return time_text_;
  }

  XmlWriter& xml_;
  const ListQuery& query_;
  TimePoint time_{};
  std::string time_text_;
};

ListToken token_of(const S3Request& request) {
  const auto* text = request.query.find("continuation-token");
  if (!text) return {};
  auto token = parse_list_token(*text);
  if (!token)
    throw invalid_argument("The continuation token provided is incorrect", "continuation-token",
                           *text);
  return std::move(*token);
}

std::string next_token(const S3Request& request, const ListToken& asked, const ListPage& page) {
  const auto* given = request.query.find("continuation-token");
  if (given && request.faults.repeat_token) return *given;
  return format_list_token({.page = asked.page + 1, .after = page.entries.back().name});
}

void write_common(XmlWriter& xml, PageWriter& writer, const S3Request& request,
                  const ListQuery& query) {
  xml.text("Name", request.bucket);
  writer.name("Prefix", query.prefix);
  if (!query.delimiter.empty()) writer.name("Delimiter", query.delimiter);
  xml.number("MaxKeys", query.max_keys);
  if (query.url_encoded) xml.plain("EncodingType", "url");
}

}  // namespace

Response list_objects_v2(S3World& world, const S3Request& request) {
  const auto& bucket = bucket_of(world, request);
  auto query = read_list_query(request);
  const auto asked = token_of(request);
  query.after = asked.after;
  if (query.after.empty()) query.after = request.query.value_or_empty("start-after");
  auto page = take_page(bucket.objects, query);
  XmlWriter xml("ListBucketResult");
  xml.reserve(512 + page.entries.size() * 400);
  PageWriter writer(xml, query);
  write_common(xml, writer, request, query);
  if (const auto* token = request.query.find("continuation-token"))
    xml.text("ContinuationToken", *token);
  if (const auto* after = request.query.find("start-after")) writer.name("StartAfter", *after);
  xml.number("KeyCount", page.entries.size());
  xml.flag("IsTruncated", page.truncated);
  if (page.truncated) xml.text("NextContinuationToken", next_token(request, asked, page));
  if (request.faults.disorder) std::ranges::reverse(page.entries);
  writer.entries(page);
  return xml_response(std::move(xml).finish());
}

Response list_objects(S3World& world, const S3Request& request) {
  const auto& bucket = bucket_of(world, request);
  auto query = read_list_query(request);
  query.with_owner = true;
  query.after = request.query.value_or_empty("marker");
  auto page = take_page(bucket.objects, query);
  XmlWriter xml("ListBucketResult");
  PageWriter writer(xml, query);
  write_common(xml, writer, request, query);
  writer.name("Marker", query.after);
  xml.flag("IsTruncated", page.truncated);
  if (page.truncated && !query.delimiter.empty())
    writer.name("NextMarker", page.entries.back().name);
  if (request.faults.disorder) std::ranges::reverse(page.entries);
  writer.entries(page);
  return xml_response(std::move(xml).finish());
}

}  // namespace sluice::lab
