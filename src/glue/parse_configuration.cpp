#include <fmt/format.h>

#include <set>

#include "glue/config_reader.hpp"
#include "glue/config_sections.hpp"
#include "sluice/glue/config_manager.hpp"

namespace sluice::glue {
namespace {

using codec::YamlValue;

void read_aws(MapReader& top, AwsConfig& aws, Problems& problems) {
  MapReader section(top.value("aws"), "aws", problems);
  if (!section.present()) {
    problems.add(top.place(), "aws.region", messages::missing);
    return;
  }
  aws.region = section.needed_text("region");
  aws.profile = section.text("profile").value_or("");
}

void read_workflow(MapReader& top, WorkflowConfig& workflow, Problems& problems) {
  MapReader section(top.value("workflow"), "workflow", problems);
  // The name may come from the command line.
  workflow.name = section.text("name").value_or("");
  section.boolean("execute", workflow.execute);
  section.boolean("validate_before_run", workflow.validate_before_run);
  section.seconds("initial_layer_check_timeout", 0, workflow.initial_layer_check_timeout);
  section.seconds("execution_timeout", 1, workflow.execution_timeout);
  section.seconds("polling_interval", 1, workflow.polling_interval);
  section.boolean("wait_for_completion", workflow.wait_for_completion);
}

void read_layers(MapReader& top, std::vector<LayerConfig>& layers, Problems& problems) {
  const YamlValue* const list = top.value("layers");
  if (!list) {
    problems.add(top.place(), "layers", messages::missing);
    return;
  }
  if (!list->is_list()) {
    problems.add(list->place, "layers", messages::want_list);
    return;
  }
  if (list->items.empty()) problems.add(list->place, "layers", messages::empty_list);
  std::set<std::string> names;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    MapReader layer(&list->items[i], fmt::format("layers[{}]", i), problems);
    if (!layer.present()) continue;
    layers.push_back(read_layer(layer));
    const std::string& name = layers.back().name;
    if (!name.empty() && !names.insert(name).second)
      problems.add(layer.place_of("name"), layer.key_of("name"), messages::layer_twice, name);
  }
}

void read_top(const YamlValue& document, Configuration& configuration, Problems& problems) {
  if (document.is_null()) {
    problems.add(document.place, "", messages::want_map);
    return;
  }
  MapReader top(&document, "", problems);
  if (!top.present()) return;
  if (auto version = top.text("version")) {
    if (*version != "1.0" && *version != "1")
      problems.add(top.place_of("version"), "version", messages::bad_version,
                   shown(*top.value("version")));
    configuration.version = *version;
  }
  read_aws(top, configuration.aws, problems);
  read_workflow(top, configuration.workflow, problems);
  read_layers(top, configuration.layers, problems);
  read_download(top, configuration.download);
  read_logging(top, configuration.logging);
  read_filters(top, configuration.filters);
  read_notify(top, configuration.notify);
}

ConfigProblem of_yaml(const codec::YamlFailure& failure, Language language) {
  std::string text = say(language, messages::not_yaml, std::string_view(failure.message));
  // yaml-cpp: "unknown escape character: d".
  if (failure.message.find("escape") != std::string::npos)
    text += say(language, messages::yaml_escape);
  return {failure.place.line, failure.place.column, "", std::move(text)};
}

}  // namespace

ParsedConfiguration parse_configuration(std::string_view text, const Environment& environment,
                                        Language language) {
  ParsedConfiguration parsed;
  YamlValue document;
  try {
    document = codec::parse_yaml(text);
  } catch (const codec::YamlFailure& failure) {
    parsed.problems.push_back(of_yaml(failure, language));
    return parsed;
  }
  Problems problems(environment, language);
  read_top(document, parsed.configuration, problems);
  parsed.problems = problems.take();
  return parsed;
}

}  // namespace sluice::glue
