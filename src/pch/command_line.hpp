// Precompiled for the command line, which also parses CLI11; see asio.hpp.
#pragma once

#include <CLI/CLI.hpp>

#include "asio.hpp"
