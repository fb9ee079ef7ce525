#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/memory_stream.hpp"

namespace sluice::test {

/// What a ScriptedFtp does in the place of an answer.
enum class FtpFault : std::uint8_t {
  none,
  close,    ///< Ends the control connection.
  closing,  ///< 421, and ends it.
  refusal,  ///< 550.
  garbage,  ///< A line that is no reply.
  silence,  ///< Never answers again on this connection.
};

/// An FTP server in memory, behind a dialler of its own. Each answer that it gives is a step; in
/// the place of one of them it may do something else. Must outlive its client.
class ScriptedFtp {
 public:
  static constexpr const char* host = "ftp.example.test";
  static constexpr const char* address = "192.0.2.7";

  explicit ScriptedFtp(Executor executor);
  ~ScriptedFtp();
  ScriptedFtp(const ScriptedFtp&) = delete;
  ScriptedFtp& operator=(const ScriptedFtp&) = delete;

  std::shared_ptr<net::Dialler> dialler();
  /// Of the connections that clients hold still, control and data.
  std::size_t held() const;
  /// The answers so far, as "RETR 150".
  const std::vector<std::string>& steps() const { return steps_; }

  FtpFault fault = FtpFault::none;
  std::size_t fault_at = 0;          ///< The step, from 0.
  std::function<void()> on_silence;  ///< Called when it falls silent.
  std::map<std::string, std::string> files;
  std::set<std::string> directories{"/"};

 private:
  class Dialler;
  struct Session;
  using Handler = void (ScriptedFtp::*)(Session&, const std::string& argument);

  std::unique_ptr<net::Stream> accept();
  std::unique_ptr<net::Stream> accept_data(std::uint16_t port);
  std::shared_ptr<MemoryConnection> make_connection();
  void hear(Session& session, std::string_view text);
  void obey(Session& session, const std::string& line);
  /// Whether the answer itself was given.
  bool answer(Session& session, std::string text);
  void end(Session& session);

  void send(Session& session, std::string text);
  std::string listing_of(const std::string& directory, bool machine) const;
  std::string facts_of(const std::string& path) const;
  bool is_known(const std::string& path) const;

  static const std::map<std::string, Handler>& handlers();
  void epsv(Session& session, const std::string& argument);
  void pasv(Session& session, const std::string& argument);
  void list(Session& session, const std::string& argument);
  void mlsd(Session& session, const std::string& argument);
  void mlst(Session& session, const std::string& argument);
  void cwd(Session& session, const std::string& argument);
  void size(Session& session, const std::string& argument);
  void mdtm(Session& session, const std::string& argument);
  void retr(Session& session, const std::string& argument);
  void stor(Session& session, const std::string& argument);
  void mfmt(Session& session, const std::string& argument);
  void mkd(Session& session, const std::string& argument);
  void dele(Session& session, const std::string& argument);
  void rnfr(Session& session, const std::string& argument);
  void rnto(Session& session, const std::string& argument);

  Executor executor_;
  std::list<Session> sessions_;
  std::vector<std::shared_ptr<MemoryConnection>> connections_;
  std::map<std::uint16_t, std::shared_ptr<MemoryConnection>> ports_;  ///< Nobody came to them yet.
  std::map<std::string, std::string> times_;                          ///< As MFMT says them.
  std::uint16_t last_port_ = 50000;
  std::vector<std::string> steps_;
};

}  // namespace sluice::test
