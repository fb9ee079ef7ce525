#include "ssh/private_key.hpp"

#include <optional>

#include "sluice/codec/base64.hpp"
#include "ssh/known_hosts.hpp"
#include "ssh/packet_reader.hpp"

namespace sluice::ssh {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view begin_mark = "-----BEGIN ", end_mark = "-----END ", dashes = "-----";

Error unreadable(const std::string& file, std::string message) {
  return Error(ErrorCode::config, "read the key", file, std::move(message));
}

/// The lines between BEGIN and END, decoded; without the headers of RFC 1421 in front of them.
std::optional<std::string> body_of(std::string_view block) {
  if (const auto blank = block.find("\n\n"); block.find(':') < blank && blank != block.npos)
    block.remove_prefix(blank);
  std::string text;
  for (const char c : block) {
    if (c != '\n' && c != '\r' && c != ' ') text += c;
  }
  return codec::from_base64(text);
}

PrivateKeyFacts inspect_openssh(std::string_view body, const std::string& file) {
  constexpr std::string_view magic = "openssh-key-v1\0"sv;
  if (!body.starts_with(magic)) throw unreadable(file, "it is no key of OpenSSH");
  PacketReader reader(body.substr(magic.size()), "key");
  PrivateKeyFacts facts;
  facts.encrypted = reader.string() != "none";
  reader.string();  // how the passphrase becomes a key
  reader.string();  // with what salt
  if (reader.number() != 1) throw unreadable(file, "it has several keys");
  facts.public_blob = reader.string();
  facts.type = type_of_blob(facts.public_blob);
  return facts;
}

/// Of PKCS #8, by the object identifier of its algorithm (RFC 8017, RFC 5480, RFC 8410).
std::string pkcs8_type(std::string_view body) {
  constexpr std::size_t begins_within = 32;
  const std::string_view head = body.substr(0, begins_within);
  const auto has = [head](std::string_view bytes) { return head.find(bytes) != head.npos; };
  if (has("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"sv)) return "ssh-rsa";
  if (has("\x06\x03\x2b\x65\x70"sv)) return "ssh-ed25519";
  if (has("\x2a\x86\x48\xce\x3d\x03\x01\x07"sv)) return "ecdsa-sha2-nistp256";
  if (has("\x2b\x81\x04\x00\x22"sv)) return "ecdsa-sha2-nistp384";
  if (has("\x2b\x81\x04\x00\x23"sv)) return "ecdsa-sha2-nistp521";
  return "";
}

PrivateKeyFacts inspect_pem(std::string_view label, std::string_view block,
                            const std::string& file) {
  PrivateKeyFacts facts;
  facts.encrypted = label == "ENCRYPTED PRIVATE KEY" || block.find("ENCRYPTED") != block.npos;
  if (label == "RSA PRIVATE KEY") {
    facts.type = "ssh-rsa";
  } else if (label == "DSA PRIVATE KEY") {
    facts.type = "ssh-dss";
  } else if (label == "PRIVATE KEY") {
    if (const auto body = body_of(block)) facts.type = pkcs8_type(*body);
  } else if (label != "EC PRIVATE KEY" && label != "ENCRYPTED PRIVATE KEY") {
    throw unreadable(file, "it is no private key");
  }
  return facts;
}

}  // namespace

bool is_rsa(std::string_view type) {
  return type == "ssh-rsa";
}

bool is_plain_key_type(std::string_view type) {
  return type == "ssh-ed25519" || type == "ecdsa-sha2-nistp256" || type == "ecdsa-sha2-nistp384" ||
         type == "ecdsa-sha2-nistp521" || is_rsa(type);
}

PrivateKeyFacts inspect_private_key(std::string_view text, const std::string& file) {
  const auto begin = text.find(begin_mark);
  if (begin == std::string_view::npos) {
    const bool is_public = text.starts_with("ssh-") || text.starts_with("ecdsa-");
    throw unreadable(file, is_public ? "it is a public key; give the private one (without .pub)"
                                     : "it is no private key");
  }
  text.remove_prefix(begin + begin_mark.size());
  const std::string_view label = text.substr(0, text.find(dashes));
  text.remove_prefix(std::min(text.size(), label.size() + dashes.size()));
  const auto end = text.find(end_mark);
  if (end == std::string_view::npos) throw unreadable(file, "its end is missing");
  const std::string_view block = text.substr(0, end);
  if (label != "OPENSSH PRIVATE KEY") return inspect_pem(label, block, file);
  const auto body = body_of(block);
  if (!body) throw unreadable(file, "it is damaged");
  return inspect_openssh(*body, file);
}

}  // namespace sluice::ssh
