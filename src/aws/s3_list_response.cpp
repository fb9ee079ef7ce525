#include <charconv>

#include "aws/s3_page_reader.hpp"
#include "aws/s3_response_text.hpp"
#include "sluice/aws/s3_responses.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

using Event = PageReader::Event;

[[noreturn]] void refuse(std::string reason) {
  throw Error(ErrorCode::protocol, "parse S3 listing", "", std::move(reason));
}

/// `text` is a part of the page's body: what becomes shorter by decoding is written over it.
std::string_view overwrite(std::string_view text, std::string_view decoded) {
  char* const place = const_cast<char*>(text.data());  // the body is the page's own
  decoded.copy(place, decoded.size());
  return {place, decoded.size()};
}

/// References resolved. They are rare in a page with encoding-type=url, but for the quotes of ETags
/// (see etag_of).
std::string_view resolved(std::string_view text) {
  if (text.find('&') == std::string_view::npos) return text;
  const std::string document = "<t>" + std::string(text) + "</t>";
  return overwrite(text, codec::parse_xml(document, "S3 listing").text);
}

std::string_view etag_of(std::string_view text) {
  // The second is how Go writes it.
  for (const std::string_view quote : {std::string_view("&quot;"), std::string_view("&#34;")}) {
    if (text.starts_with(quote) && text.size() >= 2 * quote.size() && text.ends_with(quote)) {
      text = text.substr(quote.size(), text.size() - 2 * quote.size());
    }
  }
  return unquoted(resolved(text));
}

class ListParser {
 public:
  explicit ListParser(ListPage& page) : page_(page), reader_(page.body) {}

  void parse() {
    if (reader_.next() != Event::open || reader_.name() != "ListBucketResult")
      refuse("no ListBucketResult");
    while (reader_.depth() > 0) {
      if (reader_.next() == Event::close) {
        if (reader_.depth() == 1) page_field(reader_.name());
      } else if (reader_.name() == "Contents") {
        parse_object();
      } else if (reader_.name() == "CommonPrefixes") {
        parse_prefix();
      }
    }
    if (page_.truncated && page_.next_token.empty()) refuse("truncated, but no token for the rest");
    decode_keys();
  }

 private:
  void page_field(std::string_view name) {
    if (name == "IsTruncated") page_.truncated = reader_.text() == "true";
    if (name == "NextContinuationToken") page_.next_token = resolved(reader_.text());
    if (name == "EncodingType") url_encoded_ = reader_.text() == "url";
  }

  void parse_object() {
    const std::size_t level = reader_.depth();
    ListedObject& object = page_.objects.emplace_back();
    bool has_size = false;
    while (reader_.depth() >= level) {
      if (reader_.next() != Event::close || reader_.depth() < level) continue;
      const std::string_view name = reader_.name();
      const std::string_view text = reader_.text();
      if (reader_.depth() > level) {
        restore_field(object, name, text);
      } else if (name == "Key") {
        object.key = resolved(text);
      } else if (name == "Size") {
        object.size = number_of(text);
        has_size = true;
      } else if (name == "LastModified") {
        object.modified = codec::parse_iso8601(text);
        if (!object.modified) refuse("a LastModified that is no date");
      } else if (name == "ETag") {
        object.etag = etag_of(text);
      } else if (name == "StorageClass") {
        object.storage_class = text;
      }
    }
    if (object.key.empty() || !has_size) refuse("an object without key or size");
  }

  static void restore_field(ListedObject& object, std::string_view name, std::string_view text) {
    if (name == "IsRestoreInProgress") object.restoring = text == "true";
    if (name == "RestoreExpiryDate") object.restore_expiry = text;
  }

  void parse_prefix() {
    const std::size_t level = reader_.depth();
    while (reader_.depth() >= level) {
      if (reader_.next() == Event::close && reader_.name() == "Prefix" &&
          reader_.depth() == level) {
        page_.prefixes.push_back(resolved(reader_.text()));
      }
    }
  }

  void decode_keys() {
    if (!url_encoded_) return;  // S3 may say so after the objects
    for (ListedObject& object : page_.objects)
      object.key = form_decoded(object.key);
    for (std::string_view& prefix : page_.prefixes)
      prefix = form_decoded(prefix);
  }

  static std::string_view form_decoded(std::string_view text) {
    const bool plain =
        text.find('%') == std::string_view::npos && text.find('+') == std::string_view::npos;
    if (plain) return text;
    return overwrite(text, decode_form(text));
  }

  ListPage& page_;
  PageReader reader_;
  bool url_encoded_ = false;
};

}  // namespace

void parse_list_page(ListPage& page) {
  page.objects.clear();
  page.prefixes.clear();
  page.truncated = false;
  page.next_token.clear();
  ListParser(page).parse();
}

}  // namespace sluice::aws
