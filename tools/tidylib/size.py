"""Limits that keep code readable: lines of a file, lines of a function, columns."""

import ast
import re

from tidylib.files import Finding

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

_CONTAINER = re.compile(r"(namespace|class|struct|union|enum|extern|concept)\b")


def file_lines(tree):
    """No file of code is longer than 400 lines."""
    findings = []
    for file in tree.files:
        count = len(file.text.splitlines())
        if file.is_code and count > FILE_LINES_MAX:
            text = f"{count} lines, at most {FILE_LINES_MAX}; split it by idea"
            findings.append(Finding(file.path, FILE_LINES_MAX + 1, text))
    return findings


def columns(tree):
    """No line of code is wider than 100 columns."""
    findings = []
    for file in tree.files:
        if not file.is_code:
            continue
        for number, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS_MAX:
                text = f"{len(line)} columns, at most {COLUMNS_MAX}; break the line"
                findings.append(Finding(file.path, number, text))
    return findings


def function_lines(tree):
    """No function is longer than 70 lines, its signature included."""
    findings = []
    for file in tree.files:
        for name, first, last in _functions(file):
            count = last - first + 1
            if count > FUNCTION_LINES_MAX:
                text = f"{name}: {count} lines, at most {FUNCTION_LINES_MAX}; split off helpers"
                findings.append(Finding(file.path, first, text))
    return findings


def _functions(file):
    if file.is_cpp:
        return cpp_functions(file)
    if file.is_python:
        return _python_functions(file)
    return _shell_functions(file) if file.is_shell else []


def cpp_functions(file):
    """Gives (name, first line, last line) of each function body that is in no other function."""
    text = _without_directives(file.bare)
    found, start, depth, kind = [], 0, 0, None
    for match in re.finditer(r"[{};]", text):
        here, sign = match.start(), match[0]
        if depth == 0 and sign != "{":
            start = here + 1
        elif depth == 0:
            start = _skip_labels(text, start, here)
            kind = _kind(text[start:here])
            if kind == "container":
                start = here + 1
            else:
                depth = 1
        else:  # inside a function or an initializer
            depth += {"{": 1, "}": -1}.get(sign, 0)
            if depth or kind == "argument":
                continue
            if kind == "function" and re.match(r"\s*(\.\.\.)?\s*[,{]", text[here + 1:]):
                continue  # that was a member initializer: the body is still to come
            if kind == "function":
                name = _name(text[start:text.index("{", start)])
                found.append((name, file.line_of(start), file.line_of(here)))
            start = here + 1
    return found


def _skip_labels(text, start, end):
    """Where the header of a body really begins: after blanks and `public:`."""
    return start + re.match(r"\s*((public|private|protected)\s*:\s*)*", text[start:end]).end()


def _kind(piece):
    """What a brace after `piece` begins: container, function, initializer or default argument."""
    if piece.count("(") > piece.count(")"):
        return "argument"
    piece = _without_template(piece.strip())
    piece = re.sub(r"^(\[\[.*?\]\]|inline|static|constexpr|typedef|export)\s+", "", piece)
    if _CONTAINER.match(piece):
        return "container"
    flat = re.sub(r"operator\s*[^\w\s(]+", "operator", piece)
    flat, previous = re.sub(r"[!<>=]=", "", flat), None
    while flat != previous:
        flat, previous = re.sub(r"\([^()]*\)", "@", flat), flat
    if "=" in flat and not re.search(r"\]\s*@", flat):
        return "initializer"
    return "function" if "@" in flat else "initializer"


def _without_template(piece):
    while re.match(r"template\s*<", piece):
        depth, index = 0, piece.index("<")
        for index in range(index, len(piece)):
            depth += {"<": 1, ">": -1}.get(piece[index], 0)
            if depth == 0:
                break
        piece = piece[index + 1:].lstrip()
    return piece


def _without_directives(text):
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", blank, text, flags=re.MULTILINE)


def _name(header):
    match = re.search(r"(TEST\w*\s*\([^)]*\)|[\w:~]+(?=\s*\()|operator\s*\S+?(?=\())", header)
    return re.sub(r"\s+", " ", match[0]) if match else "function"


def _python_functions(file):
    try:
        tree = ast.parse(file.text)
    except SyntaxError as error:
        return [(f"does not parse ({error.msg})", 1, FUNCTION_LINES_MAX + 1)]
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = (node for node in ast.walk(tree) if isinstance(node, kinds))
    return [(node.name, node.lineno, node.end_lineno) for node in nodes]


def _shell_functions(file):
    found, name, first = [], None, 0
    for number, line in enumerate(file.lines, 1):
        match = re.match(r"([\w-]+)\(\) \{", line)
        if match:
            name, first = match[1], number
        if name and line.startswith("}"):
            found.append((name, first, number))
            name = None
    return found
