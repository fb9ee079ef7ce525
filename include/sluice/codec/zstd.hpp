#pragma once

#include <memory>
#include <string>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

/// Compresses a stream into one Zstandard frame with a checksum (RFC 8878). CPU work: call it on an
/// offload lane for big inputs. Throws Error{internal} if the library fails.
class ZstdWriter {
 public:
  ZstdWriter();
  ~ZstdWriter();
  ZstdWriter(ZstdWriter&&) noexcept;
  ZstdWriter& operator=(ZstdWriter&&) noexcept;

  void write(Bytes plain, std::string& out);  ///< Appends what is ready to `out`.
  void finish(std::string& out);              ///< Appends the rest; nothing may follow.

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::codec
