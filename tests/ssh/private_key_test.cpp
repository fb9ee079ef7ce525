#include "ssh/private_key.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "sluice/core/error.hpp"
#include "ssh/known_hosts.hpp"

namespace sluice::ssh {
namespace {

// Keys that ssh-keygen and openssl made for this test; they open nothing.
constexpr std::string_view plain =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACBch3OTTvo3jICt2lE00HXgS6zbb537k04c4VK/eRJOLwAAAIgAdHclAHR3\n"
    "JQAAAAtzc2gtZWQyNTUxOQAAACBch3OTTvo3jICt2lE00HXgS6zbb537k04c4VK/eRJOLw\n"
    "AAAEC7p2/oXD/pJbHX3vnObc3PonfbaC6ETrkB9TAwNX1S9lyHc5NO+jeMgK3aUTTQdeBL\n"
    "rNtvnfuTThzhUr95Ek4vAAAAAWMBAgME\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

constexpr std::string_view encrypted =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCC5eu4XE\n"
    "rPJSZSYkMDWFFBAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIEaShJ5YjyeWYzHz\n"
    "4bXTvB3K27ALO4uXe74M+GmkoiVbAAAAkA0bYmvICYXUcb2aDaa/1fEQeHHV3JiupYOfNZ\n"
    "1MsLtQJtjKOyF0UQhjMl/1w6IOz7YG2pfSfYU0Ij5VIGZBE6mVf4l+nUa6VRMuzcYgB4t0\n"
    "z6tfb7djA4WlF6I2KBPD0WoM77vW45aYwQUGaayhY1qW3AWkOB46QDbKAEwr1flZXJKM3F\n"
    "k1e3GdnqaP7mDi2w==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

constexpr std::string_view encrypted_pem =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "Proc-Type: 4,ENCRYPTED\n"
    "DEK-Info: AES-128-CBC,362897BFBA0F3F607768377F3EB1DEF5\n"
    "\n"
    "nhjdQs0m5G5nyGmiGzqQe2rhcMqXmfr22O+6+gpd88u2V3brKljN9cuZd1NoN5Oc\n"
    "oEUdwGOFWGbpXGOGF0IS8+WIg8eREFbCNcz6NQKX2NpTPdXXnokWNJmcw8swycI5\n"
    "kJNI3Gz9JPjIu2VcPsHjAiIIC5fZle0GbmKsE67dLCI=\n"
    "-----END EC PRIVATE KEY-----\n";

constexpr std::string_view pkcs8_ecdsa =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgex1bD1u44LeYYqPn\n"
    "zmM4uwV6oZZ05+/1r5Jg1EnlnPShRANCAASVqM2AmCcV/9ic7WQNunLlcF8XOILo\n"
    "G5ck6vE3RE4kY0BQ6LO9vrEF6m2xtJtvMuISjMfRECVyFQdoy413nG/b\n"
    "-----END PRIVATE KEY-----\n";

constexpr std::string_view pkcs8_ed25519 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIPmrBwh18R7nHx+/2Z8+VEIHOKpyKvTNlya+RDercsR5\n"
    "-----END PRIVATE KEY-----\n";

constexpr std::string_view encrypted_pkcs8 =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi79r6efA7xaAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEEoKjuvCbUmOewmdiFy10Z4EgZAq\n"
    "yPUee9GnmSuomND9ACtWuqBUdUuG0pFb7lf2igyFt3u8Lg6mNrlH9HupDzhLLYwY\n"
    "H8onHiE7jKbw+0cykvAWWeENJT1gxyyTpn6UcJmeH0V1XVPzM3x9q3J7iQRZnBIk\n"
    "SgJ35j5zTaEIV4gr6E65teQFNr1QWxlWa50OmZCt+830s64powqGB+3O4YXtdkA=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

PrivateKeyFacts facts(std::string_view text) {
  return inspect_private_key(text, "file");
}

std::optional<std::string> refusal(std::string_view text) {
  try {
    facts(text);
  } catch (const Error& error) {
    return error.message();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("OpenSSH's own format tells type and public key, also when it is encrypted") {
  CHECK(facts(plain).type == "ssh-ed25519");
  CHECK_FALSE(facts(plain).encrypted);
  CHECK(fingerprint(facts(plain).public_blob) ==
        "SHA256:Pu8Pfl+3pfe39Enmky/oFyNLIL0TnbT+iiXRcBM6atY");
  CHECK(facts(encrypted).type == "ssh-ed25519");
  CHECK(facts(encrypted).encrypted);
}

TEST_CASE("PEM tells its type by label or by object identifier") {
  CHECK(facts("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n").type ==
        "ssh-rsa");
  CHECK(facts(encrypted_pem).encrypted);
  CHECK(facts(pkcs8_ecdsa).type == "ecdsa-sha2-nistp256");
  CHECK(facts(pkcs8_ed25519).type == "ssh-ed25519");
  CHECK_FALSE(facts(pkcs8_ed25519).encrypted);
  CHECK(facts(encrypted_pkcs8).encrypted);
  CHECK(facts(encrypted_pkcs8).type.empty());
}

TEST_CASE("what is no private key is refused in words that help") {
  CHECK(refusal("").value() == "it is no private key");
  CHECK(refusal("ssh-ed25519 AAAA me").value().find("without .pub") != std::string::npos);
  CHECK(refusal("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").has_value());
  CHECK(refusal("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n").has_value());
  CHECK(refusal("-----BEGIN OPENSSH PRIVATE KEY-----\n!!!!\n-----END ").value() == "it is damaged");
  CHECK(refusal("-----BEGIN ").has_value());
  for (std::size_t size = 0; size + 40 < plain.size(); ++size)
    CHECK(refusal(std::string(plain.substr(0, size)) + "\n").has_value());
}

TEST_CASE("types that libssh2 may use") {
  CHECK(is_plain_key_type("ssh-ed25519"));
  CHECK(is_plain_key_type("ssh-rsa"));
  CHECK_FALSE(is_plain_key_type("sk-ssh-ed25519@openssh.com"));
  CHECK_FALSE(is_plain_key_type("ssh-ed25519-cert-v01@openssh.com"));
  CHECK_FALSE(is_plain_key_type("ssh-dss"));
}

}  // namespace sluice::ssh
