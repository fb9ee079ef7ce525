#include "sluice/webdav/client.hpp"

#include "sluice/async/errors.hpp"
#include "sluice/webdav/date.hpp"
#include "sluice/webdav/href.hpp"
#include "webdav/exchange.hpp"
#include "webdav/requests.hpp"

namespace sluice::webdav {
namespace {

bool is_success(int status) {
  return status >= 200 && status < 300;
}

bool is_content(int status) {
  return status == 200 || status == 206;
}

bool is_stored(int status) {
  return status == 200 || status == 201 || status == 204;
}

bool is_gone(int status) {
  return status == 404 || status == 410;
}

// A 207 tells of what could not be done.
bool is_done(int status) {
  return is_success(status) && status != 207;
}

bool is_removed(int status) {
  return is_done(status) || is_gone(status);
}

// Apache says 400 where a file has the name.
bool tells_of_collection(int status) {
  return is_success(status) || status == 400 || status == 405 || status == 406 || status == 409 ||
         status == 423;
}

void add_fields(Fields& fields, Fields more) {
  for (auto& field : more)
    fields.push_back(std::move(field));
}

}  // namespace

Client::Client(Runtime& runtime, std::shared_ptr<net::HttpClient> http, ClientOptions options)
    : options_(std::move(options)),
      downloads_(runtime.executor(), options_.most_streams),
      uploads_(runtime.executor(), options_.most_streams),
      exchange_(std::make_unique<Exchange>(runtime, std::move(http), options_)) {}

Client::~Client() = default;

std::string Client::shown(const std::string& path) const {
  return options_.subject + (path.starts_with('/') ? "" : "/") + path;
}

std::string Client::url_of(const std::string& path) const {
  return options_.endpoint.origin() + target_of(path);
}

const std::string& Client::subject() const {
  return options_.subject;
}

const std::string& Client::server_name() const {
  return exchange_->server_name();
}

Retrier& Client::retrier() {
  return exchange_->retrier();
}

Task<Download> Client::get(OpContext context, std::string path, GetOptions options) {
  Call call{.asked = {"GET", "read", shown(path)}, .target = target_of(path)};
  const bool part = options.offset > 0 || options.length;
  if (part) call.fields.emplace_back("Range", range_field(options.offset, options.length));
  if (part && !options.if_range.empty()) call.fields.emplace_back("If-Range", options.if_range);
  Reply reply = co_await exchange_->ask_retried(context, call, is_content);
  Download download{
      .response = std::move(reply.response), .length = {}, .size = {}, .modified = {}, .tag = {}};
  const net::HttpResponse& answer = download.response;
  const std::string_view coding = answer.header("Content-Encoding");
  if (!coding.empty() && !net::equal_names(coding, "identity"))
    throw Error(ErrorCode::protocol, "read", call.asked.subject,
                "the server sends other bytes than the file's: it encodes them");
  download.length = answer.content_length();
  download.modified = parse_dav_date(answer.header("Last-Modified"));
  download.tag = answer.header("ETag");
  if (answer.status() == 200) {
    download.size = answer.content_length();
    co_return download;
  }
  const auto range = parse_content_range(answer.header("Content-Range"));
  const bool wrong = !part || !range || range->first != options.offset ||
                     (download.length && *download.length != range->last - range->first + 1) ||
                     (options.length && range->last - range->first >= *options.length);
  if (wrong)
    throw Error(ErrorCode::protocol, "read", call.asked.subject,
                "the server sends another range than it was asked for");
  download.first = range->first;
  download.length = range->last - range->first + 1;
  download.size = range->size;
  co_return download;
}

Task<PutResult> Client::put_once(OpContext context, std::string path, Bytes bytes, Body* body,
                                 PutOptions options) {
  Call call{.asked = {"PUT", "write", shown(path)},
            .target = target_of(path),
            .bytes = bytes,
            .body = body};
  if (options.mtime) call.fields.emplace_back("X-OC-Mtime", mtime_field(*options.mtime));
  if (options.must_not_exist) call.fields.emplace_back("If-None-Match", "*");
  add_fields(call.fields, std::move(options.fields));
  Reply reply = co_await exchange_->ask(context, call, is_stored);
  PutResult result;
  result.mtime_accepted = net::equal_names(reply.response.header("X-OC-Mtime"), "accepted");
  co_await Exchange::dismiss(std::move(reply.response));
  co_return result;
}

/// `last`: the failure after which the body cannot be sent again.
Task<PutResult> Client::put_body(OpContext context, std::string path, Body& body,
                                 PutOptions options, std::optional<Error>& last) {
  std::optional<Error> failure;
  try {
    co_return co_await put_once(std::move(context), std::move(path), Bytes(), &body,
                                std::move(options));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (body.can_begin()) throw *failure;
  last = failure;
  throw failure->with_retryable(false);
}

Task<PutResult> Client::put(OpContext context, std::string path, Bytes body, PutOptions options) {
  auto once = [&] { return put_once(context, path, body, nullptr, options); };
  co_return co_await exchange_->retrier().run(context, Safety::idempotent, once);
}

Task<PutResult> Client::put(OpContext context, std::string path, Body& body, PutOptions options) {
  std::optional<Error> last;
  auto once = [&] { return put_body(context, path, body, options, last); };
  try {
    co_return co_await exchange_->retrier().run(context, Safety::idempotent, once);
  } catch (const Error&) {
    if (!last) throw;
  }
  throw *last;
}

Task<PutResult> Client::move(OpContext context, std::string from, std::string to,
                             MoveOptions options) {
  Call call{.asked = {"MOVE", "rename", shown(to)},
            .target = target_of(from),
            .fields = {{"Destination", url_of(to)}, {"Overwrite", options.overwrite ? "T" : "F"}},
            .resend = false};
  if (auto tag = if_field(url_of(to), options.replaces))
    call.fields.emplace_back("If", std::move(*tag));
  add_fields(call.fields, std::move(options.fields));
  Reply reply = co_await exchange_->ask(std::move(context), call, is_done);
  PutResult result;
  result.mtime_accepted = net::equal_names(reply.response.header("X-OC-Mtime"), "accepted");
  co_await Exchange::dismiss(std::move(reply.response));
  co_return result;
}

Task<> Client::copy_once(OpContext context, std::string from, std::string to) {
  const Call call{.asked = {"COPY", "copy", shown(from)},
                  .target = target_of(from),
                  .fields = {{"Destination", url_of(to)}, {"Overwrite", "T"}, {"Depth", "0"}}};
  std::optional<Error> failure;
  try {
    Reply reply = co_await exchange_->ask(std::move(context), call, is_done);
    co_await Exchange::dismiss(std::move(reply.response));
  } catch (const Error& error) {
    failure = error;
  }
  if (!failure) co_return;
  if (failure->code() == ErrorCode::timeout) failure->with_retryable(false);
  throw *failure;
}

Task<> Client::copy(OpContext context, std::string from, std::string to) {
  auto once = [this, &context, &from, &to] { return copy_once(context, from, to); };
  co_await exchange_->retrier().run(context, Safety::idempotent, once);
}

Task<bool> Client::remove(OpContext context, std::string path, Kind kind) {
  const Call call{.asked = {"DELETE", "remove", shown(path)},
                  .target = kind == Kind::file ? target_of(path) : collection_target_of(path)};
  Reply reply = co_await exchange_->ask_retried(std::move(context), call, is_removed);
  const bool gone = is_gone(reply.response.status());
  co_await Exchange::dismiss(std::move(reply.response));
  co_return !gone;
}

Task<Made> Client::make_collection(OpContext context, std::string path, Fields fields) {
  const Call call{.asked = {"MKCOL", "make directory", shown(path)},
                  .target = collection_target_of(path),
                  .fields = std::move(fields)};
  std::optional<Reply> reply;
  try {
    reply = co_await exchange_->ask_retried(std::move(context), call, tells_of_collection);
  } catch (const Error& error) {
    // A redirect that leads elsewhere: some have it for what is there already.
    if (error.status() < 300 || error.status() >= 400) throw;
  }
  if (!reply) co_return Made::unclear;
  const int status = reply->response.status();
  co_await Exchange::dismiss(std::move(reply->response));
  if (status == 409) co_return Made::parent_missing;
  co_return is_success(status) ? Made::made : Made::unclear;
}

}  // namespace sluice::webdav
