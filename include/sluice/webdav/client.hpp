#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/async/byte_stream.hpp"
#include "sluice/async/retry.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/net/http_client.hpp"
#include "sluice/webdav/credentials.hpp"

namespace sluice::webdav {

struct ClientOptions {
  net::Endpoint endpoint;
  std::string subject;  ///< "webdavs://user@host": the server in messages and as its name.
  Credentials credentials;
  RetryPolicy retry = RetryPolicy::exponential();
  /// Downloads, and uploads that are sent as they come, at once: so many of each. The HTTP client
  /// must allow more than both together: what a stream waits for may need a connection, too.
  std::size_t most_streams = 16;
  std::uint64_t most_listing_bytes = 1_GiB;  ///< Of one directory's listing: about 3 million names.
};

/// A file or directory as a PROPFIND tells of it.
struct Resource {
  std::string name{};  ///< In a listing: decoded, without '/'. "" is what was asked for.
  bool collection = false;
  std::optional<std::uint64_t> size{};
  std::optional<TimePoint> modified{};  ///< Whole seconds.
  std::string etag{};                   ///< Without quotes and "W/"; "" if the server has none.
  bool owncloud = false;                ///< The server is of ownCloud's family.
};

/// Takes a listing page by page.
class ResourceSink {
 public:
  virtual ~ResourceSink() = default;
  /// False: nobody wants the rest.
  virtual Task<bool> add(std::vector<Resource> page) = 0;
};

/// Bytes to be sent that do not all lie in memory.
class Body {
 public:
  virtual ~Body() = default;
  virtual std::uint64_t size() const = 0;
  /// Whether begin() can still give the first byte.
  virtual bool can_begin() const = 0;
  /// The bytes from the first one.
  virtual ByteReader& begin() = 0;
};

struct PutOptions {
  std::optional<TimePoint> mtime{};  ///< Sent as X-OC-Mtime.
  bool must_not_exist = false;       ///< If-None-Match: *; servers other than Apache may ignore it.
  /// Further fields (Nextcloud's Destination, OC-Total-Length).
  std::vector<std::pair<std::string, std::string>> fields{};
};
struct PutResult {
  bool mtime_accepted = false;  ///< The answer said "X-OC-Mtime: accepted".
};

struct GetOptions {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length{};  ///< At least 1.
  /// A strong tag with its quotes: another version is sent whole, from its beginning (If-Range).
  std::string if_range{};
};

/// A file on its way down. See HttpResponse for its body.
struct Download {
  net::HttpResponse response;
  std::uint64_t first = 0;              ///< Where the body begins in the file.
  std::optional<std::uint64_t> length;  ///< Of the body.
  std::optional<std::uint64_t> size;    ///< Of the whole file.
  std::optional<TimePoint> modified;
  std::string tag;  ///< The ETag field as sent.
};

enum class Made : std::uint8_t {
  made,            ///< It is new.
  parent_missing,  ///< 409: as a rule, what is above it is missing.
  unclear,         ///< 405 and the like: as a rule, it is there already. find() tells.
};

struct MoveOptions {
  bool overwrite = false;
  /// The tag (as Resource::etag) that what is replaced must have, sent as an If field (RFC 4918
  /// section 10.4). Servers other than Apache may ignore it, or take no tag for the right one.
  std::string replaces{};
  std::vector<std::pair<std::string, std::string>> fields{};
};

/// Speaks WebDAV (RFC 4918) with one server over HTTP/1.1. Lives on the loop; calls may run at once
/// (the HTTP client bounds its connections). It and what it returns must not outlive the HTTP
/// client.
///
/// Paths are raw bytes, absolute on the server ("/dav/a b"); directories are asked for with a '/'
/// at the end, whatever the path has. Every call but move() is one operation with its retries (one
/// budget for the server). Redirects are followed on the same origin only, at most five, and for
/// what changes something only to the same path with a slash; never from https to http.
///
/// Errors: Error with the server's words; subject is the URL. unauthenticated (401), config (a
/// password would go in the clear), not_found, permission_denied, conflict (409, 412; 423 is
/// retried), no_space (507), throttled (429, 503 with Retry-After), protocol (what came is no
/// answer), and those of net::HttpClient.
class Client {
 public:
  Client(Runtime& runtime, std::shared_ptr<net::HttpClient> http, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// PROPFIND, Depth 0. nullopt: it is not there.
  Task<std::optional<Resource>> find(OpContext context, std::string path);
  /// PROPFIND, Depth 1: the names in a directory, in an order of the server's, given on as they
  /// come. What cannot be used (a name that no file can have, or outside of the directory) goes to
  /// `failures`. Only the beginning is tried again: what was given on cannot be taken back. Throws
  /// Error{not_found}, Error{invalid_input} for a file.
  Task<> list(OpContext context, std::string path, ResourceSink& sink,
              std::vector<Error>& failures);
  /// Returns when the answer's head is there; only up to there is it tried again.
  Task<Download> get(OpContext context, std::string path, GetOptions options);
  /// `body` must live until this returns.
  Task<PutResult> put(OpContext context, std::string path, Bytes body, PutOptions options);
  /// Not tried again once body.can_begin() is false, however retryable the Error may be to who can
  /// give the bytes again.
  Task<PutResult> put(OpContext context, std::string path, Body& body, PutOptions options);
  /// One attempt: whether one whose answer was lost has been carried out, only its caller can tell.
  /// Throws Error{conflict} (status 412) if `to` is there and may not be overwritten, or has
  /// another tag than `options` want. A collection
  /// at `to` would be replaced with all that it holds: look first.
  Task<PutResult> move(OpContext context, std::string from, std::string to, MoveOptions options);
  /// COPY of a file onto a name that is the caller's, whatever is there. Not tried again after a
  /// timeout: the server may still be at it.
  Task<> copy(OpContext context, std::string from, std::string to);
  /// DELETE. Of a directory it takes all that is in it. False: it was not there.
  enum class Kind : bool { file, directory };
  Task<bool> remove(OpContext context, std::string path, Kind kind);
  /// MKCOL.
  Task<Made> make_collection(OpContext context, std::string path,
                             std::vector<std::pair<std::string, std::string>> fields);

  /// "webdavs://user@host/path", for messages.
  std::string shown(const std::string& path) const;
  /// "https://host/path", encoded: what a Destination field says.
  std::string url_of(const std::string& path) const;
  const std::string& subject() const;
  /// For who holds a download's or an upload's connection while it waits for others: one permit is
  /// acquired before it begins, and kept until it is over, also while it is begun anew.
  Semaphore& downloads() { return downloads_; }
  Semaphore& uploads() { return uploads_; }
  /// What the server called itself in its last answer ("nginx/1.22.1"); may be empty.
  const std::string& server_name() const;
  Retrier& retrier();

 private:
  class Exchange;

  Task<std::optional<Resource>> find_once(OpContext context, std::string path);
  Task<std::optional<Resource>> find_retried(OpContext context, std::string path);
  Task<bool> is_below_file(OpContext context, std::string path);
  Task<> copy_once(OpContext context, std::string from, std::string to);
  struct Listing;
  Task<> list_attempt(OpContext context, Listing& listing);
  Task<> list_once(OpContext context, Listing& listing);
  Task<bool> give(Listing& listing);
  Task<PutResult> put_once(OpContext context, std::string path, Bytes bytes, Body* body,
                           PutOptions options);
  Task<PutResult> put_body(OpContext context, std::string path, Body& body, PutOptions options,
                           std::optional<Error>& last);

  ClientOptions options_;
  Semaphore downloads_, uploads_;
  std::unique_ptr<Exchange> exchange_;
};

}  // namespace sluice::webdav
