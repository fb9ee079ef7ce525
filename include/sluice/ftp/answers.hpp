#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"
#include "sluice/ftp/reply.hpp"

namespace sluice::ftp {

/// What a server says it can do, in its answer to FEAT (RFC 2389).
struct Features {
  bool auth_tls = false;                                 ///< RFC 4217
  bool mlst = false;                                     ///< MLST and MLSD, RFC 3659 section 7
  bool size = false, mdtm = false, rest_stream = false;  ///< RFC 3659
  bool mfmt = false;  ///< Sets a file's time (draft-somers-ftp-mfxx).
  bool utf8 = false;  ///< RFC 2640
  bool clnt = false;  ///< Wants to know the client's name.
  bool pret = false;  ///< Wants to know the transfer before PASV (drftpd).
  bool epsv = false;  ///< RFC 2428
};

/// Tolerates a code in front of each line, and lower case.
Features parse_features(const Reply& feat);

/// The port of a 229 answer to EPSV (RFC 2428 section 3). Throws Error{protocol}.
std::uint16_t parse_extended_passive(const Reply& reply);

/// The port of a 227 answer to PASV: six numbers anywhere in it (RFC 1123 section 4.1.2.6). The
/// address is passed over: who is connected to is known already, and a server must not send us
/// elsewhere. Throws Error{protocol}.
std::uint16_t parse_passive(const Reply& reply);

/// The path of a 257 answer: between quotes, doubled ones inside. nullopt if there is none.
std::optional<std::string> parse_path(const Reply& reply);

/// The number of a 213 answer to SIZE.
std::optional<std::uint64_t> parse_size(const Reply& reply);

/// Whether a listing ended early, for all that its 226 is one of success: pure-ftpd tells no more
/// than 10,000 names (LimitRecursion), and then "Output truncated to 10000 matches".
bool tells_of_truncation(const Reply& reply);

/// "YYYYMMDDHHMMSS[.sss]" in UTC (RFC 3659 section 2.3), also in the form of some old servers
/// ("19" and the years since 1900).
std::optional<TimePoint> parse_time(std::string_view text);
/// The same without fractions, as MFMT wants it. Throws Error{invalid_input} outside of the years 0
/// to 9999.
std::string format_time(TimePoint time);

}  // namespace sluice::ftp
