#include "sluice/ftp/reply.hpp"

#include <doctest/doctest.h>

#include "sluice/ftp/commands.hpp"

namespace sluice::ftp {
namespace {

/// The replies in `text`, as "code:lines joined by |", when it comes in pieces of `piece` bytes.
std::string replies_of(std::string_view text, std::size_t piece) {
  ReplyReader reader;
  std::string all;
  while (!text.empty()) {
    reader.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
    while (const auto reply = reader.take()) {
      all += std::to_string(reply->code) + ":";
      for (const std::string& line : reply->lines)
        all += line + "|";
    }
  }
  return all;
}

bool refuses(std::string_view text) {
  ReplyReader reader;
  reader.feed(text);
  try {
    while (reader.take()) {
    }
  } catch (const Error& error) {
    return error.code() == ErrorCode::protocol;
  }
  return false;
}

ErrorCode code_for(int code, std::string words) {
  return refusal("RETR", "ftp://host", Reply{code, {std::move(words)}}).code();
}

}  // namespace

TEST_CASE("replies are the same however they are cut") {
  const std::string_view text =
      "220 ready\r\n"
      "211-Features:\r\n MDTM\r\n211-still on\r\n2112 files\r\n211 End\r\n"
      "226 done\n"
      "250\r\n";
  const std::string expected =
      "220:ready|211:Features:| MDTM|211-still on|2112 files|End|226:done|250:|";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    CHECK(replies_of(text, piece) == expected);
}

TEST_CASE("what is no reply is refused, and so is one without end") {
  CHECK(refuses("hello\r\n"));
  CHECK(refuses("099 low\r\n"));
  CHECK(refuses("600 high\r\n"));
  CHECK(refuses("220x\r\n"));
  CHECK(refuses(std::string_view("220 a\0b\r\n", 9)));
  CHECK(refuses(std::string(9000, '2')));
  std::string endless = "211-\r\n";
  for (int i = 0; i < 1001; ++i)
    endless += " x\r\n";
  CHECK(refuses(endless));
  CHECK(refuses("211-\r\n" + std::string(8000, 'x') + "\r\n" + std::string(8000, 'x') + "\r\n" +
                std::string(8000, 'x') + "\r\n" + std::string(8000, 'x') + "\r\n" +
                std::string(8000, 'x') + "\r\n" + std::string(8000, 'x') + "\r\n" +
                std::string(8000, 'x') + "\r\n" + std::string(8000, 'x') + "\r\n" +
                std::string(8000, 'x') + "\r\n"));
}

TEST_CASE("a refusal says what a caller can do about it") {
  CHECK(code_for(421, "closing") == ErrorCode::unavailable);
  CHECK(code_for(450, "busy") == ErrorCode::unavailable);
  CHECK(code_for(452, "full") == ErrorCode::no_space);
  CHECK(code_for(552, "over quota") == ErrorCode::no_space);
  CHECK(code_for(451, "Quota exceeded") == ErrorCode::no_space);
  CHECK(code_for(502, "what?") == ErrorCode::unsupported);
  CHECK(code_for(530, "Login incorrect.") == ErrorCode::unauthenticated);
  CHECK(
      code_for(530,
               "Sorry, the maximum number of clients (3) from your host are already connected.") ==
      ErrorCode::unavailable);
  CHECK(code_for(550, "x: No such file or directory") == ErrorCode::not_found);
  CHECK(code_for(550, "x: Permission denied") == ErrorCode::permission_denied);
  CHECK(code_for(226, "done") == ErrorCode::protocol);
}

TEST_CASE("a password that a server quotes is not shown") {
  const Error error = refusal("PASS", "ftp://host", Reply{530, {"bad password hunter2hunter2"}},
                              {Secret("hunter2hunter2")});
  CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
}

TEST_CASE("no argument begins another command") {
  CHECK(command_line("RETR", "/a b/ \"c") == "RETR /a b/ \"c\r\n");
  CHECK(command_line("PWD") == "PWD\r\n");
  for (const std::string& bad : {std::string("a\rDELE b"), std::string("a\nDELE b"),
                                 std::string("a\0b", 3), std::string("a\xFF")}) {
    CHECK_THROWS_AS(command_line("RETR", bad), Error);
    CHECK(refusal_of_path(bad));
  }
  CHECK(refusal_of_path("dir /x"));
  CHECK(refusal_of_path("x "));
  CHECK_FALSE(refusal_of_path(" x/ y"));
}

}  // namespace sluice::ftp
