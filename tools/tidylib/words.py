"""What no file may hold: notes to oneself, empty names, conditional code, stray blanks."""

import re

from tidylib.files import Finding

# Written in halves, so that these pages do not find themselves.
NOTES = re.compile(r"\b(" + "|".join(["TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK"]) + r")\b")
_FOLDERS = ["wo" "rk", "ro" "ot", "ho" "me", "Us" "ers", "tmp/bash" "_jobs"]
MACHINE = re.compile(r"(?<![\w./~$}])/(?:" + "|".join(_FOLDERS) + r")(?:/|\b(?![\w-]))")
_EMPTY_CLASS = re.compile(r"\b(?:class|struct|using)\s+(\w*(?:Manager|Impl|Utils?|Helpers?))\b")
_GETTER = re.compile(r"(?<![.\w:>])(get_(?!if\b|return_object)\w+)\s*\(")
_CONDITION = re.compile(r"\s*#\s*(if|ifdef|ifndef|elif|else)\b")
_STD = re.compile(r"\busing\s+namespace\s+std\s*;")
_VAGUE_FILE = re.compile(r"(^|/|_)(utils?|helpers?|misc|common|manager)\.(h|cpp|py)$")


def notes(tree):
    """No notes about work to be done: do it, or open an issue."""
    return _each_line(tree.files, NOTES, "{0} is a note to oneself; do it, or open an issue")


def machine_paths(tree):
    """No paths that exist on one machine only."""
    return _each_line(tree.files, MACHINE, "a path of one machine; make it relative")


def names(tree):
    """No names that say nothing: getX, XManager, XImpl, util.h."""
    code, text = tree.cpp("src", "examples"), "{0}: name it for what it gives, without get_"
    findings = _each_line(code, _GETTER, text, bare=True)
    text = "{0}: name the class for what it is"
    findings += _each_line(tree.cpp(), _EMPTY_CLASS, text, bare=True)
    findings += [
        Finding(file.path, 1, "name the file for the one idea it holds")
        for file in tree.files if _VAGUE_FILE.search(file.path)
    ]
    return findings


def conditions(tree):
    """No conditional compilation: optional parts are files that CMake adds."""
    text = "#{0}: put the variants into files of their own and let CMake choose"
    return _each_line(tree.cpp(), _CONDITION, text, bare=True)


def namespaces(tree):
    """No `using namespace std`."""
    text = "name what is used: std::string, or a using-declaration"
    return _each_line(tree.cpp(), _STD, text, bare=True)


def blanks(tree):
    """No tabs, no blanks at the end of a line, one newline at the end of a file."""
    findings = _each_line(tree.files, re.compile(r"\t"), "a tab; indent with spaces")
    trailing = re.compile(r"[ \r]+$")
    findings += _each_line(tree.files, trailing, "blanks at the end of the line; remove them")
    for file in tree.files:
        if file.text and (not file.text.endswith("\n") or file.text.endswith("\n\n")):
            text = "end the file with exactly one newline"
            findings.append(Finding(file.path, len(file.lines), text))
    return findings


def _each_line(files, pattern, text, bare=False):
    """Finds `pattern` in each line; `{0}` in `text` is its first group."""
    findings = []
    for file in files:
        for number, line in enumerate(file.bare_lines if bare else file.lines, 1):
            match = pattern.search(line)
            if match:
                findings.append(Finding(file.path, number, text.format(*match.groups(""))))
    return findings
