#include "sluice/codec/es256.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <climits>

#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

template <auto free_function>
struct Freer {
  template <class Object>
  void operator()(Object* object) const {
    free_function(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using ContextPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

// OpenSSL would ask the terminal for an encrypted key's password.
int no_password(char*, int, int, void*) {
  return 0;
}

Error broken(const std::string& subject) {
  return Error(ErrorCode::protocol, "read key", subject, "this is no private key on P-256 in PEM");
}

KeyPtr read_key(std::string_view pem, const std::string& subject) {
  if (pem.size() > INT_MAX) throw broken(subject);
  const BioPtr text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyPtr key(text ? PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr) : nullptr);
  if (!key || !EVP_PKEY_is_a(key.get(), "EC")) throw broken(subject);
  char curve[64] = {};
  if (EVP_PKEY_get_group_name(key.get(), curve, sizeof curve, nullptr) != 1 ||
      std::string_view(curve) != "prime256v1") {
    throw broken(subject);
  }
  return key;
}

void check(bool done, const char* what) {
  if (!done) throw Error(ErrorCode::internal, "sign with ES256", what, "OpenSSL refused");
}

void write_padded(const BIGNUM* number, std::byte* out) {
  check(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out), 32) == 32, "number");
}

Es256Key::Coordinate coordinate(EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  check(EVP_PKEY_get_bn_param(key, name, &raw) == 1, name);
  const NumberPtr number(raw);
  Es256Key::Coordinate bytes;
  write_padded(number.get(), bytes.data());
  return bytes;
}

// DER, as OpenSSL has it.
std::string signature_of(EVP_PKEY* key, Bytes message) {
  const ContextPtr context(EVP_MD_CTX_new());
  check(context != nullptr, "allocate");
  check(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1, "begin");
  const auto* const data = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  check(EVP_DigestSign(context.get(), nullptr, &size, data, message.size()) == 1, "measure");
  std::string der(size, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(der.data());
  check(EVP_DigestSign(context.get(), out, &size, data, message.size()) == 1, "sign");
  der.resize(size);
  return der;
}

}  // namespace

struct Es256Key::State {
  KeyPtr key;
  Coordinate x, y;
};

Es256Key::Es256Key(std::string_view pem, const std::string& subject)
    : state_(std::make_unique<State>(State{.key = read_key(pem, subject), .x = {}, .y = {}})) {
  state_->x = coordinate(state_->key.get(), OSSL_PKEY_PARAM_EC_PUB_X);
  state_->y = coordinate(state_->key.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
}
Es256Key::~Es256Key() = default;
Es256Key::Es256Key(Es256Key&&) noexcept = default;
Es256Key& Es256Key::operator=(Es256Key&&) noexcept = default;

const Es256Key::Coordinate& Es256Key::x() const {
  return state_->x;
}
const Es256Key::Coordinate& Es256Key::y() const {
  return state_->y;
}

std::array<std::byte, 64> Es256Key::sign(Bytes message) const {
  const std::string der = signature_of(state_->key.get(), message);
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const SignaturePtr pair(d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size())));
  check(pair != nullptr, "read");
  std::array<std::byte, 64> signature;
  write_padded(ECDSA_SIG_get0_r(pair.get()), signature.data());
  write_padded(ECDSA_SIG_get0_s(pair.get()), signature.data() + 32);
  return signature;
}

}  // namespace sluice::codec
