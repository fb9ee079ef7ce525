#include "sluice/glue/glue_log.hpp"
