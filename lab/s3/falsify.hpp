#pragma once

#include "http/response.hpp"

namespace sluice::lab {

/// Makes the ETags of an answer, in its fields and its document, others of the same form.
void falsify_etags(Response& response);
/// The same for checksums; what says their kind stays.
void falsify_checksums(Response& response);

}  // namespace sluice::lab
