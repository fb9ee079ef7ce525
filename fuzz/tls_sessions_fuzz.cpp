#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "net/tls_context.hpp"
#include "require.hpp"

namespace {

using namespace sluice;

constexpr std::size_t most_kept = 16;

struct Known {
  std::uint32_t number = 0;
  bool tls13 = false, resumable = false;
};

net::SessionPointer make_session(const Known& known) {
  net::SessionPointer session(SSL_SESSION_new());
  SSL_SESSION_set_protocol_version(session.get(), known.tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // Without an identifier or a ticket there is nothing to offer.
  const std::string id = std::to_string(known.number);
  const auto* bytes = reinterpret_cast<const unsigned char*>(id.data());
  if (known.resumable) SSL_SESSION_set1_id(session.get(), bytes, static_cast<unsigned>(id.size()));
  return session;
}

std::uint32_t number_of(const SSL_SESSION* session) {
  unsigned length = 0;
  const unsigned char* const id = SSL_SESSION_get_id(session, &length);
  return static_cast<std::uint32_t>(
      std::stoul(std::string(reinterpret_cast<const char*>(id), length)));
}

/// The newest that can be resumed; nullptr if there is none. What stands before it in the way goes.
const Known* newest(std::deque<Known>& model) {
  while (!model.empty() && !model.back().resumable)
    model.pop_back();
  return model.empty() ? nullptr : &model.back();
}

void take(net::TlsSessions& sessions, std::deque<Known>& model) {
  const net::SessionPointer taken = sessions.take();
  const Known* const expected = newest(model);
  require((taken != nullptr) == (expected != nullptr), "what can be resumed is given out");
  if (!expected) return;
  require(number_of(taken.get()) == expected->number, "the newest session comes first");
  // RFC 8446 appendix C.4: a ticket that is used twice tells who uses it.
  if (expected->tls13) model.pop_back();
}

}  // namespace

/// Sessions kept and taken in any order: a ticket of TLS 1.3 serves once, a session of TLS 1.2
/// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  net::TlsSessions sessions;
  std::deque<Known> model;
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] % 2 == 0) {
      take(sessions, model);
      continue;
    }
    const Known known{.number = static_cast<std::uint32_t>(i),
                      .tls13 = (data[i] & 2U) != 0,
                      .resumable = data[i] % 16 != 1};
    sessions.keep(make_session(known));
    if (model.size() == most_kept) model.pop_front();
    model.push_back(known);
  }
  return 0;
}
