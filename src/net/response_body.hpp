#pragma once

#include "net/chunked.hpp"
#include "net/framing.hpp"
#include "net/pool.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::net {

/// The body of a response on its connection, which it gives back as soon as the last byte was
/// taken.
class ResponseBody final : public HttpResponse::Body {
 public:
  ResponseBody(Lease lease, const Framing& framing);
  ~ResponseBody() override;

  Task<std::size_t> read(MutableBytes buffer) override;
  std::size_t take_ready(MutableBytes buffer) override;

 private:
  Task<std::size_t> pull(MutableBytes buffer);
  Task<std::size_t> pull_data(MutableBytes buffer, std::uint64_t due);
  Task<> pull_framing();
  std::size_t take(MutableBytes buffer);
  void took(std::size_t bytes);
  void eat_framing();
  std::uint64_t due() const;
  bool complete() const;
  void finish() noexcept;
  void skip_buffered();
  [[noreturn]] void cut_short() const;

  Lease lease_;
  BodyKind kind_;
  bool keep_alive_;
  std::uint64_t total_ = 0, remaining_ = 0;  // with BodyKind::length
  ChunkedDecoder chunks_;
  bool finished_ = false;
};

}  // namespace sluice::net
