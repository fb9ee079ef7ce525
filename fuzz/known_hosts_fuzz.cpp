#include <cstddef>
#include <cstdint>
#include <string>

#include "require.hpp"
#include "ssh/known_hosts.hpp"

using namespace sluice::ssh;

/// Any file, asked for names; and what is added to it is found in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  KnownHosts hosts;
  hosts.add(text, "file");
  for (const char* name : {"h", "host.example", "[host.example]:2222", ""}) {
    const auto keys = hosts.keys_of(name);
    for (const KnownKey& key : keys) {
      require(!key.type.empty() && type_of_blob(key.blob) == key.type, "a key is of its type");
      const HostKeyJudgement judgement = judge(keys, key.blob);
      require(judgement.verdict != HostKeyVerdict::unknown, "a key that is there is not unknown");
      require(judgement.verdict == HostKeyVerdict::known || judgement.because, "there is a reason");
      fingerprint(key.blob);
    }
    require(algorithm_order(keys, {"a", "b"}).size() == 2, "no algorithm is lost");
  }
  const std::string blob = std::string("\0\0\0\x01k", 5) + text;
  for (const char* salt : {"", "salt"}) {
    KnownHosts added;
    added.add(known_hosts_line("h", blob, salt), "file");
    const auto keys = added.keys_of("h");
    require(keys.size() == 1 && keys[0].blob == blob, "what is added is found");
  }
  return 0;
}
