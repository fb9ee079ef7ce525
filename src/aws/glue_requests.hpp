#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "sluice/aws/glue_client.hpp"

namespace sluice::aws::glue {

// Inputs of Glue's operations as JSON (AWS Glue Web API Reference). Pure.

std::string get_workflow_input(std::string_view name, IncludeGraph graph);
std::string start_workflow_run_input(std::string_view name,
                                     const std::map<std::string, std::string>& properties);
std::string get_workflow_run_input(std::string_view name, std::string_view run_id,
                                   IncludeGraph graph);
std::string get_workflow_runs_input(std::string_view name, std::string_view next_token,
                                    std::uint32_t max_results);
std::string stop_workflow_run_input(std::string_view name, std::string_view run_id);
std::string resume_workflow_run_input(std::string_view name, std::string_view run_id,
                                      std::span<const std::string> node_ids);

}  // namespace sluice::aws::glue
