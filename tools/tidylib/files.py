"""The files of the repository as the rules see them, and what a rule answers."""

import pathlib
import re
from dataclasses import dataclass
from functools import cached_property

SKIPPED_FOLDERS = {"build", "__pycache__", "corpus", "data"}
CPP = {".cpp", ".h"}
CODE = CPP | {".py", ".sh", ".bash", ".cmake"}
TEXT = CODE | {".md", ".txt", ".json", ".in", ".yml", ".yaml", ""}

# In order of precedence: what a C++ file holds that is not code. A raw string ends with its own
# delimiter; an apostrophe between digits separates them.
_NOT_CODE = re.compile(
    r"""//(?:\\\n|[^\n])*|/\*.*?\*/|R"(?P<mark>[^ ()\\\n]*)\(.*?\)(?P=mark)"|"""
    r""""(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'""",
    re.DOTALL,
)


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong: where, and what is wrong with what to do about it."""

    path: str
    line: int
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}"


class File:
    """A text file. `path` is relative to the root, with slashes."""

    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.full_path = path
        self.suffix = path.suffix
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.split("\n")

    @property
    def is_cpp(self):
        return self.suffix in CPP

    @property
    def is_python(self):
        return self.suffix == ".py" or re.match(r"#!.*\bpython3?$", self.lines[0]) is not None

    @property
    def is_shell(self):
        first = self.lines[0]
        return self.suffix in {".sh", ".bash"} or re.match(r"#!.*\b(ba)?sh$", first) is not None

    @property
    def is_code(self):
        return self.suffix in CODE or self.text.startswith("#!")

    @cached_property
    def bare(self):
        """C++ text with comments and the insides of strings blanked out; lines stay lines.

        The names in #include lines stay: they look like strings but are not.
        """

        def blank(match):
            text = match[0]
            if text[0] == '"' and self._in_include(match.start()):
                return text
            return re.sub(r"[^\n]", " ", text) if text[0] == "/" else self._empty_string(text)

        return _NOT_CODE.sub(blank, self.text)

    @cached_property
    def bare_lines(self):
        return self.bare.split("\n")

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def _in_include(self, offset):
        start = self.text.rfind("\n", 0, offset) + 1
        return re.match(r"\s*#\s*include\b", self.text[start:offset]) is not None

    @staticmethod
    def _empty_string(text):
        return text[0] + re.sub(r"[^\n]", " ", text[1:-1]) + text[-1]


class Tree:
    """All text files under `root` but what is built, downloaded or binary."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.files = [File(self.root, path) for path in self._walk(self.root)]
        self.by_path = {file.path: file for file in self.files}

    def cpp(self, *folders):
        """C++ files under any of `folders`, or all."""
        return [file for file in self.files if file.is_cpp and _under(file.path, folders)]

    def headers(self, *folders):
        return [file for file in self.cpp(*folders) if file.suffix == ".h"]

    def _walk(self, folder):
        for path in sorted(folder.iterdir()):
            if path.is_symlink():
                continue
            if path.is_dir():
                hidden = path.name.startswith(".") and path.name != ".ci"
                if not hidden and path.name not in SKIPPED_FOLDERS:
                    yield from self._walk(path)
            elif path.suffix in TEXT and b"\0" not in path.read_bytes():
                yield path


def _under(path, folders):
    return not folders or any(path.startswith(folder + "/") for folder in folders)
