#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/error.hpp"
#include "sluice/net/endpoint.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::webdav {

/// Of which request an answer is, for messages.
struct Asked {
  std::string method;
  std::string operation;  ///< "write", "list".
  std::string subject;    ///< The URL.
};

/// A server's words for a message: a few, and what is no text as dots, since messages go into logs
/// and onto terminals. Pure.
std::string shown_text(std::string_view text);

/// The Error for an answer that is no success, with what the server says about it. Pure.
Error refusal(const Asked& asked, int status, const net::HeaderList& headers,
              std::string_view body);

/// Where a redirect of `target` leads on the same origin; nullopt if it is none that may be
/// followed: to another origin, from https to http, or for a method that changes something anything
/// but a slash at the end.
std::optional<std::string> redirect_target(const net::Endpoint& endpoint, std::string_view method,
                                           std::string_view target, std::string_view location);

}  // namespace sluice::webdav
