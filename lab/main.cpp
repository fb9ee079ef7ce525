#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <climits>
#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ftp/front.hpp"
#include "proxy/delay_proxy.hpp"
#include "s3/command.hpp"
#include "sftp/command.hpp"
#include "sluice/codec/units.hpp"
#include "sluice/core/error.hpp"
#include "webdav/command.hpp"

namespace {

using sluice::Error;
using sluice::ErrorCode;
using sluice::lab::EtagKind;
using sluice::lab::FaultRule;
using sluice::lab::S3Command;
using sluice::lab::SyntheticLayout;

constexpr const char* fault_help = R"(
PLACE is where in the exchange: request (nothing was done), upload (inside the request's body), answer (it was done, no
byte of the answer is sent), head, body (inside them; at=BYTES of the body, else its half), end (all was sent).

WHEN, separated by commas:
    op=GetObject|PutObject   only these operations       key=PREFIX   only these keys       page=N   only this page
    skip=N   not the first N     every=N   one in N     count=N   at most N     rate=0.02   at random     seed=N
    after=TIME, for=TIME     since the fault was set
Also: retry-after=SECONDS (error, late-error), region=NAME (wrong-region), at=BYTES (reset, close, stall).
)";

/// Options that cannot be stored as they are typed.
struct TypedOptions {
  std::string secret_key = "labsecretEXAMPLEKEY";
  std::string session_token;
  std::vector<std::string> credentials;
  bool no_verify = false;
  std::string synthetic;
  SyntheticLayout layout = SyntheticLayout::flat;
  std::vector<std::string> faults;
  std::string latency;
  std::string error_rate;
  std::string slowdown_rate;
  std::string retry_after;
};

void add_listen_options(CLI::App& app, sluice::lab::ListenOptions& listen) {
  app.add_option("--host", listen.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", listen.port, "Port; 0 takes a free one")->capture_default_str();
  auto* certificate = app.add_option("--tls-cert", listen.certificate,
                                     "Serve HTTPS with this PEM certificate chain");
  auto* key = app.add_option("--tls-key", listen.key, "... and this PEM key");
  certificate->needs(key);
  key->needs(certificate);
}

void add_server_options(CLI::App& app, S3Command& command) {
  add_listen_options(app, command.listen);
  app.add_option("--control-port", command.control_port,
                 "Port of the control address; 0 takes a free one")
      ->capture_default_str();
}

void add_s3_options(CLI::App& app, S3Command& command, TypedOptions& typed) {
  app.add_option("--data", command.data, "Where objects live: 'memory' or a directory")
      ->capture_default_str();
  app.add_option("--bucket", command.buckets, "Bucket to make at the start (may be repeated)");
  app.add_option("--access-key", command.s3.auth.first.access_key, "The access key that is known")
      ->capture_default_str();
  app.add_option("--secret-key", typed.secret_key, "Its secret")->capture_default_str();
  app.add_option("--session-token", typed.session_token, "Session token that requests must carry");
  app.add_option("--credentials", typed.credentials,
                 "KEY:SECRET[:TOKEN] that are known as well (may be repeated)")
      ->allow_extra_args(false);
  app.add_option("--region", command.s3.auth.region, "Region that signatures must name")
      ->capture_default_str();
  app.add_option("--domain", command.s3.domain, "Serve BUCKET.<domain> beside path style");
  app.add_flag("--no-verify", typed.no_verify, "Accept any signature, or none");
  app.add_option("--etag", command.s3.etags, "ETags of new objects: md5, or opaque (saves hashing)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, EtagKind>{{"md5", EtagKind::md5}, {"opaque", EtagKind::opaque}}));
  app.add_option("--synthetic", typed.synthetic,
                 "COUNTxSIZE objects in the first bucket that take no space, such as 1000000x4096");
  app.add_option("--layout", typed.layout, "Their keys: flat, or dirs of 100 each")
      ->transform(CLI::CheckedTransformer(std::map<std::string, SyntheticLayout>{
          {"flat", SyntheticLayout::flat}, {"dirs", SyntheticLayout::dirs}}));
}

void add_glue_options(CLI::App& app, S3Command& command) {
  app.add_option("--glue-scenario", command.glue_scenario,
                 "Serve AWS Glue beside S3 and play this YAML file (lab/README.md)");
}

void add_fault_options(CLI::App& app, S3Command& command, TypedOptions& typed) {
  app.add_option("--fault", typed.faults,
                 "KIND[=VALUE][,WHEN=VALUE]... (may be repeated); 'sluice-lab faults' lists them")
      ->allow_extra_args(false);
  app.add_option("--latency", typed.latency, "Short for --fault latency=TIME");
  app.add_option("--error-rate", typed.error_rate,
                 "Short for --fault error=InternalError,rate=SHARE");
  app.add_option("--slowdown-rate", typed.slowdown_rate,
                 "Short for --fault error=SlowDown,rate=SHARE");
  app.add_option("--retry-after", typed.retry_after, "Seconds to send as Retry-After with those");
  app.add_option("--seed", command.seed, "Repeats the random choices of an earlier run");
}

std::vector<FaultRule> faults_of(const TypedOptions& typed) {
  std::vector<FaultRule> rules;
  const auto add = [&rules](const std::string& text) {
    rules.push_back(sluice::lab::parse_fault(text));
  };
  const auto retry = typed.retry_after.empty() ? "" : ",retry-after=" + typed.retry_after;
  if (!typed.latency.empty()) add("latency=" + typed.latency);
  if (!typed.error_rate.empty()) add("error-rate=" + typed.error_rate + retry);
  if (!typed.slowdown_rate.empty()) add("slowdown-rate=" + typed.slowdown_rate + retry);
  for (const auto& text : typed.faults)
    add(text);
  return rules;
}

struct SftpTyped {
  std::vector<std::string> faults, without;
  std::string once;
  std::size_t names_a_reply = 100;
};

void add_sftp_options(CLI::App& app, SftpTyped& typed) {
  app.add_option("--fault", typed.faults,
                 "KIND[=VALUE][,op=OPERATION][,skip=N][,count=N] (may be repeated)");
  app.add_option("--once", typed.once,
                 "The faults are for one connection only: the first to make this file");
  app.add_option("--without", typed.without, "An extension that is not offered (may be repeated)");
  app.add_option("--names", typed.names_a_reply, "Names in one answer to READDIR")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.prefix_command();  // what ssh would be told comes behind: -o ... -s -- host sftp
}

struct ProxyTyped {
  sluice::lab::DelayProxyOptions options;
  std::string to, round_trip = "0s", bandwidth, socket_buffers;
  std::uint64_t cut_after = 0;
};

void add_proxy_options(CLI::App& app, ProxyTyped& typed) {
  app.add_option("--to", typed.to, "HOST:PORT of the server")->required();
  app.add_option("--port", typed.options.listen_port, "Port to listen on; 0 takes a free one")
      ->capture_default_str();
  app.add_option("--round-trip", typed.round_trip, "So long to the server and back, as 50ms")
      ->capture_default_str();
  app.add_option("--bandwidth", typed.bandwidth, "Bytes a second, each way, as 10M");
  app.add_option("--socket-buffers", typed.socket_buffers,
                 "Bytes the system may keep of each socket, as 4K");
  app.add_flag("--ftp", typed.options.ftp,
               "The server speaks FTP: its data connections take this way, too");
  app.add_option("--cut-after", typed.cut_after,
                 "Each connection is reset after so many bytes from the server");
}

/// Of --to.
std::pair<std::string, std::uint16_t> server_of(const std::string& to) {
  const std::size_t colon = to.rfind(':');
  const auto port = colon == std::string::npos ? 0 : std::atoi(to.c_str() + colon + 1);
  if (port < 1 || port > 65535)
    throw Error(ErrorCode::invalid_input, "read", "--to", "HOST:PORT is wanted");
  return {to.substr(0, colon), static_cast<std::uint16_t>(port)};
}

sluice::lab::DelayProxyOptions proxy_options(const ProxyTyped& typed) {
  sluice::lab::DelayProxyOptions options = typed.options;
  std::tie(options.host, options.port) = server_of(typed.to);
  const auto round_trip = sluice::codec::parse_duration(typed.round_trip);
  if (!round_trip) throw Error(ErrorCode::invalid_input, "read", "--round-trip", "such as 50ms");
  options.round_trip = *round_trip;
  if (!typed.bandwidth.empty()) {
    const auto bandwidth = sluice::codec::parse_size(typed.bandwidth);
    if (!bandwidth) throw Error(ErrorCode::invalid_input, "read", "--bandwidth", "such as 10M");
    options.bandwidth = *bandwidth;
  }
  if (!typed.socket_buffers.empty()) {
    const auto size = sluice::codec::parse_size(typed.socket_buffers);
    if (!size || *size > INT_MAX)
      throw Error(ErrorCode::invalid_input, "read", "--socket-buffers", "such as 4K");
    options.socket_buffers = static_cast<int>(*size);
  }
  if (typed.cut_after > 0) options.cut_after = typed.cut_after;
  return options;
}

struct FtpTyped {
  sluice::lab::FtpFrontOptions options;
  std::string to;
  std::vector<std::string> faults;
};

void add_ftp_options(CLI::App& app, FtpTyped& typed) {
  app.add_option("--to", typed.to, "HOST:PORT of the FTP server")->required();
  app.add_option("--port", typed.options.listen_port, "Port to listen on; 0 takes a free one")
      ->capture_default_str();
  app.add_option("--fault", typed.faults,
                 "KIND[=VALUE][,op=VERB][,skip=N][,count=N][,above=N] (may be repeated)")
      ->allow_extra_args(false);
  auto* certificate = app.add_option("--tls-cert", typed.options.certificate,
                                     "Offer explicit TLS with this PEM certificate chain");
  auto* key = app.add_option("--tls-key", typed.options.key, "... and this PEM key");
  certificate->needs(key);
  key->needs(certificate);
  using sluice::lab::FtpTlsSessions;
  app.add_option("--tls-sessions", typed.options.sessions,
                 "Sessions of TLS that are taken up again: all, tls12 or none")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, FtpTlsSessions>{{"all", FtpTlsSessions::all},
                                                {"tls12", FtpTlsSessions::tls12},
                                                {"none", FtpTlsSessions::none}}));
}

sluice::lab::FtpFrontOptions ftp_options(const FtpTyped& typed) {
  sluice::lab::FtpFrontOptions options = typed.options;
  std::tie(options.host, options.port) = server_of(typed.to);
  for (const std::string& text : typed.faults)
    options.faults.push_back(sluice::lab::parse_ftp_fault(text));
  return options;
}

struct WebdavTyped {
  sluice::lab::WebdavCommand command;
  std::string to;
  std::vector<std::string> faults;
};

void add_webdav_options(CLI::App& app, WebdavTyped& typed) {
  app.add_option("--to", typed.to, "ADDRESS:PORT of the server, which speaks HTTP")->required();
  add_listen_options(app, typed.command.listen);
  app.add_option("--fault", typed.faults,
                 "KIND[=VALUE][,op=METHOD][,path=GLOB][,skip=N][,count=N] (may be repeated)")
      ->allow_extra_args(false);
}

sluice::lab::WebdavCommand webdav_command(WebdavTyped typed) {
  std::tie(typed.command.server.host, typed.command.server.port) = server_of(typed.to);
  for (const std::string& text : typed.faults)
    typed.command.faults.push_back(sluice::lab::parse_webdav_fault(text));
  return std::move(typed.command);
}

/// Whether this process is the first to make the file.
bool is_first(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);
  return file >= 0;
}

sluice::lab::SftpServerOptions sftp_options(const SftpTyped& typed) {
  sluice::lab::SftpServerOptions options;
  options.without.insert(typed.without.begin(), typed.without.end());
  options.names_a_reply = typed.names_a_reply;
  if (!typed.once.empty() && !is_first(typed.once)) return options;
  for (const std::string& text : typed.faults)
    options.faults.push_back(sluice::lab::parse_sftp_fault(text));
  return options;
}

void print_faults() {
  for (const auto& info : sluice::lab::fault_kinds()) {
    const auto name = std::string(info.name) + (info.value.empty() ? "" : "=");
    std::cout << name << info.value << "\n    " << info.what << '\n';
  }
  std::cout << fault_help;
}

void apply(const TypedOptions& typed, S3Command& command) {
  command.s3.auth.first.secret_key = sluice::Secret(typed.secret_key);
  command.s3.auth.first.session_token = sluice::Secret(typed.session_token);
  for (const auto& text : typed.credentials)
    command.s3.auth.others.push_back(sluice::lab::parse_credentials(text));
  command.s3.auth.verify = !typed.no_verify;
  if (!typed.synthetic.empty()) {
    command.synthetic = sluice::lab::parse_synthetic(typed.synthetic);
    command.synthetic->layout = typed.layout;
  }
  command.faults = faults_of(typed);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("sluice-lab: loopback servers to test and measure file transfer clients with",
               "sluice-lab");
  app.require_subcommand(1);
  auto* s3 =
      app.add_subcommand("s3", "An S3 server; prints its address as one JSON line when ready");
  auto* sftp = app.add_subcommand(
      "sftp", "An SFTP server on standard input and output, to be run in the place of ssh");
  auto* ftp = app.add_subcommand(
      "ftp", "Stands before an FTP server and misbehaves; prints its address as one JSON line");
  auto* delay = app.add_subcommand(
      "delay", "A long way to a server of this machine; prints its address as one JSON line");
  auto* webdav = app.add_subcommand(
      "webdav", "A front that misbehaves, before a WebDAV server; prints its address likewise");
  auto* faults = app.add_subcommand("faults", "Lists what --fault can do");
  app.set_config("--config", "", "TOML file with these options in a section [s3]");
  S3Command command;
  TypedOptions typed;
  add_server_options(*s3, command);
  add_s3_options(*s3, command, typed);
  add_glue_options(*s3, command);
  add_fault_options(*s3, command, typed);
  SftpTyped sftp_typed;
  add_sftp_options(*sftp, sftp_typed);
  FtpTyped ftp_typed;
  add_ftp_options(*ftp, ftp_typed);
  ProxyTyped proxy_typed;
  add_proxy_options(*delay, proxy_typed);
  WebdavTyped webdav_typed;
  add_webdav_options(*webdav, webdav_typed);
  CLI11_PARSE(app, argc, argv);
  if (faults->parsed()) {
    print_faults();
    return 0;
  }
  std::signal(SIGPIPE, SIG_IGN);  // sendfile and TLS writes to a peer that left
  try {
    if (ftp->parsed()) {
      sluice::lab::run_ftp_front(ftp_options(ftp_typed));
      return 0;
    }
    if (delay->parsed()) {
      sluice::lab::run_delay_proxy(proxy_options(proxy_typed));
      return 0;
    }
    if (sftp->parsed()) {
      sluice::lab::run_sftp(sftp_options(sftp_typed));
      return 0;
    }
    if (webdav->parsed()) {
      sluice::lab::run_webdav(webdav_command(std::move(webdav_typed)));
      return 0;
    }
    apply(typed, command);
    sluice::lab::run_s3(std::move(command));
  } catch (const std::exception& error) {
    std::cerr << "sluice-lab: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
