#pragma once

#include <optional>
#include <string>
#include <string_view>

/// A look at FTP's lines from between client and server; written without a look at the client's
/// own.
namespace sluice::lab {

/// Cuts what comes into lines; each keeps its line end.
class FtpLines {
 public:
  void feed(std::string_view bytes) { received_ += bytes; }
  std::optional<std::string> take();
  /// What has come behind the last whole line.
  bool empty() const { return received_.empty(); }

 private:
  std::string received_;
};

/// Gathers a reply of one or more lines (RFC 959 section 4.2).
class FtpReplyText {
 public:
  /// The whole reply, once this line has ended it.
  std::optional<std::string> add(const std::string& line);

 private:
  std::string text_;
};

bool is_preliminary(std::string_view reply);

struct FtpCommand {
  std::string verb;  ///< In capitals.
  std::string argument;

  bool is_upload() const { return verb == "STOR" || verb == "STOU" || verb == "APPE"; }
  bool is_transfer() const;
};

FtpCommand parse_ftp_command(std::string_view line);

}  // namespace sluice::lab
