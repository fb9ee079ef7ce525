#include "session.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <random>

#include "sluice/core/error.hpp"
#include "sluice/core/random.hpp"

namespace sluice::test {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  if (!value) throw Error(ErrorCode::config, "S3 suite", name, "not set; use run_s3_suite.py");
  return value;
}

std::string variable_if_set(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

ServerTraits traits_of(const std::string& flavour) {
  ServerTraits traits;
  if (flavour == "moto") {
    traits.checks_signatures = false;
    traits.verifies_checksums = false;
    traits.keeps_checksums = false;
    traits.true_multipart_checksums = false;
    traits.honours_if_match_on_complete = false;
    traits.honours_if_match_on_copy_source = false;
    traits.keeps_control_characters = false;
    traits.limits_keys = false;
  } else if (flavour == "versitygw") {
    traits.keeps_storage_class = false;
    traits.keeps_double_slash = false;
    traits.keeps_control_characters = false;
    traits.long_parts = false;
    traits.replaces_long_names = false;
    traits.limits_keys = false;
  } else if (flavour != "lab" && flavour != "aws") {
    throw Error(ErrorCode::config, "S3 suite", flavour, "an unknown flavour of server");
  }
  return traits;
}

aws::S3ClientOptions completed(aws::S3ClientOptions options, const Server& server) {
  options.endpoint.region = server.region;
  options.endpoint.custom = net::parse_url(server.endpoint);
  if (server.virtual_host) options.addressing = aws::AddressingStyle::virtual_host;
  options.retry.base = std::chrono::milliseconds(20);
  return options;
}

}  // namespace

const Server& server() {
  static const Server known = [] {
    Server made{.endpoint = variable("SLUICE_S3_ENDPOINT"),
                .region = variable("SLUICE_S3_REGION"),
                .access_key = variable("SLUICE_S3_ACCESS_KEY"),
                .secret_key = variable("SLUICE_S3_SECRET_KEY"),
                .bucket = variable("SLUICE_S3_BUCKET"),
                .flavour = variable("SLUICE_S3_FLAVOUR"),
                .ca_file = variable_if_set("SLUICE_S3_CA_FILE"),
                .virtual_host = variable_if_set("SLUICE_S3_ADDRESSING") == "virtual",
                .traits = {}};
    made.traits = traits_of(made.flavour);
    return made;
  }();
  return known;
}

Session::Session(Runtime& the_runtime, const Server& to, aws::S3ClientOptions options)
    : runtime(the_runtime),
      bucket(to.bucket),
      prefix("suite-" + the_runtime.random().hex_id() + "/") {
  net::Http1Options transport;
  transport.tls.ca_file = to.ca_file;
  http = net::make_http1_client(runtime, std::move(transport));
  aws::Credentials credentials;
  credentials.access_key_id = to.access_key;
  credentials.secret_access_key = Secret(to.secret_key);
  client = std::make_shared<aws::S3Client>(runtime, http,
                                           aws::make_static_credentials(std::move(credentials)),
                                           completed(std::move(options), to));
}

Task<> make_bucket(Session& session) {
  static bool made = false;
  if (made) co_return;
  made = true;
  try {
    co_await session.client->create_bucket(session.context(), session.bucket);
  } catch (const Error& error) {
    const bool there = error.server_code() == "BucketAlreadyOwnedByYou" ||
                       error.server_code() == "BucketAlreadyExists";
    if (!there) throw;
  }
}

std::unique_ptr<FileSystem> Session::files(std::string below) const {
  S3FsOptions options;
  options.client = client;
  options.bucket = bucket;
  options.prefix = prefix + below;
  options.part_size = 5_MiB;
  return make_s3_fs(runtime, std::move(options));
}

aws::S3ClientOptions options_for_multipart(aws::ChecksumAlgorithm algorithm) {
  aws::S3ClientOptions options;
  options.checksum = algorithm;
  if (!server().traits.true_multipart_checksums)
    options.checksum_mode = aws::ChecksumMode::when_required;
  return options;
}

std::string some_bytes(std::size_t size, std::uint32_t seed) {
  // Eight bytes at a step: this runs in handlers that the watchdog times.
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random();
    std::memcpy(bytes.data() + at, &word, std::min(sizeof word, size - at));
  }
  return bytes;
}

Task<std::string> read_all(ByteSource& source) {
  std::string text;
  for (;;) {
    const Bytes bytes = co_await source.next();
    if (bytes.empty()) break;
    text += as_text(bytes);
  }
  co_return text;
}

Task<std::string> read_object(Session& session, std::string key, aws::GetOptions options) {
  aws::S3ObjectReader reader = co_await session.client->get(
      session.context(), session.at(std::move(key)), std::move(options));
  std::string text;
  std::vector<std::byte> buffer(64 * 1024);
  for (;;) {
    const std::size_t size = co_await reader.read(buffer);
    if (size == 0) break;
    text += as_text(Bytes(buffer).first(size));
  }
  co_return text;
}

}  // namespace sluice::test
