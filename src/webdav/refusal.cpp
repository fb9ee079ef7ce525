#include "webdav/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sluice/codec/date.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::webdav {
namespace {

constexpr std::size_t quoted_bytes = 200;
constexpr std::int64_t longest_wait = 86400;  // seconds

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
    case 413:
    case 414:
    case 431:
      return ErrorCode::invalid_input;
    case 401:
      return ErrorCode::unauthenticated;
    case 402:
    case 403:
      return ErrorCode::permission_denied;
    case 404:
    case 410:
      return ErrorCode::not_found;
    case 405:
    case 415:
    case 501:
    case 505:
      return ErrorCode::unsupported;
    case 408:
    case 504:
      return ErrorCode::timeout;
    case 409:
    case 416:
    case 412:
    case 423:
    case 424:
      return ErrorCode::conflict;
    case 425:
    case 429:
      return ErrorCode::throttled;
    case 507:
      return ErrorCode::no_space;
    default:
      return status >= 500 ? ErrorCode::unavailable : ErrorCode::protocol;
  }
}

/// What our own words are where the server has none.
std::string_view words_for(int status) {
  switch (status) {
    case 401:
      return "the server does not accept the login";
    case 403:
      return "the server refuses it";
    case 404:
    case 410:
      return "it is not there";
    case 405:
    case 501:
      return "the server does not do that here";
    case 409:
      return "the directory that it is to be in is missing, or is none";
    case 412:
      return "there is a file of that name already, or another version of it";
    case 413:
      return "the server does not take a file of that size";
    case 423:
      return "somebody has locked it";
    case 424:
      return "something that it depends on failed";
    case 429:
      return "the server asks for fewer requests";
    case 507:
      return "the server's disk or the quota is full";
    default:
      return "the server refused it";
  }
}

/// What a page says, without its tags.
std::string text_of_page(std::string_view page) {
  std::string text;
  const std::size_t body = page.find("<body");
  if (body != std::string_view::npos) page.remove_prefix(body);
  while (!page.empty()) {
    const std::size_t tag = std::min(page.find('<'), page.size());
    text += page.substr(0, tag);
    text += ' ';
    page.remove_prefix(tag);
    const std::size_t end = page.find('>');
    page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
  }
  return text;
}

struct ServerWords {
  std::string code, message;
};

/// <d:error><s:exception/><s:message/></d:error> of ownCloud and its kin (sabre/dav), or the
/// condition of RFC 4918 section 16, as in <D:error><D:lock-token-submitted/></D:error>.
ServerWords words_of_xml(std::string_view body) {
  const codec::XmlElement root = codec::parse_xml(body, "error answer");
  ServerWords words;
  if (root.name != "error") return words;
  words.code = root.text_of("exception");
  words.message = root.text_of("message");
  if (words.code.empty() && !root.children.empty()) words.code = root.children.front().name;
  return words;
}

ServerWords read_words(std::string_view body) {
  ServerWords words;
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return words;
  body.remove_prefix(first);
  if (body.starts_with("<?xml") || body.find("error") < 20) {
    try {
      words = words_of_xml(body);
    } catch (const Error&) {
      // No WebDAV server wrote this; it is shown as it is.
    }
  }
  if (words.code.empty() && words.message.empty())
    words.message = body.starts_with('<') ? text_of_page(body) : std::string(body);
  return words;
}

std::optional<Duration> retry_after(const net::HeaderList& headers) {
  const std::string_view text = headers.find("Retry-After").value_or("");
  std::int64_t wait = 0;
  const char* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, wait);
  if (!text.empty() && failed == std::errc() && end == last && wait >= 0)
    return std::chrono::seconds(std::min(wait, longest_wait));
  const auto until = codec::parse_http_date(text);
  const auto now = codec::parse_http_date(headers.find("Date").value_or(""));
  if (!until || !now || *until < *now) return std::nullopt;
  return std::min<Duration>(*until - *now, std::chrono::seconds(longest_wait));
}

bool is_change(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "PROPFIND" && method != "OPTIONS";
}

std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('['))
    return authority.substr(1, std::min(authority.find(']'), authority.size()) - 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

std::string shown_text(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < quoted_bytes) {
    const std::size_t size = utf8_sequence_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte <= 0x20) {
      if (!out.empty() && !out.ends_with(' ')) out += ' ';
    } else {
      out += size == 0 || byte == 0x7F ? std::string_view(".") : text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  while (out.ends_with(' '))
    out.pop_back();
  return out;
}

Error refusal(const Asked& asked, int status, const net::HeaderList& headers,
              std::string_view body) {
  ServerWords words = read_words(body);
  std::string message(words_for(status));
  const std::string said = shown_text(words.message);
  if (!said.empty()) message += fmt::format(" (\"{}\")", said);
  // The server compares the Destination with what it takes for its own name.
  const bool has_destination = asked.method == "MOVE" || asked.method == "COPY";
  if (has_destination && (status == 502 || status == 400))
    message +=
        "; behind a proxy that ends TLS a server may take the destination for another server's: "
        "let the proxy tell it the scheme, or rewrite the Destination field";
  Error error(code_of(status), asked.operation, asked.subject, std::move(message));
  error.with_status(status).with_server(shown_text(words.code), "");
  if (status == 423) error.with_retryable(true);
  if (status == 503 && headers.find("Retry-After"))
    error = Error(ErrorCode::throttled, asked.operation, asked.subject, error.message())
                .with_status(status)
                .with_server(error.server_code(), "");
  if (const auto wait = retry_after(headers)) error.with_retry_after(*wait);
  return error;
}

std::optional<std::string> redirect_target(const net::Endpoint& endpoint, std::string_view method,
                                           std::string_view target, std::string_view location) {
  const bool secure = location.starts_with("https://"), plain = location.starts_with("http://");
  std::string path(location.substr(0, location.find('#')));
  bool same_host = true, same_origin = true;
  if (secure || plain) {
    const std::string_view rest = std::string_view(path).substr(secure ? 8 : 7);
    const std::string_view authority = rest.substr(0, std::min(rest.find('/'), rest.size()));
    same_host = net::equal_names(host_of(authority), endpoint.host);
    try {
      same_origin = net::parse_url(path).endpoint == endpoint;
    } catch (const Error&) {
      return std::nullopt;
    }
    path = authority.size() < rest.size() ? std::string(rest.substr(authority.size())) : "/";
  }
  if (!path.starts_with('/') || path.starts_with("//")) return std::nullopt;
  // A directory without its slash. The server may take itself for another scheme or port than it is
  // reached by; where to go is plain.
  if (same_host && path.size() == target.size() + 1 && path.ends_with('/') &&
      path.starts_with(target))
    return path;
  if (!same_origin || is_change(method)) return std::nullopt;
  return path;
}

}  // namespace sluice::webdav
