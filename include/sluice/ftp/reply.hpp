#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/error.hpp"
#include "sluice/core/secret.hpp"

namespace sluice::ftp {

/// A server's answer (RFC 959 section 4.2).
struct Reply {
  int code = 0;                    ///< 100 to 599.
  std::vector<std::string> lines;  ///< Of the first and the last line, what follows the code.

  bool preliminary() const { return code / 100 == 1; }
  bool completed() const { return code / 100 == 2; }
  bool wants_more() const { return code / 100 == 3; }
  /// Refused, but another try may succeed.
  bool transient() const { return code / 100 == 4; }
  /// The words, for one line of a log.
  std::string text() const;
};

namespace code {
inline constexpr int transfer_complete = 226, closing = 421, need_password = 331,
                     need_account = 332, ready = 220, passive = 227, extended_passive = 229,
                     path_created = 257, not_logged_in = 530, file_status = 213, pending_more = 350;
}  // namespace code

/// Makes replies of the bytes as they come. Bounded: a server cannot make it hold more than
/// `most_bytes` of one reply. Lines may end in LF alone. Pure.
class ReplyReader {
 public:
  static constexpr std::size_t longest_line = 8 * 1024;
  static constexpr std::size_t most_lines = 1000, most_bytes = 64 * 1024;

  void feed(std::string_view bytes) { received_ += bytes; }
  /// The next whole reply; nullopt: more must come. Throws Error{protocol} for what is none; it is
  /// of no use then.
  std::optional<Reply> take();
  /// Whether nothing came after the last reply.
  bool empty() const { return received_.empty() && !begun_; }

 private:
  std::optional<std::string> take_line();
  void begin(std::string_view line);
  bool is_last(std::string_view line) const;
  void add(std::string_view text);

  std::string received_;
  Reply reply_;  // as far as it has come
  std::size_t bytes_ = 0;
  bool begun_ = false;
  bool whole_ = false;
};

/// Whether the server refuses because it serves too many already: 421, and some 530.
bool is_too_many(const Reply& reply);

/// Whether it may refuse a data connection because its TLS took up no session of before: 522
/// (vsftpd), 425 (proftpd), which others say for other reasons.
bool is_about_session(const Reply& reply);

/// The error for a reply that is not the one that a step needs. Its server_code() is the reply's
/// code and its message the server's words, unless they quote one of `secrets`. 4xx is unavailable
/// and retryable (452: no_space), 530 and 532 unauthenticated, 552 no_space, 500 to 504
/// unsupported. 550 and 553 have but one code for what is missing and what is forbidden: not_found
/// or permission_denied is a guess by the words, for callers who need to know to find out.
Error refusal(std::string step, std::string subject, const Reply& reply,
              const std::vector<Secret>& secrets = {});

}  // namespace sluice::ftp
