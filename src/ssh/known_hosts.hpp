#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ssh {

enum class HostKeyMark : std::uint8_t { none, revoked, cert_authority };

/// One key of a known_hosts file that is meant for the host asked for.
struct KnownKey {
  std::string type;   ///< "ssh-ed25519".
  std::string blob;   ///< As RFC 4253 section 6.6 has it: raw, no base64.
  std::string place;  ///< "/home/me/.ssh/known_hosts:3", for messages.
  HostKeyMark mark = HostKeyMark::none;
};

/// How a file names the host: "host", or "[host]:port" where the port is not 22; lower case.
std::string known_host_name(std::string_view host, std::uint16_t port);

/// The lines of known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): names hashed by HMAC-SHA1
/// or patterns with * ? and !, markers. Lines that cannot be read are passed over, as ssh(1) does.
/// Pure.
class KnownHosts {
 public:
  /// `file` is what messages call it.
  void add(std::string_view text, const std::string& file);

  /// The keys on the lines that match `name` (see known_host_name()).
  std::vector<KnownKey> keys_of(std::string_view name) const;
  /// Whether names are hashed in it: what is added is hashed, too.
  bool is_hashed() const { return hashed_; }

 private:
  struct Line {
    std::string names;
    KnownKey key;
  };
  void add_line(std::string_view line, std::string place);

  std::vector<Line> lines_;
  bool hashed_ = false;
};

enum class HostKeyVerdict : std::uint8_t {
  known,
  unknown,         ///< Nothing is known of this host.
  other_type,      ///< Keys of other types are known: it may be the same host.
  changed,         ///< Another key of this type is known.
  revoked,         ///< The key must not be used.
  authority_only,  ///< Known by a certificate authority, which is not looked at here.
};
struct HostKeyJudgement {
  HostKeyVerdict verdict = HostKeyVerdict::unknown;
  const KnownKey* because = nullptr;  ///< Of `known`; null if there is none.
};
/// What the files say of the key that the server has shown that it holds. A key is found under the
/// name with its port; what the bare host name of another port's server has only confirms.
HostKeyJudgement judge(const std::vector<KnownKey>& known, std::string_view blob);

/// The names of the algorithms that prove keys of these types, as a server is asked for them: types
/// that are known first, so that a server that has several keys shows one that can be checked.
/// `all`: those that can be used at all, in the usual order.
std::vector<std::string> algorithm_order(const std::vector<KnownKey>& known,
                                         const std::vector<std::string>& all);
/// "ssh-rsa" for "rsa-sha2-512" (RFC 8332), else the same.
std::string_view key_type_of(std::string_view algorithm);

/// The first string of a key's blob, its type; "" if it has none.
std::string_view type_of_blob(std::string_view blob);
/// "SHA256:..." as ssh-keygen -l shows it.
std::string fingerprint(std::string_view blob);

/// A line, with its end, that makes the key known. `salt`: 20 random bytes hash the name; empty: it
/// is readable.
std::string known_hosts_line(std::string_view name, std::string_view blob, std::string_view salt);

}  // namespace sluice::ssh
