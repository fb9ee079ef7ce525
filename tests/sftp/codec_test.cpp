#include <doctest/doctest.h>

#include "sftp/wire.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"
#include "sluice/sftp/replies.hpp"
#include "sluice/sftp/requests.hpp"

namespace sluice::sftp {
namespace {

using requests::Buffer;

std::string hex(const Buffer& bytes) {
  return codec::to_hex(bytes);
}

Buffer bytes_of(std::string_view hex_text) {
  Buffer bytes;
  for (std::size_t i = 0; i + 1 < hex_text.size(); i += 2)
    bytes.push_back(
        static_cast<std::byte>(std::stoi(std::string(hex_text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

template <class F>
bool is_refused(F parse) {
  try {
    parse();
  } catch (const Error& error) {
    return error.code() == ErrorCode::protocol;
  }
  return false;
}

}  // namespace

// The bytes are worked out by hand from draft-ietf-secsh-filexfer-02.
TEST_CASE("requests: length, type, id, then what the draft says") {
  Buffer out;
  requests::init(out);
  CHECK(hex(out) == "000000050100000003");
  out.clear();
  requests::open(out, 7, "/a", open_read, {});
  CHECK(hex(out) ==
        "00000013"
        "03"
        "00000007"
        "00000002"
        "2f61"
        "00000001"
        "00000000");
  out.clear();
  requests::read(out, 8, "h", 0x0102030405, 0x8000);
  CHECK(hex(out) ==
        "00000016"
        "05"
        "00000008"
        "00000001"
        "68"
        "0000000102030405"
        "00008000");
  out.clear();
  requests::write(out, 9, "h", 1, as_bytes("xyz"));
  CHECK(hex(out) ==
        "00000019"
        "06"
        "00000009"
        "00000001"
        "68"
        "0000000000000001"
        "00000003"
        "78797a");
  out.clear();
  requests::posix_rename(out, 1, "a", "b");
  CHECK(hex(out) ==
        "0000002b"
        "c8"
        "00000001"
        "00000018"
        "706f7369782d72656e616d65406f70656e7373682e636f6d"
        "00000001"
        "61"
        "00000001"
        "62");
}

TEST_CASE("requests: several in one buffer, each with its own length") {
  Buffer out;
  requests::close(out, 1, "h");
  requests::lstat(out, 2, "");
  CHECK(hex(out) ==
        "0000000a"
        "04"
        "00000001"
        "00000001"
        "68"
        "00000009"
        "07"
        "00000002"
        "00000000");
}

TEST_CASE("attributes: what is set is sent, in the draft's order") {
  Attributes attributes;
  attributes.permissions = 0640;
  attributes.times = Times{1, 2};
  Buffer out;
  requests::fsetstat(out, 1, "h", attributes);
  CHECK(hex(out) ==
        "0000001a"
        "0a"
        "00000001"
        "00000001"
        "68"
        "0000000c"
        "000001a0"
        "00000001"
        "00000002");
  Buffer wire;
  attributes.size = 5'000'000'000;
  attributes.owner = Owner{3, 4};
  put_attributes(wire, attributes);
  CHECK(parse_attributes(wire) == attributes);
}

TEST_CASE("replies: found when all of them is there") {
  const Buffer two = bytes_of(
      "00000011"
      "65"
      "00000007"
      "00000002"
      "00000000"
      "00000000"
      "00000006"
      "67"
      "00000008"
      "00");
  for (std::size_t size = 0; size < 21; ++size)
    CHECK_FALSE(find_packet(Bytes(two).first(size)));
  const auto found = find_packet(two);
  REQUIRE(found);
  CHECK(found->taken == 21);
  CHECK(found->packet.type == ReplyType::status);
  CHECK(found->packet.id == 7);
  CHECK(parse_status(found->packet.payload).code == StatusCode::no_such_file);
}

TEST_CASE("replies: lengths and types that cannot be end the connection") {
  CHECK(is_refused([] { find_packet(bytes_of("0000000065")); }));
  CHECK(is_refused([] { find_packet(bytes_of("0000000465")); }));
  CHECK(is_refused([] { find_packet(bytes_of("7fffffff65")); }));
  CHECK(is_refused([] { find_packet(bytes_of("0008000165")); }));
  CHECK(is_refused([] { find_packet(bytes_of("0000000901")); }));
  CHECK(is_refused([] {
          find_packet(
              bytes_of("00000005"
                       "65"
                       "00000000"));
        }) == false);
}

TEST_CASE("VERSION: extensions with their versions") {
  const Buffer bytes = bytes_of(
      "0000001b"
      "02"
      "00000003"
      "00000005"
      "6673796e63"
      "00000001"
      "31"
      "00000000"
      "00000000");
  const auto found = find_packet(bytes);
  REQUIRE(found);
  const Version version = parse_version(found->packet.payload);
  CHECK(version.number == 3);
  CHECK(version.offers("fsync", "1"));
  CHECK_FALSE(version.offers("fsync", "2"));
  CHECK_FALSE(version.offers("other", "1"));
}

TEST_CASE("NAME: entries, and counts that no packet can hold") {
  Buffer payload;
  put_u32(payload, 2);
  for (const std::string_view name : {std::string_view("a"), std::string_view("b\0c", 3)}) {
    put_string(payload, name);
    put_string(payload, "-rw-r--r-- 1 u g 1 Jan 1 00:00 x");
    Attributes attributes;
    attributes.size = 1;
    put_attributes(payload, attributes);
  }
  const auto entries = parse_names(payload);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "a");
  CHECK(entries[1].name == std::string("b\0c", 3));
  CHECK(entries[1].attributes.size == 1U);
  CHECK(is_refused([] { parse_names(bytes_of("ffffffff")); }));
  CHECK(is_refused([&] { parse_names(Bytes(payload).first(payload.size() - 1)); }));
}

TEST_CASE("attributes: extended ones are passed over, unknown flags refused") {
  const Attributes read =
      parse_attributes(bytes_of("80000004"
                                "000081a4"
                                "00000001"
                                "00000001"
                                "61"
                                "00000001"
                                "62"));
  CHECK(read.permissions == 0100644U);
  CHECK(is_refused([] { parse_attributes(bytes_of("00000010")); }));
  CHECK(is_refused([] {
    parse_attributes(
        bytes_of("80000000"
                 "ffffffff"));
  }));
}

TEST_CASE("statvfs: blocks times their size, and files only where they are counted") {
  const auto space = [](std::string_view block, std::string_view blocks, std::string_view files,
                        std::string_view files_left) {
    const auto word = [](std::string_view digits) {
      return std::string(16 - digits.size(), '0').append(digits);
    };
    std::string text = word("1000") + word(block) + word("ff") + word("ff") + word(blocks);
    text += word(files) + word("ff") + word(files_left);
    for (int rest = 0; rest < 3; ++rest)
      text += word("0");
    return parse_space(bytes_of(text));
  };
  CHECK(space("1000", "3", "64", "5").bytes == 0x3000);
  CHECK_FALSE(space("1000", "3", "64", "5").no_files_left);
  CHECK(space("1000", "3", "64", "0").no_files_left);
  CHECK_FALSE(space("1000", "3", "0", "0").no_files_left);
  CHECK(space("1000", "ffffffffffffffff", "64", "5").bytes == UINT64_MAX);
}

TEST_CASE("strings that reach beyond the end, and what stands behind it") {
  CHECK(is_refused([] {
    parse_handle(
        bytes_of("00000002"
                 "61"));
  }));
  CHECK(is_refused([] {
    parse_handle(
        bytes_of("00000001"
                 "61"
                 "00"));
  }));
  CHECK(is_refused([] {
    parse_data(
        bytes_of("ffffffff"
                 "61"));
  }));
  CHECK(parse_handle(bytes_of("00000000")).empty());
  CHECK(parse_status(bytes_of("00000004")).code == StatusCode::failure);
}

}  // namespace sluice::sftp
