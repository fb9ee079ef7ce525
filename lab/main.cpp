#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <iostream>
#include <map>

#include "s3/command.hpp"
#include "sluice/core/error.hpp"

namespace {

using sluice::lab::EtagKind;
using sluice::lab::S3Command;
using sluice::lab::SyntheticLayout;

/// Options that cannot be stored as they are typed.
struct TypedOptions {
  std::string secret_key = "labsecretEXAMPLEKEY";
  std::string session_token;
  bool no_verify = false;
  std::string synthetic;
  SyntheticLayout layout = SyntheticLayout::flat;
  std::map<std::string, std::string> faults;
};

void add_server_options(CLI::App& app, S3Command& command) {
  app.add_option("--host", command.listen.host, "Address to listen on")->capture_default_str();
  app.add_option("--port", command.listen.port, "Port; 0 takes a free one")->capture_default_str();
  app.add_option("--control-port", command.control_port,
                 "Port of the control address; 0 takes a free one")
      ->capture_default_str();
  auto* certificate = app.add_option("--tls-cert", command.listen.certificate,
                                     "Serve HTTPS with this PEM certificate chain");
  auto* key = app.add_option("--tls-key", command.listen.key, "... and this PEM key");
  certificate->needs(key);
  key->needs(certificate);
}

void add_s3_options(CLI::App& app, S3Command& command, TypedOptions& typed) {
  app.add_option("--data", command.data, "Where objects live: 'memory' or a directory")
      ->capture_default_str();
  app.add_option("--bucket", command.buckets, "Bucket to make at the start (may be repeated)");
  app.add_option("--access-key", command.s3.auth.access_key, "The one access key that is known")
      ->capture_default_str();
  app.add_option("--secret-key", typed.secret_key, "Its secret")->capture_default_str();
  app.add_option("--session-token", typed.session_token, "Session token that requests must carry");
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

void add_fault_options(CLI::App& app, S3Command& command, TypedOptions& typed) {
  app.add_option("--latency", typed.faults["latency"], "Delay before each answer, such as 20ms");
  app.add_option("--error-rate", typed.faults["error-rate"],
                 "Share of requests answered 500 InternalError");
  app.add_option("--slowdown-rate", typed.faults["slowdown-rate"],
                 "Share of requests answered 503 SlowDown");
  app.add_option("--retry-after", typed.faults["retry-after"],
                 "Seconds to send as Retry-After with those");
  app.add_option("--seed", command.seed, "Repeats the random choices of an earlier run");
}

void apply(const TypedOptions& typed, S3Command& command) {
  command.s3.auth.secret_key = sluice::Secret(typed.secret_key);
  command.s3.auth.session_token = sluice::Secret(typed.session_token);
  command.s3.auth.verify = !typed.no_verify;
  if (!typed.synthetic.empty()) {
    command.synthetic = sluice::lab::parse_synthetic(typed.synthetic);
    command.synthetic->layout = typed.layout;
  }
  for (const auto& [name, value] : typed.faults)
    if (!value.empty()) sluice::lab::set_fault(command.faults, name, value);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("sluice-lab: loopback servers to test and measure file transfer clients with",
               "sluice-lab");
  app.require_subcommand(1);
  auto* s3 =
      app.add_subcommand("s3", "An S3 server; prints its address as one JSON line when ready");
  S3Command command;
  TypedOptions typed;
  add_server_options(*s3, command);
  add_s3_options(*s3, command, typed);
  add_fault_options(*s3, command, typed);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);  // sendfile and TLS writes to a peer that left
  try {
    apply(typed, command);
    sluice::lab::run_s3(std::move(command));
  } catch (const std::exception& error) {
    std::cerr << "sluice-lab: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
