"""What the runs say: a table for people, an object for machines, and which budgets hold."""

COLUMNS = (("wall s", "wall", "{:.2f}"), ("CPU s", "cpu", "{:.2f}"), ("RSS MiB", "rss_mib", "{:.0f}"), ("requests/object", "requests_each", "{:.3f}"),
           ("connections/object", "connections_each", "{:.4f}"), ("server CPU s", "server_cpu", "{:.2f}"))


def own(figures):
    return next(each for each in figures if each.tool == "sluice")


def judged(workload, figures, floors):
    """(budget in words, what it may be, what it is, whether it holds) for each budget whose rival took part."""
    by_tool = {each.tool: each for each in figures}
    result = []
    for budget in workload.budgets:
        if budget.rival and budget.rival not in by_tool:
            continue
        limit, words = budget.factor, f"{budget.figure} ≤ {budget.factor:.3g}"
        if budget.rival:
            limit *= getattr(by_tool[budget.rival], budget.figure)
            words += f" × {budget.rival}"
        if budget.plus:
            limit += floors[budget.plus] * workload.count * workload.size
            words += f" + one {budget.plus} pass"
        value = getattr(own(figures), budget.figure)
        result.append({"budget": words, "limit": limit, "value": value, "met": value <= limit})
    return result


def table(workload, figures, budgets):
    """Markdown, as docs/performance.md and the README have it."""
    ours = own(figures)
    heads = ["", *(head for head, _, _ in COLUMNS), "wall ×", "CPU ×"]
    rows = [[each.tool, *(form.format(getattr(each, name)) for _, name, form in COLUMNS), _times(each.wall, ours.wall), _times(each.cpu, ours.cpu)]
            for each in figures]
    return _section(workload.title, workload.name, _markdown(heads, rows), budgets)


def note(own_result):
    return _section(own_result["title"], own_result["workload"], [own_result["text"]], own_result["budgets"])


def _section(title, name, body, budgets):
    verdicts = [f"- {'met' if each['met'] else '**not met**'}: {each['budget']} ({each['value']:.3g} of {each['limit']:.3g})" for each in budgets]
    return "\n".join([f"### {title} (`{name}`)", "", *body, "", *verdicts])


def _times(theirs, ours):
    return f"{theirs / ours:.1f}" if ours > 0 else "-"


def _markdown(heads, rows):
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]

    def line(cells):
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"

    return [line(heads), "|" + "|".join("-" * (width + 2) for width in widths) + "|", *map(line, rows)]
