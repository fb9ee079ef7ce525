#include "sluice/codec/es256.hpp"

#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

// Made for this test by `openssl ecparam -genkey`, in its three forms.
const std::string sec1 =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIELhDFJ1AmQfLOM8GH9s5szRbUHOfwzxzNV8e/RaPkAVoAoGCCqGSM49\n"
    "AwEHoUQDQgAEP3cfxYHp7x+2sGPkAwYgrimLmDDPFWehfHv9/66vMzK6h96wH+Es\n"
    "mGvXO+S6/7AtN1ECR9WSyHAXRY07PtYPjQ==\n"
    "-----END EC PRIVATE KEY-----\n";
const std::string pkcs8 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQuEMUnUCZB8s4zwY\n"
    "f2zmzNFtQc5/DPHM1Xx79Fo+QBWhRANCAAQ/dx/FgenvH7awY+QDBiCuKYuYMM8V\n"
    "Z6F8e/3/rq8zMrqH3rAf4SyYa9c75Lr/sC03UQJH1ZLIcBdFjTs+1g+N\n"
    "-----END PRIVATE KEY-----\n";
const std::string public_key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEP3cfxYHp7x+2sGPkAwYgrimLmDDP\n"
    "FWehfHv9/66vMzK6h96wH+EsmGvXO+S6/7AtN1ECR9WSyHAXRY07PtYPjQ==\n"
    "-----END PUBLIC KEY-----\n";
const std::string of_p384 =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MIGkAgEBBDDSPly3NIIH5oVzj6ovvHd7R/NdJEkI4Ge8xtJKed1JmzcW/FuWd80o\n"
    "gJE+hX6zobmgBwYFK4EEACKhZANiAAQr5LkYgewq67G18uffMyLKkX5sBhjTS3Fm\n"
    "I9gpmCaXgX5WtQ5GI+PYRl/wGnPYPw+cLd///fqOGYZatc3EN57yjCGj3q21bc/Y\n"
    "oXjmLkKLrSKuonHrxvEi2bWMoLFpsSQ=\n"
    "-----END EC PRIVATE KEY-----\n";

std::string refusal(const std::string& pem) {
  try {
    const Es256Key key(pem, "the file");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::protocol);
    return error.what();
  }
  return {};
}

// OpenSSL's own view of the signature, with the public key alone.
bool verified(const std::array<std::byte, 64>& signature, std::string_view message) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(signature.data());
  ECDSA_SIG* const pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair, &der);
  BIO* const text = BIO_new_mem_buf(public_key.data(), static_cast<int>(public_key.size()));
  EVP_PKEY* const key = PEM_read_bio_PUBKEY(text, nullptr, nullptr, nullptr);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
  const int result =
      EVP_DigestVerify(context, der, static_cast<std::size_t>(size),
                       reinterpret_cast<const unsigned char*>(message.data()), message.size());
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  BIO_free(text);
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  return result == 1;
}

}  // namespace

TEST_CASE("ES256: both forms of a key, and what it shows of itself") {
  for (const std::string& pem : {sec1, pkcs8, sec1.substr(0, sec1.size() - 1)}) {
    const Es256Key key(pem, "the file");
    CHECK(to_hex(key.x()) == "3f771fc581e9ef1fb6b063e4030620ae298b9830cf1567a17c7bfdffaeaf3332");
    CHECK(to_hex(key.y()) == "ba87deb01fe12c986bd73be4baffb02d37510247d592c87017458d3b3ed60f8d");
  }
}

TEST_CASE("ES256: signatures hold for their message and no other") {
  const Es256Key key(sec1, "the file");
  for (int i = 0; i < 50; ++i) {  // also numbers with leading zeros
    const std::string message = "message " + std::to_string(i);
    const auto signature = key.sign(as_bytes(message));
    CHECK(verified(signature, message));
    CHECK_FALSE(verified(signature, message + "!"));
  }
}

TEST_CASE("ES256: what is no key on P-256 is refused, and not quoted") {
  CHECK(refusal(of_p384).find("the file") != std::string::npos);
  CHECK(refusal(of_p384).find("MIGk") == std::string::npos);
  CHECK_FALSE(refusal("").empty());
  CHECK_FALSE(
      refusal("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n").empty());
  CHECK_FALSE(refusal(public_key).empty());
}

}  // namespace sluice::codec
