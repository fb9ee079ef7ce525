#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/aws/s3_checksum.hpp"
#include "sluice/aws/s3_requests.hpp"
#include "sluice/core/file_info.hpp"
#include "sluice/core/time.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::aws {

// What S3 answers, from bytes to values. Pure. All throw Error{protocol} for what S3 would not say.

struct ListedObject {
  std::string_view key;  ///< Raw bytes.
  std::uint64_t size = 0;
  std::optional<TimePoint> modified;
  std::string_view etag;  ///< Without quotes.
  std::string_view storage_class;
  std::string_view restore_expiry;  ///< Only with ListOptions::restore_status.
  bool restoring = false;
};

/// A page of ListObjectsV2, parsed in place: all views point into `body`. Reused from page to page
/// without allocating.
struct ListPage {
  ListPage() = default;
  ListPage(ListPage&&) = default;
  ListPage& operator=(ListPage&&) = default;

  std::string body;  ///< The answer; parsing overwrites it.
  std::vector<ListedObject> objects;
  std::vector<std::string_view> prefixes;
  bool truncated = false;
  std::string next_token;
};

/// Parses page.body. Keys are decoded if the page says EncodingType url ('+' is a space).
void parse_list_page(ListPage& page);

/// The checksum that S3 keeps of an object.
struct StoredChecksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::none;
  std::string value = {};  ///< Base64, of the whole object; composite ones are left out.
};

/// The essence of a HEAD or GET answer.
struct ObjectHead {
  std::uint64_t size = 0;               ///< Of the whole object, also if a range was asked for.
  std::optional<ByteRange> range = {};  ///< What is served, if not all.
  std::optional<TimePoint> modified = {};
  std::string etag = {};  ///< Without quotes.
  std::string version_id = {};
  StoredChecksum checksum;
  std::uint64_t tag_count = 0;  ///< As far as the server says it: S3 does to who may read tags.
};

ObjectHead parse_object_head(int status, const net::HeaderList& headers,
                             std::optional<std::uint64_t> content_length, std::string_view subject);
/// All that an overwrite must keep, but the tags.
FileExtras parse_object_extras(const net::HeaderList& headers);
StoredChecksum parse_stored_checksum(const net::HeaderList& headers);

/// Without the quotes (and the W/ of a weak tag).
std::string_view unquoted(std::string_view etag);

struct DeleteFailure {
  std::string key = {}, code = {}, message = {};
};
std::vector<DeleteFailure> parse_delete_result(std::string_view body);

std::string parse_upload_id(std::string_view body);
/// The tag that CompleteMultipartUpload, CopyObject and UploadPartCopy answer with (in the body).
/// The 200 came before the work was done: an <Error> is thrown as if its own status had come, what
/// is not whole is Error{unavailable}.
std::string parse_late_etag(std::string_view body, std::string_view operation,
                            std::string_view subject);

struct ListedPart {
  std::uint32_t number = 0;
  std::string etag = {};
  std::uint64_t size = 0;
};
struct PartsPage {
  std::vector<ListedPart> parts;
  bool truncated = false;
  std::uint32_t next_marker = 0;
};
PartsPage parse_parts_page(std::string_view body);

struct ListedUpload {
  std::string key = {}, upload_id = {};
  std::optional<TimePoint> initiated = {};
};
struct UploadsPage {
  std::vector<ListedUpload> uploads;
  bool truncated = false;
  UploadsMarker next;
};
UploadsPage parse_uploads_page(std::string_view body);

struct ListedBucket {
  std::string name = {};
  std::optional<TimePoint> created = {};
};
struct BucketsPage {
  std::vector<ListedBucket> buckets;
  std::string next_token;  ///< Empty: there are no more.
};
BucketsPage parse_buckets_page(std::string_view body);

std::map<std::string, std::string> parse_tagging(std::string_view body);

/// The ETag that S3 gives a multipart object whose parts have these (MD5 of their MD5s); nullopt if
/// theirs are no MD5s.
std::optional<std::string> multipart_etag(std::span<const CompletedPart> parts);

}  // namespace sluice::aws
