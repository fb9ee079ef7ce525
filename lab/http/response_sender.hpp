#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "http/response.hpp"
#include "http/wire.hpp"

namespace sluice::lab {

/// Sends answers whole and as fast as they go.
template <class Stream>
class ResponseSender {
 public:
  explicit ResponseSender(Wire<Stream>& wire) : wire_(wire) {}

  Awaitable<> send(Response response) {
    out_.clear();
    append_response_head(out_, response);
    if (response.head_only || (response.content && response.length == 0))
      co_await wire_.write_all(boost::asio::buffer(out_));
    else if (!response.content)
      co_await send_with_head(as_bytes(response.body));
    else
      co_await send_content(response);
  }

 private:
  static constexpr std::size_t file_block_bytes = 256_KiB;
  /// Below this, copying a body behind its head into one buffer is cheaper than a second element to
  /// send.
  static constexpr std::size_t small_body_bytes = 16_KiB;

  Awaitable<> send_with_head(Bytes body) {
    if (body.size() <= small_body_bytes) {
      out_.append(as_text(body));
      co_await wire_.write_all(boost::asio::buffer(out_));
    } else {
      const std::array<boost::asio::const_buffer, 2> both{
          boost::asio::buffer(out_), boost::asio::buffer(body.data(), body.size())};
      co_await wire_.write_all(both);
    }
  }

  Awaitable<> send_content(const Response& response) {
    const auto part = response.content->slice(response.offset, response.length);
    bool head_is_sent = false;
    for (const auto& piece : part.pieces()) {
      if (piece.blob->view(piece.offset).empty()) {
        if (!std::exchange(head_is_sent, true)) co_await wire_.write_all(boost::asio::buffer(out_));
        co_await send_file_piece(piece);
        continue;
      }
      for (std::uint64_t done = 0; done < piece.length;) {
        auto bytes = piece.blob->view(piece.offset + done);
        bytes = bytes.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), piece.length - done)));
        if (!std::exchange(head_is_sent, true))
          co_await send_with_head(bytes);
        else
          co_await wire_.write_bytes(bytes);
        done += bytes.size();
      }
    }
  }

  Awaitable<> send_file_piece(const Piece& piece) {
    const Descriptor file(piece.blob->open());
    if constexpr (Wire<Stream>::is_plain) {
      co_await wire_.send_by_kernel(file.get(), piece.offset, piece.length);
    } else {
      std::vector<std::byte> block(
          static_cast<std::size_t>(std::min<std::uint64_t>(piece.length, file_block_bytes)));
      for (std::uint64_t done = 0; done < piece.length;) {
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), piece.length - done));
        const auto got =
            ::pread(file.get(), block.data(), wanted, static_cast<off_t>(piece.offset + done));
        if (got <= 0)
          throw Disconnected{};  // the announced length cannot be kept: break off, as S3 does
        co_await wire_.write_bytes(Bytes(block).first(static_cast<std::size_t>(got)));
        done += static_cast<std::uint64_t>(got);
      }
    }
  }

  Wire<Stream>& wire_;
  std::string out_;
};

}  // namespace sluice::lab
