"""Layers: who may include whom, and what the code of a layer may not hold (tools/layers.txt)."""

import re
from dataclasses import dataclass

from tidylib.files import Finding

TABLE = "tools/layers.txt"
UMBRELLA = "bowline/bowline.h"
_INCLUDE = re.compile(r'\s*#\s*include\s+[<"]([^>"]+)[>"]')


@dataclass
class Never:
    """`text` may not stand in the code of these layers (of their headers only, if `headers`)."""

    layers: set
    headers: bool
    text: str
    advice: str

    def covers(self, layer, file):
        return layer in self.layers and (file.suffix == ".h" or not self.headers)


def includes(tree):
    """A file includes only its own layer and those that the table allows."""
    allowed, _, findings = read_table(tree)
    for file in tree.cpp("src"):
        layer = layer_of(file.path)
        if layer is None:
            continue
        if layer not in allowed:
            text = f"layer {layer} is not in {TABLE}; add it or move the file"
            findings.append(Finding(file.path, 1, text))
            continue
        for number, line in enumerate(file.bare_lines, 1):
            match = _INCLUDE.match(line)
            problem = match and _include_problem(layer, match[1], allowed)
            if problem:
                findings.append(Finding(file.path, number, problem))
    return findings


def _include_problem(layer, name, allowed):
    if name == UMBRELLA:
        return None if layer == "cli" else f"{layer} includes {name}; include what is used instead"
    other = layer_of("src/" + name)
    if other is None:
        return None
    if other not in allowed:
        return f'"{name}" is in no layer of {TABLE}'
    if other == layer or other in allowed[layer]:
        return None
    may = " ".join(sorted(allowed[layer])) or "nothing else"
    return f'{layer} may not include {other} ("{name}"); it may include: {may}'


def nevers(tree):
    """The code of a layer holds nothing that the table keeps out of it."""
    _, rules, _ = read_table(tree)
    findings = []
    for file in tree.cpp("src"):
        layer = layer_of(file.path)
        active = [rule for rule in rules if rule.covers(layer, file)]
        for number, line in enumerate(file.bare_lines, 1):
            for rule in active:
                if rule.text in line:
                    text = f"{rule.text} in {layer}: {rule.advice}"
                    findings.append(Finding(file.path, number, text))
    return findings


def layer_of(path):
    """`src/bowline/net/x.h` is in net, `src/cli/x.h` in cli, the umbrella header in none."""
    match = re.match(r"src/bowline/([^/]+)/", path) or re.match(r"src/(cli)/", path)
    return match and match[1]


def read_table(tree):
    """Gives {layer: layers it may include}, the `never` rules, and what is wrong with the table."""
    allowed, rules, findings = {}, [], []
    table = tree.by_path.get(TABLE)
    if table is None:
        return {}, [], [Finding(TABLE, 1, "is missing; the layers cannot be checked")]
    for number, line in enumerate(table.lines, 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("never "):
            rules.append([part.strip() for part in line[len("never "):].split("|", 2)])
            continue
        layer, _, others = line.partition(":")
        unknown = [other for other in others.split() if other not in allowed]
        if unknown:
            # Names of layers further down would be a cycle in the making.
            text = f"{layer} names {' '.join(unknown)} before its own line; reorder"
            findings.append(Finding(TABLE, number, text))
        allowed[layer.strip()] = set(others.split())
    return allowed, [_never(parts, allowed) for parts in rules], findings


def _never(parts, layers):
    where, text, advice = parts
    names = where.split()
    headers = ".h" in names
    names = [name for name in names if name != ".h"]
    if names[0].startswith("!"):
        covered = set(layers) - {name.lstrip("!") for name in names}
    else:
        covered = set(names)
    return Never(covered, headers, text, advice)
