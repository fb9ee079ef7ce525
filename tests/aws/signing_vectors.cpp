#include "aws/signing_vectors.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "sluice/codec/date.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"

namespace sluice::test {
namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorCode::not_found, "read vector", file.string(), "cannot be opened");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// The lines of one field are joined by a space (RFC 9112 section 5.2, obsolete folding).
void parse_fields(std::string_view& text, SigningVector& vector) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    if (line.front() == ' ') {
      fields.back().second.append(" ").append(line);
      continue;
    }
    const std::size_t colon = line.find(':');
    fields.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  for (const auto& [name, value] : fields) {
    if (name == "Host") {
      vector.request.endpoint = {.tls = true, .host = value, .port = 443};
    } else {
      vector.request.headers.add(name, value);
    }
  }
}

void parse_request(std::string_view text, SigningVector& vector) {
  const std::string_view line = take_line(text);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');  // targets are raw and may hold spaces
  vector.request.method = std::string(line.substr(0, first));
  vector.request.target = std::string(line.substr(first + 1, last - first - 1));
  parse_fields(text, vector);
  vector.body = std::string(text);
}

void parse_context(std::string_view text, SigningVector& vector) {
  const auto context = codec::parse_json(text, "context.json");
  const auto& credentials = context["credentials"];
  vector.credentials.access_key_id = std::string(credentials["access_key_id"].as_string().value());
  vector.credentials.secret_access_key =
      Secret(std::string(credentials["secret_access_key"].as_string().value()));
  if (!context["omit_session_token"].as_bool().value_or(false)) {
    vector.credentials.session_token =
        Secret(std::string(credentials["token"].as_string().value_or("")));
  }
  vector.scope.region = std::string(context["region"].as_string().value());
  vector.scope.service = std::string(context["service"].as_string().value());
  const bool normalize = context["normalize"].as_bool().value();
  vector.scope.path_style = normalize ? aws::PathStyle::normalized : aws::PathStyle::as_is;
  vector.time = codec::parse_iso8601(context["timestamp"].as_string().value()).value();
  vector.expires = std::chrono::seconds(context["expiration_in_seconds"].as_int().value());
  vector.sign_body = context["sign_body"].as_bool().value();
}

aws::SigningTexts expected_texts(const std::filesystem::path& folder, const std::string& form) {
  return {content_of(folder / (form + "-canonical-request.txt")),
          content_of(folder / (form + "-string-to-sign.txt")),
          content_of(folder / (form + "-signature.txt"))};
}

}  // namespace

std::vector<SigningVector> read_signing_vectors(const std::filesystem::path& folder) {
  std::vector<SigningVector> vectors;
  if (!std::filesystem::is_directory(folder)) return vectors;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SigningVector& vector = vectors.emplace_back();
    vector.name = entry.path().filename().string();
    parse_request(content_of(entry.path() / "request.txt"), vector);
    parse_context(content_of(entry.path() / "context.json"), vector);
    vector.header_texts = expected_texts(entry.path(), "header");
    vector.query_texts = expected_texts(entry.path(), "query");
  }
  std::ranges::sort(vectors, {}, &SigningVector::name);
  return vectors;
}

}  // namespace sluice::test
