"""The table as a picture: for each workload, how many times Sluice's CPU time each other tool takes. Logarithmic, so bars begin at 1×."""
import math
from xml.sax.saxutils import escape

COLOURS = {"sluice": "#0b7285", "curl": "#868e96", "s5cmd": "#e8590c", "rclone": "#5f3dc4", "aws": "#f08c00", "find": "#adb5bd"}
LEFT, WIDTH, BAR, GAP, TOP = 370, 520, 11, 14, 74
STEPS = (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)


def svg(title, rows):
    """rows: (workload title, {tool: CPU seconds}); Sluice must be among the tools."""
    ratios = [(name, {tool: cpu / cpus["sluice"] for tool, cpu in cpus.items() if tool != "sluice"}) for name, cpus in rows]
    most = max(ratio for _, each in ratios for ratio in each.values())
    low, high = math.log(STEPS[0]), math.log(max(most * 1.15, 2))

    def x(ratio):
        return LEFT + WIDTH * (math.log(max(ratio, STEPS[0])) - low) / (high - low)

    bottom = TOP + sum(len(each) * BAR + GAP for _, each in ratios)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 60} {bottom + 12}" font-family="sans-serif" font-size="12">',
             f'<rect width="100%" height="100%" fill="white"/><text x="14" y="24" font-size="15" font-weight="bold">{escape(title)}</text>']
    parts += _legend(["sluice", *sorted({tool for _, each in ratios for tool in each}, key=list(COLOURS).index)])
    parts += [_tick(x(step), step, bottom) for step in STEPS if math.log(step) <= high]
    y = TOP
    for name, each in ratios:
        parts.append(f'<text x="{LEFT - 10}" y="{y + len(each) * BAR / 2 + 4:.0f}" text-anchor="end">{escape(name)}</text>')
        for tool, ratio in each.items():
            parts.append(_bar(x(1), x(ratio), y, tool, ratio))
            y += BAR
        y += GAP
    parts.append(f'<line x1="{x(1):.1f}" y1="{TOP - 6}" x2="{x(1):.1f}" y2="{bottom}" stroke="{COLOURS["sluice"]}" stroke-width="2"/>')
    return "\n".join([*parts, "</svg>\n"])


def _legend(tools):
    return [f'<rect x="{14 + 90 * i}" y="38" width="12" height="12" fill="{COLOURS[tool]}"/><text x="{31 + 90 * i}" y="48">{tool}</text>'
            for i, tool in enumerate(tools)]


def _tick(at, step, bottom):
    return (f'<line x1="{at:.1f}" y1="{TOP - 6}" x2="{at:.1f}" y2="{bottom}" stroke="#dee2e6"/>'
            f'<text x="{at:.1f}" y="{TOP - 10}" text-anchor="middle" fill="#868e96">{step:g}×</text>')


def _bar(one, end, y, tool, ratio):
    left, right = min(one, end), max(one, end)
    words = f'x="{right + 4:.1f}"' if ratio >= 1 else f'x="{left - 4:.1f}" text-anchor="end"'
    return (f'<rect x="{left:.1f}" y="{y}" width="{max(1, right - left):.1f}" height="{BAR - 2}" fill="{COLOURS[tool]}"/>'
            f'<text {words} y="{y + 9}" font-size="10">{ratio:.1f}</text>')
