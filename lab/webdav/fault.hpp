#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/wire_faults.hpp"
#include "sluice/codec/glob.hpp"
#include "webdav/multistatus.hpp"

namespace sluice::lab {

enum class WebdavFaultKind : std::uint8_t {
  status,            ///< Answers a status; the server hears nothing of it.
  late_status,       ///< Has it done, then answers a status.
  redirect,          ///< Sends the client to another place.
  wire,              ///< WebdavFault::wire, and nothing else.
  truncate,          ///< An answer's body ends early, and its Content-Length agrees.
  ignore_range,      ///< The whole file, whatever was asked for.
  wrong_range,       ///< A Content-Range that begins a byte later.
  xml,               ///< A 207 that no client should believe.
  stale_nonce,       ///< Passed on without its login (Digest), whose nonce is called too old.
  keep_destination,  ///< The server is told the front's own address as a destination.
};

/// What goes wrong, and with which requests.
struct WebdavFault {
  WebdavFaultKind kind = WebdavFaultKind::wire;
  std::vector<std::string> methods;   ///< Empty: all.
  std::optional<codec::Glob> path{};  ///< Of the decoded path without its first and last '/'.
  std::string depth;                  ///< Of a PROPFIND; "": any.
  std::uint64_t skip = 0, count = 1;
  int status = 0;
  std::optional<int> retry_after{};  ///< Seconds.
  std::string location;
  std::uint64_t bytes = 0;  ///< What is left of a truncated body.
  XmlFault xml = XmlFault::broken;
  WireFaults wire{};

  /// The server is not asked.
  bool answers_itself() const;
};

/// "status=503,op=PUT,path=dav/*.txt,skip=1,count=2"; lab/README.md has the list. Throws
/// Error{invalid_input}.
WebdavFault parse_webdav_fault(std::string_view text);

struct WebdavRequest {
  std::string_view method, path, depth;  ///< The path as it was sent.
};

/// Decides which fault strikes a request: the first one that is due.
class WebdavFaults {
 public:
  explicit WebdavFaults(std::vector<WebdavFault> faults);
  /// Null if none does. Counts the request.
  const WebdavFault* strike(const WebdavRequest& request);
  /// How often each struck, in their order.
  std::vector<std::uint64_t> struck() const;

 private:
  struct Rule {
    WebdavFault fault;
    std::uint64_t matched = 0, struck = 0;
  };
  std::vector<Rule> rules_;
};

}  // namespace sluice::lab
