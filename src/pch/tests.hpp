// Precompiled for tests; see asio.hpp.
#pragma once

#include <doctest/doctest.h>

#include "asio.hpp"
