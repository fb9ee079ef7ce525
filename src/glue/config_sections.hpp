#pragma once

#include "glue/config_reader.hpp"
#include "sluice/glue/config.hpp"

namespace sluice::glue {

// The sections of a configuration file. Each tells its problems through its reader.

LayerConfig read_layer(MapReader& layer);
void read_download(MapReader& top, DownloadConfig& download);
void read_logging(MapReader& top, LoggingConfig& logging);
void read_filters(MapReader& top, FilterConfig& filters);
void read_notify(MapReader& top, NotifyConfig& notify);

}  // namespace sluice::glue
