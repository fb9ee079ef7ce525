#include "support/scripted_ftp.hpp"

#include <fmt/format.h>

namespace sluice::test {
namespace {

constexpr std::uint16_t control_port = 21;
constexpr const char* usual_time = "20240102030405";

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

/// The name of `path` in `directory`; nullopt if it is not in it, or deeper.
std::optional<std::string> name_in(const std::string& directory, const std::string& path) {
  if (path == "/" || directory_of(path) != directory) return std::nullopt;
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

struct ScriptedFtp::Session {
  std::shared_ptr<MemoryConnection> control, data;
  std::string received, verb, directory = "/", renaming;
  std::size_t offset = 0;
  bool over = false;  ///< Nothing is heard or said any more.
};

class ScriptedFtp::Dialler final : public net::Dialler {
 public:
  explicit Dialler(ScriptedFtp& server) : server_(server) {}

  Task<std::unique_ptr<net::Stream>> connect(net::Endpoint peer, std::string subject,
                                             SteadyTime) override {
    if (peer.host == host && peer.port == control_port) co_return server_.accept();
    auto data = peer.host == address ? server_.accept_data(peer.port) : nullptr;
    if (!data) throw Error(ErrorCode::network, "connecting", subject, "Connection refused");
    co_return data;
  }

  Task<std::unique_ptr<net::Stream>> secure(std::unique_ptr<net::Stream>, net::Endpoint,
                                            std::shared_ptr<net::TlsSessions>) override {
    throw Error(ErrorCode::unsupported, "TLS", address, "this server stays in memory");
    co_return nullptr;
  }

 private:
  ScriptedFtp& server_;
};

ScriptedFtp::ScriptedFtp(Executor executor) : executor_(std::move(executor)) {}
ScriptedFtp::~ScriptedFtp() = default;

std::shared_ptr<net::Dialler> ScriptedFtp::dialler() {
  return std::make_shared<Dialler>(*this);
}

std::size_t ScriptedFtp::held() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(connections_, [](const auto& one) { return one->held; }));
}

std::shared_ptr<MemoryConnection> ScriptedFtp::make_connection() {
  return connections_.emplace_back(std::make_shared<MemoryConnection>(executor_));
}

std::unique_ptr<net::Stream> ScriptedFtp::accept() {
  Session& session = sessions_.emplace_back();
  session.control = make_connection();
  session.control->on_hear = [this, &session](std::string_view text) { hear(session, text); };
  session.control->on_leave = [this, &session] { end(session); };
  session.verb = "greeting";
  answer(session, "220 ready");
  return std::make_unique<MemoryStream>(session.control, address);
}

std::unique_ptr<net::Stream> ScriptedFtp::accept_data(std::uint16_t port) {
  const auto found = ports_.find(port);
  if (found == ports_.end()) return nullptr;
  connections_.push_back(found->second);
  auto stream = std::make_unique<MemoryStream>(std::move(found->second), address);
  ports_.erase(found);
  return stream;
}

void ScriptedFtp::end(Session& session) {
  session.over = true;
  session.control->end();
  if (session.data) session.data->end();
}

bool ScriptedFtp::answer(Session& session, std::string text) {
  if (session.over) return false;
  const FtpFault now = steps_.size() == fault_at ? fault : FtpFault::none;
  steps_.push_back(session.verb + ' ' + text.substr(0, 3));
  if (now == FtpFault::none) {
    session.control->say(text + "\r\n");
    return true;
  }
  if (now == FtpFault::closing) session.control->say("421 closing\r\n");
  if (now == FtpFault::refusal) session.control->say("550 refused\r\n");
  if (now == FtpFault::garbage) session.control->say("who knows\r\n");
  if (now == FtpFault::close || now == FtpFault::closing) end(session);
  if (now == FtpFault::silence) {
    session.over = true;
    if (on_silence) on_silence();
  }
  if (session.data) session.data->end();
  return false;
}

void ScriptedFtp::hear(Session& session, std::string_view text) {
  session.received += text;
  for (std::size_t at = 0; (at = session.received.find("\r\n")) != std::string::npos;) {
    const std::string line = session.received.substr(0, at);
    session.received.erase(0, at + 2);
    if (!session.over) obey(session, line);
  }
}

void ScriptedFtp::obey(Session& session, const std::string& line) {
  static const std::map<std::string, std::string> constant = {
      {"USER", "331 password"},
      {"PASS", "230 welcome"},
      {"FEAT", "211-have\r\n MLST type*;size*;modify*;\r\n MFMT\r\n MDTM\r\n UTF8\r\n211 end"},
      {"PWD", "257 \"/\" is it"},
      {"OPTS", "200 ok"},
      {"TYPE", "200 ok"},
      {"NOOP", "200 ok"},
      {"QUIT", "221 bye"}};
  const std::size_t space = line.find(' ');
  session.verb = line.substr(0, space);
  const std::string argument = space == std::string::npos ? "" : line.substr(space + 1);
  const auto answered = constant.find(session.verb);
  const auto handled = handlers().find(session.verb);
  if (!session.renaming.empty() && session.verb != "RNTO") {
    answer(session, "501 bad sequence of commands");  // as proftpd says
  } else if (answered != constant.end()) {
    answer(session, answered->second);
  } else if (handled != handlers().end()) {
    (this->*handled->second)(session, argument);
  } else {
    answer(session, "502 what?");
  }
}

const std::map<std::string, ScriptedFtp::Handler>& ScriptedFtp::handlers() {
  using S = ScriptedFtp;
  static const std::map<std::string, Handler> all = {
      {"EPSV", &S::epsv}, {"PASV", &S::pasv}, {"LIST", &S::list}, {"MLSD", &S::mlsd},
      {"MLST", &S::mlst}, {"CWD", &S::cwd},   {"SIZE", &S::size}, {"MDTM", &S::mdtm},
      {"RETR", &S::retr}, {"STOR", &S::stor}, {"MFMT", &S::mfmt}, {"MKD", &S::mkd},
      {"DELE", &S::dele}, {"RNFR", &S::rnfr}, {"RNTO", &S::rnto}};
  return all;
}

// --- data ---------------------------------------------------------------------------------------

void ScriptedFtp::epsv(Session& session, const std::string&) {
  session.data = std::make_shared<MemoryConnection>(executor_);
  ports_[++last_port_] = session.data;
  answer(session, fmt::format("229 here (|||{}|)", last_port_));
}

void ScriptedFtp::pasv(Session& session, const std::string&) {
  session.data = std::make_shared<MemoryConnection>(executor_);
  ports_[++last_port_] = session.data;
  answer(session, fmt::format("227 here (10,9,8,7,{},{})", last_port_ / 256, last_port_ % 256));
}

void ScriptedFtp::send(Session& session, std::string text) {
  if (!answer(session, "150 here it comes")) return;
  session.data->say(text);
  session.data->end();
  answer(session, "226 done");
}

bool ScriptedFtp::is_known(const std::string& path) const {
  return files.contains(path) || directories.contains(path);
}

std::string ScriptedFtp::facts_of(const std::string& path) const {
  if (directories.contains(path)) return fmt::format("type=dir;modify={};", usual_time);
  const auto time = times_.find(path);
  return fmt::format("type=file;size={};modify={};", files.at(path).size(),
                     time == times_.end() ? usual_time : time->second);
}

std::string ScriptedFtp::listing_of(const std::string& directory, bool machine) const {
  std::string text = machine ? "" : "drwxr-xr-x 2 u g 0 Jan  2 2024 .\r\n";
  const auto add = [&](const std::string& path, std::size_t size, char kind) {
    const auto name = name_in(directory, path);
    if (!name) return;
    text += machine ? fmt::format("{} {}\r\n", facts_of(path), *name)
                    : fmt::format("{}rw-r--r-- 1 u g {} Jan  2 2024 {}\r\n", kind, size, *name);
  };
  for (const auto& [path, content] : files)
    add(path, content.size(), '-');
  for (const std::string& path : directories)
    add(path, 0, 'd');
  return text;
}

void ScriptedFtp::list(Session& session, const std::string&) {
  send(session, listing_of(session.directory, false));
}

void ScriptedFtp::mlsd(Session& session, const std::string& argument) {
  if (!directories.contains(argument)) return void(answer(session, "550 no such directory"));
  send(session, listing_of(argument, true));
}

void ScriptedFtp::retr(Session& session, const std::string& argument) {
  const auto file = files.find(argument);
  if (file == files.end()) return void(answer(session, "550 no such file"));
  send(session, file->second);
}

void ScriptedFtp::stor(Session& session, const std::string& argument) {
  if (!directories.contains(directory_of(argument)))
    return void(answer(session, "553 no such directory"));
  if (!answer(session, "150 go on")) return;
  // Neither is looked for by name again: another command may have come meanwhile.
  const auto data = session.data;
  files[argument].clear();
  data->on_hear = [this, argument](std::string_view text) { files[argument] += text; };
  data->on_leave = [this, &session] {
    session.verb = "STOR";
    answer(session, "226 done");
  };
}

// --- single files -------------------------------------------------------------------------------

void ScriptedFtp::mlst(Session& session, const std::string& argument) {
  if (!is_known(argument)) return void(answer(session, "550 no such file"));
  answer(session, fmt::format("250-it\r\n {} {}\r\n250 end", facts_of(argument), argument));
}

void ScriptedFtp::cwd(Session& session, const std::string& argument) {
  if (!directories.contains(argument)) return void(answer(session, "550 no such directory"));
  session.directory = argument;
  answer(session, "250 ok");
}

void ScriptedFtp::size(Session& session, const std::string& argument) {
  const auto file = files.find(argument);
  answer(session,
         file == files.end() ? "550 no such file" : fmt::format("213 {}", file->second.size()));
}

void ScriptedFtp::mdtm(Session& session, const std::string& argument) {
  answer(session, files.contains(argument) ? fmt::format("213 {}", usual_time) : "550 no");
}

void ScriptedFtp::mfmt(Session& session, const std::string& argument) {
  const std::string path = argument.substr(argument.find(' ') + 1);
  if (!files.contains(path)) return void(answer(session, "550 no such file"));
  times_[path] = argument.substr(0, argument.find(' '));
  answer(session, "213 " + argument);
}

void ScriptedFtp::mkd(Session& session, const std::string& argument) {
  if (is_known(argument)) return void(answer(session, "550 it exists"));
  directories.insert(argument);
  answer(session, fmt::format("257 \"{}\" made", argument));
}

void ScriptedFtp::dele(Session& session, const std::string& argument) {
  answer(session, files.erase(argument) > 0 ? "250 gone" : "550 no such file");
}

void ScriptedFtp::rnfr(Session& session, const std::string& argument) {
  if (!files.contains(argument)) return void(answer(session, "550 no such file"));
  const bool told = answer(session, "350 to what?");
  if (told) session.renaming = argument;
}

void ScriptedFtp::rnto(Session& session, const std::string& argument) {
  const std::string from = std::exchange(session.renaming, "");
  const auto file = files.find(from);
  if (file == files.end()) return void(answer(session, "550 no such file"));
  const std::string content = std::move(file->second);
  files.erase(file);
  files[argument] = content;
  const auto time = times_.extract(from);
  if (!time.empty()) times_[argument] = time.mapped();
  answer(session, "250 ok");
}

}  // namespace sluice::test
