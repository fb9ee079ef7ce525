"""The README's table: one line a workload, one column a tool."""

HEADS = {"sluice": "Sluice", "s5cmd": "s5cmd", "rclone": "rclone", "aws": "AWS CLI", "curl": "curl"}


def _cell(figures):
    return f"{figures['wall']:.1f} s, {figures['cpu']:.1f} CPU s, {figures['rss_mib']:.0f} MiB"


def markdown(outcome):
    lines = ["| wall, CPU, peak memory | " + " | ".join(HEADS.values()) + " |", "|---" * (1 + len(HEADS)) + "|"]
    for result in outcome["results"]:
        figures = {each["tool"]: each for each in result.get("tools", ()) if each["tool"] in HEADS}
        if len(figures) < 2:
            continue
        cells = [_cell(figures[tool]) if tool in figures else "-" for tool in HEADS]
        cells[0] = f"**{cells[0]}**"
        lines.append(f"| {result['title']} | " + " | ".join(cells) + " |")
    versions = ", ".join(f"{HEADS[tool]} {version}" for tool, version in outcome["versions"].items() if tool in HEADS and tool != "sluice")
    lines += ["", f"Commit {outcome['commit']} on {outcome['cores']} cores; {versions}."]
    return "\n".join(lines) + "\n"
