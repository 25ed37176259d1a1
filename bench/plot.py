"""Draws the ratios as bars: an SVG with a ground of its own, light or dark as the reader likes it,
so that it can be read on any page."""

import html
import statistics

PANELS_A_ROW = 2
PANEL_WIDTH, ROW_HEIGHT = 540, 19
NAME_WIDTH, VALUE_WIDTH = 175, 55
HEAD_HEIGHT, FOOT_HEIGHT, PAD = 34, 16, 12
TITLE_HEIGHT = 58
RATIO_MAX = 2.5  # longer bars are cut, and say their figure

STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .ground { fill: #ffffff; }
  .title { font-size: 16px; font-weight: 600; }
  .head { font-size: 13px; font-weight: 600; }
  .bowline { fill: #0969da; } .peer { fill: #8c959f; } .bare { fill: #57606a; }
  .one { stroke: #cf222e; stroke-width: 1; stroke-dasharray: 3 3; }
  .spread { stroke: #24292f; stroke-width: 1; }
  text.bowline { font-weight: 600; } text.peer, text.bare { fill: #24292f; }
  @media (prefers-color-scheme: dark) {
    text, text.peer, text.bare { fill: #e6edf3; }
    .ground { fill: #0d1117; }
    .bowline, text.bowline { fill: #58a6ff; } .peer { fill: #6e7681; } .bare { fill: #adbac7; }
    .one { stroke: #ff7b72; } .spread { stroke: #e6edf3; }
  }
"""


def svg(section):
    """Gives the whole picture: a panel of bars for each row."""
    rows = section.with_ratios()
    panel_height = HEAD_HEIGHT + ROW_HEIGHT * len(section.servers) + FOOT_HEIGHT
    lines = -(-len(rows) // PANELS_A_ROW)
    width = PANEL_WIDTH * min(PANELS_A_ROW, len(rows)) + 2 * PAD
    height = TITLE_HEIGHT + lines * panel_height + PAD
    beside = f"{section.reference.title} = 1"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'width="{width}" height="{height}" role="img">',
             f"<title>{section.part.title}: processor time, {beside}</title>",
             f"<style>{STYLE}</style>",
             f'<rect class="ground" width="{width}" height="{height}" rx="6"/>',
             _text(PAD, 22, f"{section.part.title}: the server's processor time, {beside}",
                   "title"),
             _text(PAD, 42, "Less is better. Median of the rounds' ratios; thin lines: lowest to "
                   "highest.")]
    for index, row in enumerate(rows):
        x = PAD + index % PANELS_A_ROW * PANEL_WIDTH
        y = TITLE_HEIGHT + index // PANELS_A_ROW * panel_height
        parts += _panel(section, row, x, y)
    return "\n".join(parts) + "\n</svg>\n"


def _panel(section, row, x, y):
    bars = [(server, ratios) for server in section.servers
            if (ratios := section.ratios(server.name, row))]
    bars.sort(key=lambda bar: statistics.median(bar[1]))
    parts = [_text(x, y + 18, row.title, "head")]
    left, top = x + NAME_WIDTH, y + HEAD_HEIGHT - 6
    for number, (server, ratios) in enumerate(bars):
        parts += _bar(server, ratios, left, top + number * ROW_HEIGHT)
    one = left + _length(1)
    bottom = top + len(bars) * ROW_HEIGHT
    parts.append(f'<line class="one" x1="{one:.1f}" y1="{top}" x2="{one:.1f}" y2="{bottom}"/>')
    return parts


def _bar(server, ratios, left, y):
    middle = statistics.median(ratios)
    length, thickness = _length(middle), ROW_HEIGHT - 6
    centre = y + thickness / 2
    parts = [_text(left - 8, y + 10, server.title, server.kind, "end"),
             f'<rect class="{server.kind}" x="{left}" y="{y}" width="{length:.1f}" '
             f'height="{thickness}" rx="2"/>']
    low, high = left + _length(min(ratios)), left + _length(max(ratios))
    if len(ratios) > 1 and high > low:
        parts.append(f'<line class="spread" x1="{low:.1f}" y1="{centre}" x2="{high:.1f}" '
                     f'y2="{centre}"/>')
    mark = " ›" if middle > RATIO_MAX else ""
    # Behind the line at 1 as well, which would else go through the figure.
    end = max(high, left + length, left + _length(1))
    parts.append(_text(end + 6, y + 10, f"{middle:.2f}{mark}", server.kind))
    return parts


def _length(ratio):
    return min(ratio, RATIO_MAX) / RATIO_MAX * (PANEL_WIDTH - NAME_WIDTH - VALUE_WIDTH)


def _text(x, y, text, kind="", anchor="start"):
    return (f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
            f"{html.escape(text)}</text>")
