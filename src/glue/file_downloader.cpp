#include "sluice/core/error.hpp"
