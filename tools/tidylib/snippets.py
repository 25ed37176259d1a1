"""Code in the pages is code of the repository: a marked block equals its file or region.

    <!-- snippet: examples/echo_server.cpp#accept -->   the region, or without #accept all of it
    ```cpp

A region lies between the lines `// [accept]` and `// [/accept]` (`# ` in Python); it is quoted
without its indentation and without the marks of other regions.
"""

import re
import textwrap

from tidylib.files import Finding

_BLOCK = re.compile(
    r"^<!-- snippet: (?P<path>[^#\s]+)(?:#(?P<region>\w+))? -->\n"
    r"(?:(?P<open>```\w*\n)(?P<code>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
_MARK = re.compile(r"^\s*(?://|#) \[/?\w+\]$")


def snippets(tree):
    """A marked code block in a page equals what it quotes."""
    findings = []
    for file in _pages(tree):
        for block in _BLOCK.finditer(file.text):
            wanted, problem = quoted(tree, block["path"], block["region"])
            if not problem and block["open"] is None:
                problem = "no code block follows the mark; run tools/snippets"
            elif not problem and block["code"] != wanted:
                problem = f"differs from {block['path']}; run tools/snippets"
            if problem:
                findings.append(Finding(file.path, file.line_of(block.start()), problem))
    return findings


def rewrite(tree):
    """Brings every marked block up to date. Gives the paths written and what could not be done."""
    written, findings = [], []
    for file in _pages(tree):

        def fresh(block, file=file):
            wanted, problem = quoted(tree, block["path"], block["region"])
            if problem:
                findings.append(Finding(file.path, file.line_of(block.start()), problem))
                return block[0]
            mark = block[0].split("\n", 1)[0]
            language = "python" if block["path"].endswith(".py") else "cpp"
            rest = "" if block["open"] else "\n"
            return f"{mark}\n{block['open'] or f'```{language}' + chr(10)}{wanted}```{rest}"

        text = _BLOCK.sub(fresh, file.text)
        if text != file.text:
            file.full_path.write_text(text, encoding="utf-8")
            written.append(file.path)
    return written, findings


def quoted(tree, path, region):
    """Gives (the text that a block must hold, None) or (None, what is wrong)."""
    file = tree.by_path.get(path)
    if file is None:
        return None, f"quotes {path}, which does not exist"
    lines = file.text.splitlines()
    if region:
        marks = [line.strip().lstrip("/# ") for line in lines]
        if marks.count(f"[{region}]") != 1 or marks.count(f"[/{region}]") != 1:
            return None, f"{path} has no region // [{region}] to // [/{region}]; mark it once"
        lines = lines[marks.index(f"[{region}]") + 1:marks.index(f"[/{region}]")]
    lines = [line for line in lines if not _MARK.match(line)]
    return textwrap.dedent("\n".join(lines)).strip("\n") + "\n", None


def _pages(tree):
    return [file for file in tree.files if file.suffix == ".md"]
