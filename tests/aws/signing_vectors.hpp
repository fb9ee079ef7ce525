#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sluice/aws/signing.hpp"

namespace sluice::test {

/// One case of the public SigV4 test suite (folder with request.txt, context.json and the expected
/// texts).
struct SigningVector {
  std::string name;
  net::HttpRequest
      request;  ///< request.body refers to `body`: do not copy the vector away from it.
  std::string body;
  aws::Credentials
      credentials;  ///< Without the token if the case wants it left out of the signature.
  aws::SigningScope scope;
  TimePoint time;
  Duration expires{};
  bool sign_body = false;
  aws::SigningTexts header_texts, query_texts;  ///< Expected.
};

/// The cases below `folder`, in order of their names; none if there is no such folder.
std::vector<SigningVector> read_signing_vectors(const std::filesystem::path& folder);

}  // namespace sluice::test
