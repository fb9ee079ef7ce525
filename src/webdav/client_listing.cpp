#include <fmt/format.h>

#include "sluice/async/errors.hpp"
#include "sluice/core/redaction.hpp"
#include "sluice/webdav/date.hpp"
#include "sluice/webdav/href.hpp"
#include "sluice/webdav/multistatus.hpp"
#include "webdav/exchange.hpp"
#include "webdav/requests.hpp"

namespace sluice::webdav {
namespace {

constexpr std::size_t piece = 64_KiB;
constexpr std::size_t page_size = 500;
constexpr std::size_t one_answer = 1_MiB;
constexpr std::size_t longest_name = 300;  // in an error

/// Apache refuses to look below a file (400), others may do so in other ways.
bool may_be_below_file(const Error& error) {
  return error.status() == 400 || error.status() == 403 || error.status() == 405 ||
         error.status() == 409;
}

/// "" above the root. Without a '/' at its end.
std::string directory_above(std::string path) {
  while (path.ends_with('/'))
    path.pop_back();
  path.resize(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'));
  return path;
}

Resource resource_of(const MultistatusEntry& entry) {
  return {.collection = entry.collection,
          .size = entry.size,
          .modified = parse_dav_date(entry.modified),
          .etag = entry.etag,
          .owncloud = entry.owncloud};
}

/// A 200 comes from servers that have never heard of PROPFIND.
Error no_webdav(const Asked& asked, int status) {
  return Error(ErrorCode::unsupported, asked.operation, asked.subject,
               "the server does not speak WebDAV here")
      .with_status(status);
}

}  // namespace

/// A listing on its way.
struct Client::Listing {
  std::string path;
  Asked asked;
  ResourceSink& sink;
  std::vector<Error>& failures;
  std::size_t failures_before;  ///< Those of others.
  bool given = false;
  bool self_seen = false, self_is_file = false;
  std::vector<Resource> page{};

  void take(const MultistatusEntry& entry, const HrefResolver& resolver);
  void add_child(const MultistatusEntry& entry, std::string name);
  void fail(ErrorCode code, std::string message) {
    failures.emplace_back(code, "list", asked.subject, std::move(message));
  }
};

void Client::Listing::take(const MultistatusEntry& entry, const HrefResolver& resolver) {
  ResolvedHref href = resolver.resolve(entry.href);
  switch (href.kind) {
    case HrefKind::self:
      self_seen = true;
      self_is_file = entry.has_properties && !entry.collection;
      return;
    case HrefKind::child:
      return add_child(entry, std::move(href.name));
    case HrefKind::outside:
      return fail(ErrorCode::protocol, "the server lists a name that is not in the directory: " +
                                           one_line(entry.href, longest_name));
    case HrefKind::foreign:
      return fail(ErrorCode::protocol, "the server lists a name of another server");
    case HrefKind::refused:
      return fail(ErrorCode::protocol, "the server gave a name that no file can have: " +
                                           one_line(entry.href, longest_name));
  }
}

void Client::Listing::add_child(const MultistatusEntry& entry, std::string name) {
  if (entry.status == 404 || entry.status == 410) return;  // it went away meanwhile
  if (!entry.has_properties) {
    Error failure = refusal(
        {"PROPFIND", "list", asked.subject + (asked.subject.ends_with('/') ? "" : "/") + name},
        entry.status, {}, entry.description);
    failures.push_back(std::move(failure));
    return;
  }
  Resource& resource = page.emplace_back(resource_of(entry));
  resource.name = std::move(name);
}

Task<bool> Client::give(Listing& listing) {
  if (listing.page.empty()) co_return true;
  listing.given = true;
  std::vector<Resource> page = std::move(listing.page);
  listing.page.clear();
  co_return co_await listing.sink.add(std::move(page));
}

Task<> Client::list_once(OpContext context, Listing& listing) {
  std::string target = collection_target_of(listing.path);
  Reply reply = co_await exchange_->propfind(std::move(context), listing.asked, std::move(target),
                                             "1", Properties::file);
  const int status = reply.response.status();
  if (status == 200) throw no_webdav(listing.asked, status);
  if (status != 207) throw co_await exchange_->refusal_of(listing.asked, std::move(reply.response));
  const HrefResolver resolver(options_.endpoint, reply.target);
  MultistatusReader reader;
  std::vector<std::byte> buffer(piece);
  std::uint64_t total = 0;
  for (;;) {
    const std::size_t count = co_await reply.response.read(buffer);
    total += count;
    if (total > options_.most_listing_bytes)
      throw Error(ErrorCode::protocol, "list", listing.asked.subject,
                  fmt::format("the listing is longer than {} bytes", options_.most_listing_bytes));
    if (count == 0) reader.finish();
    reader.feed(as_text(Bytes(buffer).first(count)));
    while (const auto entry = reader.next()) {
      listing.take(*entry, resolver);
      if (listing.page.size() < page_size) continue;
      const bool wanted = co_await give(listing);
      if (!wanted) co_return;
    }
    if (count == 0) break;
  }
  if (listing.self_is_file)
    throw Error(ErrorCode::invalid_input, "list", listing.asked.subject, "it is no directory");
  // RFC 4918 section 9.1 wants it there. Where its name is another one, as behind a proxy that
  // changes paths, what was listed may be anything, and an empty directory would be a lie.
  if (!listing.self_seen)
    throw Error(ErrorCode::protocol, "list", listing.asked.subject,
                "the listing does not name the directory itself");
  co_await give(listing);
}

/// What has been given on cannot be taken back.
Task<> Client::list_attempt(OpContext context, Listing& listing) {
  std::optional<Error> failure;
  try {
    co_await list_once(std::move(context), listing);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (!failure) co_return;
  if (listing.given) {
    failure->with_retryable(false);
  } else {
    listing.failures.erase(
        listing.failures.begin() + static_cast<std::ptrdiff_t>(listing.failures_before),
        listing.failures.end());
    listing.page.clear();
  }
  throw *failure;
}

Task<> Client::list(OpContext context, std::string path, ResourceSink& sink,
                    std::vector<Error>& failures) {
  Listing listing{.path = path,
                  .asked = {"PROPFIND", "list", shown(path)},
                  .sink = sink,
                  .failures = failures,
                  .failures_before = failures.size()};
  auto once = [this, &context, &listing] { return list_attempt(context, listing); };
  std::optional<Error> refused;
  try {
    co_await exchange_->retrier().run(context, Safety::idempotent, once);
  } catch (const Error& error) {
    if (!may_be_below_file(error)) throw;
    refused = error;
  }
  if (!refused) co_return;
  const bool below = co_await is_below_file(std::move(context), path);
  if (!below) throw *refused;
  throw Error(ErrorCode::not_found, "list", listing.asked.subject, "there is a file above it")
      .caused_by(*refused);
}

Task<std::optional<Resource>> Client::find_once(OpContext context, std::string path) {
  const Asked asked{"PROPFIND", "look at", shown(path)};
  std::string target = target_of(path);
  Reply reply = co_await exchange_->propfind(std::move(context), asked, std::move(target), "0",
                                             Properties::file_and_kind);
  const int status = reply.response.status();
  if (status == 404 || status == 410) {
    co_await Exchange::dismiss(std::move(reply.response));
    co_return std::nullopt;
  }
  if (status == 200) throw no_webdav(asked, status);
  if (status != 207) throw co_await exchange_->refusal_of(asked, std::move(reply.response));
  MultistatusReader reader;
  const std::string body = co_await reply.response.read_all(one_answer);
  reader.feed(body);
  reader.finish();
  const auto entry = reader.next();
  const auto another = entry ? reader.next() : std::nullopt;
  // One that is alone is what was asked for, whatever a proxy has made of its name.
  if (!entry || another)
    throw Error(ErrorCode::protocol, asked.operation, asked.subject,
                "the server does not answer for one file");
  if (entry->status == 404 || entry->status == 410) co_return std::nullopt;
  if (!entry->has_properties) throw refusal(asked, entry->status, {}, entry->description);
  co_return resource_of(*entry);
}

Task<std::optional<Resource>> Client::find_retried(OpContext context, std::string path) {
  auto once = [this, &context, &path] { return find_once(context, path); };
  co_return co_await exchange_->retrier().run(context, Safety::idempotent, once);
}

/// Whether the nearest thing that is above it is a file, or nothing is there. With a slash first:
/// without one, the place that a server begins at may be another server's.
Task<bool> Client::is_below_file(OpContext context, std::string path) {
  for (std::string above = directory_above(path); !above.empty(); above = directory_above(above)) {
    for (const char* const end : {"/", ""}) {
      std::optional<Error> refused;
      std::optional<Resource> found;
      try {
        found = co_await find_retried(context, above + end);
      } catch (const Error& error) {
        if (!may_be_below_file(error)) throw;
        refused = error;
      }
      if (!refused) co_return !found || !found->collection;
    }
  }
  co_return false;
}

Task<std::optional<Resource>> Client::find(OpContext context, std::string path) {
  std::optional<Error> refused;
  try {
    co_return co_await find_retried(context, path);
  } catch (const Error& error) {
    if (!may_be_below_file(error)) throw;
    refused = error;
  }
  const bool below = co_await is_below_file(std::move(context), path);
  if (!below) throw *refused;
  co_return std::nullopt;
}

}  // namespace sluice::webdav
