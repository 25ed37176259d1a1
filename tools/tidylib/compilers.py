"""Rules that run a program: every header compiles alone, every file is laid out by clang-format."""

import hashlib
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tidylib.files import Finding

_FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
          "-Wno-missing-field-initializers", "-Isrc", "-I."]
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def headers(tree):
    """Every header compiles alone. What compiled is remembered by content under build/tidy."""
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if compiler is None:
        return [Finding("tools/tidy", 1, "there is no g++ to compile headers with")]
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False)
    cache = tree.root / "build" / "tidy"
    cache.mkdir(parents=True, exist_ok=True)
    wanted = []
    for file in tree.headers("src", "tests", "bench"):
        key = _key(tree, file, version.stdout)
        if not (cache / key).exists():
            wanted.append((file, cache / key))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda pair: _compile(tree, compiler, *pair), wanted)
        return [finding for finding in answers if finding]


def _compile(tree, compiler, file, memory):
    # Through a file that includes it: `#pragma once` in a main file is a warning.
    text = f'#include "{file.path}"\n'
    done = subprocess.run([compiler, *_FLAGS, "-x", "c++", "-"], cwd=tree.root, input=text,
                          capture_output=True, text=True, check=False)
    if done.returncode == 0:
        memory.touch()
        return None
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    first = errors[0] if errors else done.stderr[:200]
    return Finding(file.path, 1, f"does not compile alone: {first}")


def _key(tree, file, version):
    """Names all that decides if `file` compiles: it, what of ours it includes, the compiler."""
    digest = hashlib.sha256(repr((_FLAGS, version)).encode())
    todo, seen = [file], set()
    while todo:
        part = todo.pop()
        if part.path in seen:
            continue
        seen.add(part.path)
        digest.update(f"{part.path}\n{part.text}\0".encode())
        for name in _INCLUDE.findall(part.text):
            beside = f"{part.path.rsplit('/', 1)[0]}/{name}"
            paths = (f"src/{name}", name, beside)
            todo += [tree.by_path[path] for path in paths if path in tree.by_path]
    return digest.hexdigest()


def layout(tree):
    """Every C++ file is laid out as clang-format does it."""
    program = shutil.which("clang-format")
    if program is None:
        return [Finding("tools/tidy", 1, "there is no clang-format; ./dev tidy installs it")]
    paths = [str(file.full_path) for file in tree.cpp()]
    if not paths:
        return []
    done = subprocess.run([program, "--dry-run", *paths], cwd=tree.root, capture_output=True,
                          text=True, check=False)
    first = {}
    place = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error):", re.MULTILINE)
    for path, line in place.findall(done.stderr):
        first.setdefault(path, int(line))
    root = str(tree.root) + "/"
    return [Finding(path.removeprefix(root), line, "not laid out; run ./dev format")
            for path, line in first.items()]
