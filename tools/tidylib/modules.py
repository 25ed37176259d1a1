"""What must stand beside a file: test, fuzz target, charter; and the pages of the project."""

import pathlib
import itertools
import re

from tidylib.files import Finding
from tidylib.layers import layer_of

EXCEPTIONS = "tools/untested.txt"
PAGES = ("README.md", "ARCHITECTURE.md", "STYLE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")
CHARTER_LINES = range(1, 6)
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s#]+)[^)]*\)")


def tests(tree):
    """Every header src/bowline/LAYER/x.h has its tests/LAYER/x_test.cpp."""
    excepted, _, findings = _exceptions(tree)
    for file in tree.headers("src"):
        layer = layer_of(file.path)
        if layer is None:
            continue
        folder = "src/cli" if layer == "cli" else f"src/bowline/{layer}"
        inside = pathlib.PurePosixPath(file.path).relative_to(folder).with_suffix("")
        test = f"tests/{layer}/{inside}_test.cpp"
        findings += _wanted(tree, file.path, test, file.path in excepted)
    return findings


def fuzz_targets(tree):
    """Every protocol src/bowline/proto/x.h has its fuzz/x.cpp."""
    _, excepted, findings = _exceptions(tree)
    for file in tree.headers("src/bowline/proto"):
        target = f"fuzz/{pathlib.PurePosixPath(file.path).stem}.cpp"
        findings += _wanted(tree, file.path, target, file.path in excepted)
    return findings


def _wanted(tree, path, companion, excepted):
    here = companion in tree.by_path
    if here and excepted:
        return [Finding(EXCEPTIONS, 1, f"{companion} exists; take {path} off the list")]
    if here or excepted:
        return []
    return [Finding(path, 1, f"has no {companion}; write it, or give a reason in {EXCEPTIONS}")]


def _exceptions(tree):
    """Gives headers excepted from tests, those excepted from fuzzing, and what is wrong."""
    excepted, findings = {"": set(), "fuzz": set()}, []
    page = tree.by_path.get(EXCEPTIONS)
    for number, line in enumerate(page.lines if page else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"(\S+?)( fuzz)?: +(\S.*)", line)
        if not match:
            text = "write `PATH: reason` or `PATH fuzz: reason`"
            findings.append(Finding(EXCEPTIONS, number, text))
        elif match[1] not in tree.by_path:
            findings.append(Finding(EXCEPTIONS, number, f"{match[1]} does not exist; take it off"))
        else:
            excepted[(match[2] or "").strip()].add(match[1])
    return excepted[""], excepted["fuzz"], findings


def charters(tree):
    """A header opens with one to five lines that say what it is, then `#pragma once`."""
    findings = []
    for file in tree.headers("src", "tests", "bench"):
        comment = list(itertools.takewhile(lambda line: line.startswith("//"), file.lines))
        # An example in it, set off by an indent, is extra.
        count = sum(1 for line in comment if line != "//" and not line.startswith("//   "))
        if count not in CHARTER_LINES:
            text = f"opens with {count} lines of comment; say in 1 to 5 what it is and its one rule"
            findings.append(Finding(file.path, 1, text))
        if not re.search(r"^#pragma once$", file.text, re.MULTILINE):
            findings.append(Finding(file.path, 1, "has no `#pragma once`"))
    return findings


def pages(tree):
    """The pages that a reader expects exist."""
    here = {path.name for path in tree.root.iterdir()}
    return [Finding(name, 1, "is missing; write it") for name in PAGES if name not in here]


def links(tree):
    """A link from one page to a file of the repository leads somewhere."""
    findings = []
    for file in tree.files:
        if file.suffix != ".md":
            continue
        for number, line in enumerate(file.lines, 1):
            for target in _LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if ":" not in target and not (file.full_path.parent / target).exists():
                    text = f"leads to {target}, which does not exist"
                    findings.append(Finding(file.path, number, text))
    return findings
