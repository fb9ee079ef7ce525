#include "sluice/glue/errors.hpp"
