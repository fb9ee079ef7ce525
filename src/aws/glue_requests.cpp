#include "aws/glue_requests.hpp"

#include "sluice/codec/json.hpp"

namespace sluice::aws::glue {
namespace {

codec::JsonWriter named(std::string_view name) {
  codec::JsonWriter writer;
  writer.begin_object().key("Name").value(name);
  return writer;
}

std::string finished(codec::JsonWriter& writer) {
  writer.end_object();
  return writer.take();
}

}  // namespace

std::string get_workflow_input(std::string_view name, IncludeGraph graph) {
  codec::JsonWriter writer = named(name);
  writer.key("IncludeGraph").value(graph == IncludeGraph::yes);
  return finished(writer);
}

std::string start_workflow_run_input(std::string_view name,
                                     const std::map<std::string, std::string>& properties) {
  codec::JsonWriter writer = named(name);
  writer.key("RunProperties").begin_object();
  for (const auto& [key, value] : properties)
    writer.key(key).value(value);
  writer.end_object();
  return finished(writer);
}

std::string get_workflow_run_input(std::string_view name, std::string_view run_id,
                                   IncludeGraph graph) {
  codec::JsonWriter writer = named(name);
  writer.key("RunId").value(run_id).key("IncludeGraph").value(graph == IncludeGraph::yes);
  return finished(writer);
}

std::string get_workflow_runs_input(std::string_view name, std::string_view next_token,
                                    std::uint32_t max_results) {
  codec::JsonWriter writer = named(name);
  writer.key("MaxResults").value(static_cast<std::uint64_t>(max_results));
  if (!next_token.empty()) writer.key("NextToken").value(next_token);
  return finished(writer);
}

std::string stop_workflow_run_input(std::string_view name, std::string_view run_id) {
  codec::JsonWriter writer = named(name);
  writer.key("RunId").value(run_id);
  return finished(writer);
}

std::string resume_workflow_run_input(std::string_view name, std::string_view run_id,
                                      std::span<const std::string> node_ids) {
  codec::JsonWriter writer = named(name);
  writer.key("RunId").value(run_id).key("NodeIds").begin_array();
  for (const std::string& id : node_ids)
    writer.value(id);
  writer.end_array();
  return finished(writer);
}

}  // namespace sluice::aws::glue
