#pragma once

#include <string>
#include <string_view>

#include "sluice/core/language.hpp"
#include "sluice/glue/report.hpp"

namespace sluice::glue::page {

// The parts of the HTML report. Each appends to the page; what comes from outside is escaped.

std::string escaped(std::string_view text);

/// A long name cut, with "…", to what is about so many Latin letters wide (others count twice).
std::string shortened(const std::string& name, std::size_t widest);

/// The class of a state, for its colour: "good", "bad", "busy", "idle".
std::string_view class_of(std::string_view status);

/// The workflow's nodes in columns, by what leads to what.
void append_graph(std::string& page, const WorkflowRunResult& run, Language language);
/// Jobs and layers as bars over the time of the run.
void append_timeline(std::string& page, const ReportData& data, Language language);
/// MiB a second over the time of the downloads.
void append_throughput(std::string& page, const DownloadResult& result, Language language);

extern const std::string_view style_sheet;

}  // namespace sluice::glue::page
