#include "sluice/glue/glue_log.hpp"

namespace sluice::glue {

std::string_view name_of(Component component) {
  switch (component) {
    case Component::main:
      return "glue_workflow_downloader.main";
    case Component::workflow:
      return "glue_workflow_downloader.workflow";
    case Component::s3:
      return "glue_workflow_downloader.s3";
    case Component::downloader:
      return "glue_workflow_downloader.downloader";
  }
  return "glue_workflow_downloader";
}

void GlueLog::write(LogLevel level, Component from, std::string_view text) const {
  const auto note = [text](std::vector<std::string>& list, std::uint64_t& count) {
    ++count;
    if (list.size() < LogNotes::kept) list.emplace_back(text);
  };
  if (level == LogLevel::warn) note(notes_->warnings, notes_->warning_count);
  if (level == LogLevel::error) note(notes_->errors, notes_->error_count);
  logger_.log(level, text, {{"logger", name_of(from)}});
}

}  // namespace sluice::glue
