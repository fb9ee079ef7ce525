#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "support/temporary_directory.hpp"

namespace sluice::test {

struct CertificateFiles {
  std::string certificate, key;  ///< PEM files.
};

struct CertificateWish {
  std::string name;  ///< Subject, and the files' names.
  std::string
      alternative;  ///< subjectAltName, such as "IP:127.0.0.1" or "DNS:example.test"; empty: none.
  bool authority = false;
  long valid_from = -3600, valid_to = 24 * 3600;  ///< Seconds from now.
};

/// Makes P-256 keys and certificates in `directory`; self-signed without an issuer.
CertificateFiles make_certificate(const std::filesystem::path& directory,
                                  const CertificateWish& wish);
CertificateFiles make_certificate(const std::filesystem::path& directory,
                                  const CertificateWish& wish, const CertificateFiles& issuer);

/// An authority of a test's own, with its files in a directory that goes with it.
struct Authority {
  CertificateFiles issue(std::string name, std::string alternative) const {
    return make_certificate(directory.path(),
                            {.name = std::move(name), .alternative = std::move(alternative)}, root);
  }

  TemporaryDirectory directory;
  CertificateFiles root =
      make_certificate(directory.path(), {.name = "root", .alternative = "", .authority = true});
  CertificateFiles server = issue("server", "IP:127.0.0.1,DNS:localhost");
};

}  // namespace sluice::test
