#include "ssh/known_hosts.hpp"

#include <doctest/doctest.h>

#include "sluice/codec/base64.hpp"

namespace sluice::ssh {
namespace {

constexpr std::string_view ed25519 =
    "AAAAC3NzaC1lZDI1NTE5AAAAIFyHc5NO+jeMgK3aUTTQdeBLrNtvnfuTThzhUr95Ek4v";
constexpr std::string_view other_ed25519 =
    "AAAAC3NzaC1lZDI1NTE5AAAAIEaShJ5YjyeWYzHz4bXTvB3K27ALO4uXe74M+GmkoiVb";
constexpr std::string_view ecdsa =
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOkm2MP4xkAUKwHK1P4dcl1lozzNZZRJHAe6v+rN"
    "ZBTXWZAX34Z7JtOw3FRi63IefjghGmrhHNkKQVVEFaQQoOE=";

std::string blob(std::string_view base64) {
  return codec::from_base64(base64).value();
}

std::string line(std::string_view names, std::string_view key = ed25519) {
  return std::string(names) + (key == ecdsa ? " ecdsa-sha2-nistp256 " : " ssh-ed25519 ") +
         std::string(key) + "\n";
}

std::vector<KnownKey> keys_in(std::string_view text, std::string_view name) {
  KnownHosts hosts;
  hosts.add(text, "kh");
  return hosts.keys_of(name);
}

bool finds(std::string_view names, std::string_view name) {
  return !keys_in(line(names), name).empty();
}

HostKeyVerdict verdict(std::string_view text, std::string_view base64) {
  const auto keys = keys_in(text, "h");
  return judge(keys, blob(base64)).verdict;
}

}  // namespace

TEST_CASE("names are hosts, with a port in brackets where it is not 22") {
  CHECK(known_host_name("Host.Example", 22) == "host.example");
  CHECK(known_host_name("Host.Example", 0) == "host.example");
  CHECK(known_host_name("::1", 2222) == "[::1]:2222");
  CHECK(finds("[h]:2222", "[h]:2222"));
  CHECK_FALSE(finds("[h]:2222", "h"));
  CHECK_FALSE(finds("h", "[h]:2222"));
}

TEST_CASE("names are lists of patterns, and one with ! excludes") {
  CHECK(finds("a,h,b", "h"));
  CHECK(finds("H", "h"));
  CHECK(finds("*.example", "a.b.example"));
  CHECK_FALSE(finds("*.example", "example"));
  CHECK(finds("h?st", "host"));
  CHECK_FALSE(finds("h?st", "hst"));
  CHECK(finds("*", "anything"));
  CHECK(finds("a*c*e", "abcde"));
  CHECK_FALSE(finds("a*c*e", "abcdf"));
  CHECK_FALSE(finds("*.example,!bad.example", "bad.example"));
  CHECK(finds("!bad.example,*.example", "good.example"));
  CHECK_FALSE(finds("!h", "h"));
  CHECK(finds("[*]:2222", "[h]:2222"));
  CHECK_FALSE(finds("", "h"));
}

TEST_CASE("names that ssh-keygen -H hashed are found") {
  const std::string text =
      line("|1|06sN0g/r7TrVwgCP1K8GfpHSI/Q=|irRTyrB/vzgcpuZtLMukmTbfJVQ=") +
      line("|1|9F4srxYvr/kOrBzXIstIkGt9DLQ=|pqUFUk8aWGIFvyv9PVU3QJpFPo4=", ecdsa);
  const auto plain = keys_in(text, "host.example"),
             with_port = keys_in(text, "[host.example]:2222");
  REQUIRE(plain.size() == 1);
  CHECK(plain[0].type == "ssh-ed25519");
  CHECK(plain[0].place == "kh:1");
  REQUIRE(with_port.size() == 1);
  CHECK(with_port[0].type == "ecdsa-sha2-nistp256");
  CHECK(with_port[0].place == "kh:2");
  CHECK(keys_in(text, "other").empty());
  KnownHosts hosts;
  hosts.add(text, "kh");
  CHECK(hosts.is_hashed());
}

TEST_CASE("lines that cannot be read are passed over") {
  for (const std::string bad :
       {"", "#", "h", "h ssh-ed25519", "h ssh-ed25519 !!!", "@new h ssh-rsa x", "h 1024 37 159",
        "|1|x ssh-ed25519 AAAA", "|1|a|b ssh-ed25519 AAAA"})
    CHECK(keys_in(bad + "\n", "h").empty());
  // The type in the line is not that of the key.
  CHECK(keys_in("h ssh-rsa " + std::string(ed25519) + "\n", "h").empty());
  CHECK(keys_in("# h\r\n\t" + line("h"), "h").size() == 1);
  CHECK(keys_in("h ssh-ed25519 " + std::string(ed25519) + " a comment\r\n", "h").size() == 1);
  CHECK(keys_in("h ssh-ed25519 " + std::string(ed25519), "h").size() == 1);
}

TEST_CASE("a key is known, new, changed, revoked, or a matter of certificates") {
  CHECK(verdict("", ed25519) == HostKeyVerdict::unknown);
  CHECK(verdict(line("h"), ed25519) == HostKeyVerdict::known);
  CHECK(verdict(line("h", other_ed25519), ed25519) == HostKeyVerdict::changed);
  CHECK(verdict(line("h", ecdsa), ed25519) == HostKeyVerdict::other_type);
  CHECK(verdict(line("h", other_ed25519) + line("h"), ed25519) == HostKeyVerdict::known);
  CHECK(verdict("@revoked " + line("*"), ed25519) == HostKeyVerdict::revoked);
  CHECK(verdict(line("h") + "@revoked " + line("h"), ed25519) == HostKeyVerdict::revoked);
  CHECK(verdict("@revoked " + line("h", other_ed25519), ed25519) == HostKeyVerdict::unknown);
  CHECK(verdict("@cert-authority " + line("h", ecdsa), ed25519) == HostKeyVerdict::authority_only);
  // A certificate authority's own key is nobody's host key.
  CHECK(verdict("@cert-authority " + line("h"), ed25519) == HostKeyVerdict::authority_only);
  CHECK(verdict("@cert-authority " + line("h", ecdsa) + line("h"), ed25519) ==
        HostKeyVerdict::known);
}

TEST_CASE("algorithms of keys that are known come first") {
  const std::vector<std::string> all = {"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512",
                                        "rsa-sha2-256"};
  CHECK(algorithm_order({}, all) == all);
  CHECK(algorithm_order(keys_in(line("h", ecdsa), "h"), all).front() == "ecdsa-sha2-nistp256");
  CHECK(algorithm_order(keys_in("@revoked " + line("h", ecdsa), "h"), all) == all);
  KnownKey rsa;
  rsa.type = "ssh-rsa";
  const auto order = algorithm_order({rsa}, all);
  CHECK(order[0] == "rsa-sha2-512");
  CHECK(order[1] == "rsa-sha2-256");
  CHECK(order.size() == all.size());
}

TEST_CASE("what is added is found again, hashed or not") {
  const std::string salt(20, 's');
  for (const std::string& with : {std::string(), salt}) {
    const std::string added = known_hosts_line("[h]:2222", blob(ed25519), with);
    CHECK(added.ends_with("\n"));
    CHECK(added.starts_with("|1|") == !with.empty());
    const auto keys = keys_in(added, "[h]:2222");
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].blob == blob(ed25519));
    CHECK(keys_in(added, "h").empty());
  }
}

TEST_CASE("a fingerprint is as ssh-keygen -l shows it") {
  CHECK(fingerprint(blob(ed25519)) == "SHA256:Pu8Pfl+3pfe39Enmky/oFyNLIL0TnbT+iiXRcBM6atY");
  CHECK(type_of_blob("") == "");
  CHECK(type_of_blob(std::string("\0\0\0\x09x", 5)) == "");
}

}  // namespace sluice::ssh
