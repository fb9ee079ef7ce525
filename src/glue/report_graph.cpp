#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "glue/report_page.hpp"
#include "glue/report_words.hpp"

namespace sluice::glue::page {
namespace {

constexpr int box_width = 190, box_height = 46, column_gap = 60, row_gap = 18, margin = 12;
constexpr int trigger_size = 12;
constexpr std::size_t widest_name = 25;

struct Placed {
  std::string id, name, status;
  bool trigger = false;
  std::size_t column = 0, row = 0;

  int x() const { return margin + static_cast<int>(column) * (box_width + column_gap); }
  int y() const { return margin + static_cast<int>(row) * (box_height + row_gap); }
  int middle() const { return y() + box_height / 2; }
  int left() const { return trigger ? x() + box_width / 2 - trigger_size : x(); }
  int right() const { return trigger ? x() + box_width / 2 + trigger_size : x() + box_width; }
};

std::vector<Placed> nodes_of(const WorkflowRunResult& run) {
  std::vector<Placed> nodes;
  for (const aws::glue::Node& trigger : run.triggers)
    nodes.push_back({.id = trigger.unique_id, .name = trigger.name, .status = {}, .trigger = true});
  for (const JobDetail& job : run.job_details)
    nodes.push_back({.id = job.unique_id, .name = job.job_name, .status = job.status});
  return nodes;
}

// A node stands one column after the last of those that lead to it.
void place(std::vector<Placed>& nodes, const std::vector<aws::glue::Edge>& edges,
           const std::map<std::string, std::size_t, std::less<>>& index) {
  for (std::size_t turn = 0; turn < nodes.size(); ++turn) {
    bool moved = false;
    for (const aws::glue::Edge& edge : edges) {
      const auto from = index.find(edge.source_id), to = index.find(edge.destination_id);
      if (from == index.end() || to == index.end()) continue;
      const std::size_t wanted = nodes[from->second].column + 1;
      if (nodes[to->second].column >= wanted || wanted >= nodes.size()) continue;
      nodes[to->second].column = wanted;
      moved = true;
    }
    if (!moved) break;
  }
  std::vector<std::size_t> rows(nodes.size() + 1, 0);
  for (Placed& node : nodes)
    node.row = rows[node.column]++;
}

void append_edge(std::string& page, const Placed& from, const Placed& to) {
  const int bend = std::max(20, (to.left() - from.right()) / 2);
  page += fmt::format(
      "<path class=\"edge\" marker-end=\"url(#arrow)\" d=\"M{} {}C{} {} {} {} {} {}\" />\n",
      from.right(), from.middle(), from.right() + bend, from.middle(), to.left() - bend,
      to.middle(), to.left() - 2, to.middle());
}

void append_node(std::string& page, const Placed& node, Language language) {
  page += fmt::format("<g><title>{} {}</title>\n", escaped(node.name), escaped(node.status));
  if (node.trigger) {
    const int x = node.x() + box_width / 2, y = node.middle(), s = trigger_size;
    page += fmt::format("<path class=\"box\" d=\"M{} {}l{} {} {} {} {} {}z\" />\n", x, y - s, s, s,
                        -s, s, -s, -s);
    page += fmt::format(
        "<text class=\"soft\" x=\"{}\" y=\"{}\" text-anchor=\"middle\" "
        "font-size=\"10\">{}</text>\n",
        x, y + s + 11, escaped(shortened(node.name, widest_name)));
  } else {
    const std::string state =
        node.status == "NOT_RUN" ? say(language, words::not_run) : node.status;
    page += fmt::format(
        "<rect class=\"box\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" />\n"
        "<rect class=\"{} mark\" x=\"{}\" y=\"{}\" width=\"6\" height=\"{}\" rx=\"3\" />\n"
        "<text x=\"{}\" y=\"{}\" font-weight=\"600\">{}</text>\n"
        "<text class=\"soft\" x=\"{}\" y=\"{}\">{}</text>\n",
        node.x(), node.y(), box_width, box_height, class_of(node.status), node.x(), node.y(),
        box_height, node.x() + 14, node.y() + 20, escaped(shortened(node.name, widest_name)),
        node.x() + 14, node.y() + 37, escaped(state));
  }
  page += "</g>\n";
}

}  // namespace

void append_graph(std::string& page, const WorkflowRunResult& run, Language language) {
  std::vector<Placed> nodes = nodes_of(run);
  if (nodes.empty()) {
    page += fmt::format("<p class=\"lead\">{}</p>\n", escaped(say(language, words::no_data)));
    return;
  }
  std::map<std::string, std::size_t, std::less<>> index;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    index.emplace(nodes[i].id, i);
  place(nodes, run.edges, index);
  int width = 0, height = 0;
  for (const Placed& node : nodes) {
    width = std::max(width, node.x() + box_width + margin);
    height = std::max(height, node.y() + box_height + margin);
  }
  page += fmt::format(
      "<svg role=\"img\" aria-label=\"{}\" width=\"{}\" height=\"{}\">\n<defs><marker id=\"arrow\" "
      "viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
      "orient=\"auto\"><path class=\"idle mark\" d=\"M0 0 8 4 0 8z\" /></marker></defs>\n",
      escaped(say(language, words::graph)), width, height);
  for (const aws::glue::Edge& edge : run.edges) {
    const auto from = index.find(edge.source_id), to = index.find(edge.destination_id);
    if (from != index.end() && to != index.end())
      append_edge(page, nodes[from->second], nodes[to->second]);
  }
  for (const Placed& node : nodes)
    append_node(page, node, language);
  page += "</svg>\n";
}

}  // namespace sluice::glue::page
