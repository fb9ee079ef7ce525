#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sluice/aws/s3_responses.hpp"
#include "sluice/core/error.hpp"

/// Pages of ListObjectsV2: either refused with Error{protocol}, or every view lies inside the page.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sluice::aws::ListPage page;
  page.body.assign(reinterpret_cast<const char*>(data), size);
  try {
    parse_list_page(page);
  } catch (const sluice::Error& error) {
    if (error.code() != sluice::ErrorCode::protocol) std::abort();
    return 0;
  }
  const char* const begin = page.body.data();
  const char* const end = begin + page.body.size();
  for (const sluice::aws::ListedObject& object : page.objects) {
    if (object.key.empty() || object.key.data() < begin ||
        object.key.data() + object.key.size() > end)
      std::abort();
  }
  return 0;
}
