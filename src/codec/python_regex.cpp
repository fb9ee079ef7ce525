#include "sluice/codec/python_regex.hpp"
