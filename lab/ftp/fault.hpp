#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/fault_text.hpp"

namespace sluice::lab {

enum class FtpFaultKind : std::uint8_t {
  answer,       ///< The command is not passed on, but answered so.
  argument,     ///< The command is passed on with another argument.
  before,       ///< A line before the first answer.
  last,         ///< In the place of the final answer.
  behind,       ///< A line behind the final answer.
  early,        ///< The final answer, with the preliminary one: before the data, which waits.
  silence,      ///< The final answer never comes.
  cut_before,   ///< The control connection ends in the place of the command, ...
  cut_after,    ///< ... or of its final answer.
  address,      ///< What 227 names in the place of the host.
  refuse,       ///< Nobody is at the port for data.
  shorten,      ///< Data: no more than so many bytes; the rest is swallowed.
  reset,        ///< Data: TCP RST at both ends after so many bytes.
  stall,        ///< Data: nothing moves any more after so many bytes.
  line,         ///< Data: a line more at its end.
  no_farewell,  ///< Data: TLS ends without close_notify.
  need_reuse,   ///< Data: 522 where TLS did not take up a session of before.
};

/// What goes wrong, and with which commands.
struct FtpFault {
  FtpFaultKind kind = FtpFaultKind::answer;
  std::string operation;  ///< "RETR", ... or "GREETING"; empty: all.
  FaultTurns turns;
  std::size_t above = 0;  ///< Only in sessions beyond so many.
  std::string text;
  std::uint64_t bytes = 0;
};

/// "answer=550 it exists,op=RNTO,count=2"; lab/README.md has the list. Throws Error{invalid_input}.
FtpFault parse_ftp_fault(std::string_view text);

/// What strikes one command: some faults go together.
class FtpStrike {
 public:
  FtpStrike() = default;
  explicit FtpStrike(std::vector<FtpFault> faults) : faults_(std::move(faults)) {}

  bool has(FtpFaultKind kind) const { return find(kind) != nullptr; }
  /// Null if it is none of them.
  const FtpFault* find(FtpFaultKind kind) const;
  /// Where it ends the data, or lets it rest.
  std::optional<std::uint64_t> bytes(FtpFaultKind kind) const;
  /// What becomes of the server's reply, which ends in CR LF; `first`: no other came before.
  /// Nothing may be said of a final one.
  std::string preliminary(std::string reply, bool first) const;
  std::string final(std::string reply, bool first) const;

 private:
  std::string opening(bool first) const;
  std::vector<FtpFault> faults_;
};

/// Decides which faults strike a command.
class FtpFaults {
 public:
  explicit FtpFaults(std::vector<FtpFault> faults) : faults_(std::move(faults)) {}
  /// `verb` in capitals; `sessions` are open. Counts the command.
  FtpStrike strike(std::string_view verb, std::size_t sessions);
  std::uint64_t struck() const { return struck_; }

 private:
  std::vector<FtpFault> faults_;
  std::uint64_t struck_ = 0;
};

}  // namespace sluice::lab
