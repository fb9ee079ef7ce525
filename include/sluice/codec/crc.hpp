#pragma once

#include <cstdint>
#include <string>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

// Each takes the value so far (0 to begin) and returns the value after `bytes`, as zlib's crc32
// does. They use the processor's instructions (carry-less multiply, CRC32) where it has them; both
// paths are tested against each other.
std::uint32_t crc32(std::uint32_t value, Bytes bytes);   ///< ISO-HDLC; "123456789" -> 0xCBF43926.
std::uint32_t crc32c(std::uint32_t value, Bytes bytes);  ///< Castagnoli; -> 0xE3069283.
std::uint64_t crc64nvme(std::uint64_t value, Bytes bytes);  ///< NVM Express; -> 0xAE8B14860A799888.

// The value of two adjoining pieces from the values of each and the length of the second, in bytes.
std::uint32_t crc32_combine(std::uint32_t first, std::uint32_t second, std::uint64_t second_length);
std::uint32_t crc32c_combine(std::uint32_t first, std::uint32_t second,
                             std::uint64_t second_length);
std::uint64_t crc64nvme_combine(std::uint64_t first, std::uint64_t second,
                                std::uint64_t second_length);

// Big-endian bytes in base64, as S3 writes them.
std::string crc_base64(std::uint32_t value);
std::string crc_base64(std::uint64_t value);

}  // namespace sluice::codec
