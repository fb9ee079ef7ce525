#include "support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>

namespace sluice::test {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

File open_file(const std::string& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode), &std::fclose);
  if (!file) throw std::runtime_error("cannot open " + path);
  return file;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (!extension) throw std::runtime_error("bad extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_name(X509_NAME* name, const std::string& common_name) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
}

CertificateFiles make(const std::filesystem::path& directory, const CertificateWish& wish,
                      X509* issuer, EVP_PKEY* signer) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate certificate(X509_new(), &X509_free);
  X509* cert = certificate.get();
  X509_set_version(cert, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), std::random_device{}());
  X509_gmtime_adj(X509_getm_notBefore(cert), wish.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(cert), wish.valid_to);
  X509_set_pubkey(cert, key.get());
  set_name(X509_get_subject_name(cert), wish.name);
  X509_set_issuer_name(cert, X509_get_subject_name(issuer ? issuer : cert));
  add_extension(cert, issuer ? issuer : cert, NID_basic_constraints,
                wish.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!wish.alternative.empty()) add_extension(cert, cert, NID_subject_alt_name, wish.alternative);
  if (X509_sign(cert, signer ? signer : key.get(), EVP_sha256()) == 0)
    throw std::runtime_error("cannot sign");

  CertificateFiles files{.certificate = directory / (wish.name + ".crt"),
                         .key = directory / (wish.name + ".key")};
  PEM_write_X509(open_file(files.certificate, "w").get(), cert);
  PEM_write_PrivateKey(open_file(files.key, "w").get(), key.get(), nullptr, nullptr, 0, nullptr,
                       nullptr);
  return files;
}

}  // namespace

CertificateFiles make_certificate(const std::filesystem::path& directory,
                                  const CertificateWish& wish) {
  return make(directory, wish, nullptr, nullptr);
}

CertificateFiles make_certificate(const std::filesystem::path& directory,
                                  const CertificateWish& wish, const CertificateFiles& issuer) {
  const Certificate certificate(
      PEM_read_X509(open_file(issuer.certificate, "r").get(), nullptr, nullptr, nullptr),
      &X509_free);
  const Key key(PEM_read_PrivateKey(open_file(issuer.key, "r").get(), nullptr, nullptr, nullptr),
                &EVP_PKEY_free);
  return make(directory, wish, certificate.get(), key.get());
}

}  // namespace sluice::test
