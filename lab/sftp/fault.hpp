#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/fault_text.hpp"

namespace sluice::lab {

enum class SftpFaultKind : std::uint8_t {
  status,      ///< Does nothing and answers a status.
  cut,         ///< Ends the connection, before or after the request is carried out.
  silence,     ///< Carries it out and never answers.
  short_data,  ///< A DATA of fewer bytes than there are.
  unknown_id,  ///< Answers under an id that was not asked with.
  wrong_type,  ///< Answers with a packet of another type.
  oversize,    ///< Announces a packet of 2 GiB.
  bad_name,    ///< A READDIR has one name more.
  bare_names,  ///< The names of a READDIR come without attributes.
};

/// What goes wrong, and with which requests.
struct SftpFault {
  SftpFaultKind kind = SftpFaultKind::status;
  std::string operation;  ///< "open", "read", ...; empty: all.
  FaultTurns turns;
  std::uint32_t status = 4;  ///< SSH_FX_FAILURE.
  std::size_t bytes = 0;     ///< Of a short DATA.
  std::string name;          ///< Of bad_name; "%00" and the like are decoded.
  bool after = false;        ///< A cut comes after the request was carried out.
};

/// "status=4,op=write,skip=2,count=1"; lab/README.md has the list. Throws Error{invalid_input}.
SftpFault parse_sftp_fault(std::string_view text);

/// Decides which fault strikes a request.
class SftpFaults {
 public:
  explicit SftpFaults(std::vector<SftpFault> faults) : faults_(std::move(faults)) {}
  /// Null if none does. Counts the request.
  const SftpFault* strike(std::string_view operation);

 private:
  std::vector<SftpFault> faults_;
};

}  // namespace sluice::lab
