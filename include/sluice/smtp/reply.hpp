#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::smtp {

/// A server's answer (RFC 5321 section 4.2).
struct Reply {
  int code = 0;                    ///< 200 to 559.
  std::vector<std::string> lines;  ///< What follows the code in each line, as it came.

  bool completed() const { return code / 100 == 2; }
  bool wants_more() const { return code / 100 == 3; }
  /// Refused, but another try may succeed.
  bool transient() const { return code / 100 == 4; }
  /// The words, for one line of a log.
  std::string text() const;
};

/// Makes replies of the bytes as they come. Bounded: a server cannot make it hold more than
/// `most_lines` lines of `longest_line` bytes.
class ReplyReader {
 public:
  static constexpr std::size_t longest_line = 2048;  ///< RFC 5321 allows 512 (4.5.3.1.5).
  static constexpr std::size_t most_lines = 128;

  void feed(std::string_view bytes) { received_ += bytes; }
  /// The next whole reply; nullopt: more must come. Throws Error{protocol} for what is none; it is
  /// of no use then.
  std::optional<Reply> take();
  /// Whether nothing came after the last reply.
  bool empty() const { return received_.empty() && reply_.lines.empty(); }

 private:
  std::optional<std::string> take_line();
  /// Whether the reply is whole now.
  bool add(std::string_view line);

  std::string received_;
  Reply reply_;  // as far as it has come
};

/// What a server offers in its answer to EHLO.
struct Capabilities {
  bool starttls = false;                    ///< RFC 3207
  bool size = false;                        ///< RFC 1870: MAIL may tell the size.
  std::optional<std::uint64_t> most_bytes;  ///< Of a message, if the server says so.
  std::vector<std::string> mechanisms;      ///< RFC 4954, in upper case.

  bool offers(std::string_view mechanism) const;
};

/// Keywords that it does not know are passed over.
Capabilities parse_capabilities(const Reply& ehlo);

}  // namespace sluice::smtp
