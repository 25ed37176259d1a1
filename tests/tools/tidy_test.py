"""Each rule of tools/tidy finds a file that breaks it, and lets a file that keeps it pass."""

import pathlib
import shutil
import sys
import tempfile
import textwrap
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from tidylib import compilers, layers, modules, size, snippets, words  # noqa: E402
from tidylib.files import Tree  # noqa: E402

CHARTER = "// What this is,\n// and its one rule.\n#pragma once\n"


class TidyTest(unittest.TestCase):
    """A small repository with the real table of layers; a test adds files and runs one rule."""

    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.write("tools/layers.txt", (ROOT / "tools/layers.txt").read_text())

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(textwrap.dedent(text))

    def found(self, rule, path, text):
        """Gives the lines where `rule` finds fault with `text` at `path`."""
        self.write(path, text)
        return [finding.line for finding in rule(Tree(self.root)) if finding.path == path]


class Layers(TidyTest):
    def test_a_layer_may_not_include_one_above(self):
        text = '#include "bowline/base/url.h"\n#include "bowline/net/stream.h"\n'
        self.assertEqual(self.found(layers.includes, "src/bowline/os/x.cpp", text), [2])

    def test_a_layer_may_include_itself_and_those_named(self):
        text = '#include "bowline/os/y.h"\n#include "bowline/base/url.h"\n#include <vector>\n'
        self.assertEqual(self.found(layers.includes, "src/bowline/os/x.cpp", text), [])

    def test_proto_and_task_never_meet(self):
        text = '#include "bowline/task/task.h"\n'
        self.assertEqual(self.found(layers.includes, "src/bowline/proto/x.h", text), [1])
        text = '#include "bowline/proto/lines.h"\n'
        self.assertEqual(self.found(layers.includes, "src/bowline/task/x.h", text), [1])

    def test_the_simulator_is_for_tests_only(self):
        text = '#include "bowline/sim/world.h"\n'
        self.assertEqual(self.found(layers.includes, "src/cli/x.cpp", text), [1])
        self.assertEqual(self.found(layers.includes, "tests/net/x_test.cpp", text), [])

    def test_the_umbrella_is_for_users_and_may_include_all(self):
        text = '#include "bowline/bowline.h"\n'
        self.assertEqual(self.found(layers.includes, "src/bowline/net/x.cpp", text), [1])
        self.assertEqual(self.found(layers.includes, "src/cli/x.cpp", text), [])
        text = '#include "bowline/net/stream.h"\n'
        self.assertEqual(self.found(layers.includes, "src/bowline/bowline.h", text), [])

    def test_an_unknown_layer_is_named(self):
        self.assertEqual(self.found(layers.includes, "src/bowline/extra/x.cpp", "int x;\n"), [1])

    def test_an_include_in_a_comment_is_none(self):
        text = '// #include "bowline/net/stream.h"\n'
        self.assertEqual(self.found(layers.includes, "src/bowline/os/x.cpp", text), [])

    def test_a_table_with_a_cycle_is_refused(self):
        text = "base: net\nnet: base\n"
        self.assertEqual(self.found(layers.includes, "tools/layers.txt", text), [1])

    def test_what_a_layer_may_not_hold_is_found(self):
        text = "#include <unistd.h>\n"
        self.assertEqual(self.found(layers.nevers, "src/bowline/proto/x.cpp", text), [1])
        self.assertEqual(self.found(layers.nevers, "src/bowline/os/x.cpp", text), [])

    def test_only_the_loop_lets_waiters_go_on(self):
        text = "void f() { waiter.go_on(); }\n"
        self.assertEqual(self.found(layers.nevers, "src/bowline/net/x.cpp", text), [1])
        self.assertEqual(self.found(layers.nevers, "src/bowline/loop/x.cpp", text), [])
        text = "void f() { h.resume(); }\n"
        self.assertEqual(self.found(layers.nevers, "src/bowline/client/x.cpp", text), [1])

    def test_some_includes_are_kept_out_of_headers_only(self):
        text = "#include <fmt/core.h>\n"
        self.assertEqual(self.found(layers.nevers, "src/bowline/net/x.h", text), [1])
        self.assertEqual(self.found(layers.nevers, "src/bowline/net/x.cpp", text), [])


class Size(TidyTest):
    def long(self, count):
        return "  x();\n" * count

    def test_a_file_has_400_lines_at_most(self):
        self.assertEqual(self.found(size.file_lines, "src/cli/x.cpp", "int x;\n" * 401), [401])
        self.assertEqual(self.found(size.file_lines, "src/cli/x.cpp", "int x;\n" * 400), [])

    def test_a_line_has_100_columns_at_most(self):
        text = "x" * 100 + "\n" + "x" * 101 + "\n"
        self.assertEqual(self.found(size.columns, "tools/x.py", text), [2])

    def test_a_function_has_70_lines_at_most(self):
        for head in ("int f(int a) {", "template <class T>\nvoid f(T) requires(x) {",
                     "A::A(int a) : a_(a), b_{a} {", "TEST(Url, is_read) {", "bool operator==(X) {",
                     "auto f = [](int a) {", "Task<void> f(X x = {}) {", "A::~A() noexcept {"):
            lines = head.count("\n") + 2
            text = "int g;\n" + head + "\n" + self.long(70 - lines) + "}\n"
            self.assertEqual(self.found(size.function_lines, "src/cli/x.cpp", text), [], head)
            text = text.replace("{\n", "{\n  x();\n", 1)
            self.assertEqual(self.found(size.function_lines, "src/cli/x.cpp", text), [2], head)

    def test_a_function_in_a_class_in_a_namespace_counts(self):
        text = "namespace a {\nclass X : public Y<int()> {\n public:\n  int f() {\n" + self.long(70)
        self.assertEqual(self.found(size.function_lines, "src/x.h", text + "  }\n};\n}\n"), [4])

    def test_classes_namespaces_and_tables_may_be_long(self):
        for head in ("namespace a {", "struct X {", "constexpr Row rows[] = {", "enum class E {"):
            text = head + "\n" + "  f(1),\n" * 100 + "};\n"
            self.assertEqual(self.found(size.function_lines, "src/cli/x.cpp", text), [], head)

    def test_braces_in_texts_and_comments_do_not_count(self):
        text = "void f() { g(\"}\", '{', 1'000); } // {\nint g() {\n" + self.long(70) + "}\n"
        self.assertEqual(self.found(size.function_lines, "src/cli/x.cpp", text), [2])

    def test_functions_of_python_and_shell_count_too(self):
        self.assertEqual(
            self.found(size.function_lines, "x.py", "def f():\n" + "    x()\n" * 70), [1])
        text = "f() {\n" + self.long(70) + "}\n"
        self.assertEqual(self.found(size.function_lines, "tools/x.bash", text), [1])


class Words(TidyTest):
    def test_notes_to_oneself_are_found(self):
        for word in ("TO" "DO", "FIX" "ME", "HA" "CK", "XX" "X"):
            self.assertEqual(self.found(words.notes, "docs/x.md", f"one\n{word}: two\n"), [2])

    def test_paths_of_one_machine_are_found(self):
        for path in ("/wo" "rk/main/x", "/ho" "me/jo/x", "/tmp/bash" "_jobs/1", "/ro" "ot/x"):
            self.assertEqual(self.found(words.machine_paths, "src/x.cpp", f'f("{path}");\n'), [1])
        text = "tcp://host/home/x, docs/home/x, /tmp/x.sock, /workers\n"
        self.assertEqual(self.found(words.machine_paths, "src/x.cpp", text), [])

    def test_empty_names_are_found(self):
        for text in ("class Loop" "Manager {};\n", "struct UrlImpl;\n", "int get_size();\n"):
            self.assertEqual(self.found(words.names, "src/cli/x.h", text), [1], text)
        text = "auto y = std::get_if<int>(&x); app.get_option(1); X get_return_object();\n"
        self.assertEqual(self.found(words.names, "src/cli/x.h", text), [])

    def test_vague_file_names_are_found(self):
        self.assertEqual(self.found(words.names, "src/cli/string_util.h", "int x;\n"), [1])

    def test_conditional_code_is_found(self):
        text = "#pragma once\n#ifdef __linux__\n# if 1\n#endif\n"
        self.assertEqual(self.found(words.conditions, "tests/x.h", text), [2, 3])

    def test_using_all_of_std_is_found(self):
        text = "using namespace std::literals;\nusing namespace std;\n"
        self.assertEqual(self.found(words.namespaces, "examples/x.cpp", text), [2])

    def test_stray_blanks_are_found(self):
        self.assertEqual(self.found(words.blanks, "x.md", "one \n\ttwo\nthree\n"), [2, 1])
        self.assertEqual(self.found(words.blanks, "x.md", "no newline"), [1])
        self.assertEqual(self.found(words.blanks, "x.md", "fine\n"), [])


class Modules(TidyTest):
    def test_a_header_without_test_is_found(self):
        header = "src/bowline/base/url.h"
        self.assertEqual(self.found(modules.tests, header, CHARTER), [1])
        self.write("tests/base/url_test.cpp", "int x;\n")
        self.assertEqual(self.found(modules.tests, header, CHARTER), [])

    def test_a_reason_excepts_a_header(self):
        self.write("tools/untested.txt", "src/bowline/base/url.h: only declarations\n")
        self.assertEqual(self.found(modules.tests, "src/bowline/base/url.h", CHARTER), [])

    def test_an_exception_without_reason_or_need_is_found(self):
        self.write("src/bowline/base/url.h", CHARTER)
        self.write("tests/base/url_test.cpp", "int x;\n")
        for line in ("src/bowline/base/url.h\n", "src/gone.h: why\n",
                     "src/bowline/base/url.h: has one\n"):
            self.assertEqual(self.found(modules.tests, "tools/untested.txt", line), [1], line)

    def test_a_protocol_without_fuzz_target_is_found(self):
        header = "src/bowline/proto/lines.h"
        self.assertEqual(self.found(modules.fuzz_targets, header, CHARTER), [1])
        self.write("fuzz/lines.cpp", "int x;\n")
        self.assertEqual(self.found(modules.fuzz_targets, header, CHARTER), [])

    def test_a_header_without_charter_or_pragma_is_found(self):
        for text in ("#pragma once\n", "// a\n// b\nint x;\n",
                     "// a\n" * 6 + "#pragma once\n"):
            self.assertEqual(self.found(modules.charters, "src/cli/x.h", text), [1], text)
        self.assertEqual(self.found(modules.charters, "src/cli/x.h", CHARTER), [])

    def test_a_missing_page_is_found(self):
        self.assertEqual(self.found(modules.pages, "LICENSE", "free\n"), [])
        missing = {finding.path for finding in modules.pages(Tree(self.root))}
        self.assertEqual(missing, set(modules.PAGES) - {"LICENSE"})

    def test_a_link_to_nowhere_is_found(self):
        text = "[a](docs/a.md)\n[b](x.md#part)\n[c](https://example.org)\n`[d](e)`\n"
        self.assertEqual(self.found(modules.links, "x.md", text), [1])


class Snippets(TidyTest):
    PAGE = "<!-- snippet: examples/x.cpp#go -->\n```cpp\n%s```\n"

    def setUp(self):
        super().setUp()
        self.write("examples/x.cpp", "f();\n  // [go]\n  one();\n    two();\n  // [/go]\n")

    def test_a_block_that_differs_is_found(self):
        self.assertEqual(self.found(snippets.snippets, "x.md", self.PAGE % "one();\n"), [1])
        text = self.PAGE % "one();\n  two();\n"
        self.assertEqual(self.found(snippets.snippets, "x.md", text), [])

    def test_a_mark_without_block_file_or_region_is_found(self):
        for text in ("<!-- snippet: examples/x.cpp#go -->\ntext\n",
                     "<!-- snippet: gone.cpp -->\n```\n```\n",
                     "<!-- snippet: examples/x.cpp#gone -->\n```\n```\n"):
            self.assertEqual(self.found(snippets.snippets, "x.md", text), [1], text)

    def test_a_whole_file_is_quoted_without_marks(self):
        text = "<!-- snippet: examples/x.cpp -->\n```cpp\nf();\n  one();\n    two();\n```\n"
        self.assertEqual(self.found(snippets.snippets, "x.md", text), [])

    def test_rewriting_makes_blocks_equal(self):
        for text in (self.PAGE % "old();\n", "<!-- snippet: examples/x.cpp#go -->\nend\n"):
            self.write("x.md", text)
            self.assertEqual(snippets.rewrite(Tree(self.root)), (["x.md"], []))
            self.assertEqual(snippets.snippets(Tree(self.root)), [])


class Compilers(TidyTest):
    @unittest.skipUnless(shutil.which("g++"), "there is no g++")
    def test_a_header_that_needs_another_first_is_found(self):
        text = CHARTER + "inline std::string x;\n"
        self.assertEqual(self.found(compilers.headers, "src/cli/x.h", text), [1])
        text = CHARTER + "#include <string>\ninline std::string x;\n"
        self.assertEqual(self.found(compilers.headers, "src/cli/x.h", text), [])

    @unittest.skipUnless(shutil.which("g++"), "there is no g++")
    def test_a_change_below_compiles_a_header_again(self):
        self.write("src/bowline/base/a.h", CHARTER + "struct A {};\n")
        text = CHARTER + '#include "bowline/base/a.h"\ninline A a;\n'
        self.assertEqual(self.found(compilers.headers, "src/cli/x.h", text), [])
        self.write("src/bowline/base/a.h", CHARTER + "struct B {};\n")
        self.assertEqual(self.found(compilers.headers, "src/cli/x.h", text), [1])

    @unittest.skipUnless(shutil.which("clang-format"), "there is no clang-format")
    def test_a_file_that_is_not_laid_out_is_found(self):
        self.write(".clang-format", (ROOT / ".clang-format").read_text())
        self.assertEqual(self.found(compilers.layout, "src/x.cpp", "int x;\nint   y;\n"), [2])
        self.assertEqual(self.found(compilers.layout, "src/x.cpp", "int x;\nint y;\n"), [])


class Command(TidyTest):
    def test_every_rule_is_run(self):
        listed = (ROOT / "tools/tidy").read_text()
        helpers = ("rewrite", "read_table")
        for module in (layers, size, words, modules, snippets, compilers):
            for name, rule in vars(module).items():
                code = getattr(rule, "__code__", None)
                if code is None or rule.__module__ != module.__name__ or name.startswith("_"):
                    continue
                if code.co_varnames[:code.co_argcount] == ("tree",) and name not in helpers:
                    self.assertIn(f"{module.__name__.split('.')[1]}.{name}", listed)


if __name__ == "__main__":
    unittest.main()
