#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"

namespace sluice::test {

/// How the server behaves. A step is "greeting", a command's first word ("EHLO", "RCPT"), "PROOF"
/// (a line that answers a challenge of AUTH) or "MESSAGE" (what follows DATA).
struct SmtpRules {
  std::vector<std::string> offers = {"PIPELINING", "SIZE 1000000", "AUTH PLAIN LOGIN"};
  std::map<std::string, std::string> answers = {};  ///< Sent as they are; empty: it hangs up.
  std::set<std::string> silent = {};                ///< Steps that are never answered.
  std::string user = "alice", password = "hunter2 \xE7\xA7\x98\xE5\xAF\x86";
  std::string certificate = {}, key = {};  ///< PEM files; with them STARTTLS is offered, too.
  bool tls_at_once = false;
};

struct SeenMail {
  std::string from, data;  ///< `data` without the dots that were put before dots.
  std::vector<std::string> to;
};

/// A mail server on the test's own loop that believes what it is told, and can fail at each step.
class SmtpServer {
 public:
  SmtpServer(Runtime& runtime, SmtpRules rules);
  ~SmtpServer();

  std::uint16_t port() const;
  /// Every line of every client, without CRLF; "tls: " stands before those that came over TLS.
  const std::vector<std::string>& lines() const;
  const std::vector<SeenMail>& mails() const;
  std::size_t connections() const;
  Task<> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sluice::test
