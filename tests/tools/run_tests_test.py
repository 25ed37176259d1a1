"""tools/run_tests counts what ran, and takes nothing that did not run for a success."""

import importlib.machinery
import importlib.util
import pathlib
import sys
import tempfile
import types
import unittest

sys.dont_write_bytecode = True
PATH = pathlib.Path(__file__).resolve().parents[2] / "tools" / "run_tests"


def load():
    loader = importlib.machinery.SourceFileLoader("run_tests_program", str(PATH))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


RUN_TESTS = load()
START = "[==========] Running 3 tests from 1 test suite.\n[ RUN      ] Url.is_read\n"


class GoogleTest(unittest.TestCase):
    def read(self, output, status):
        outcome = RUN_TESTS.read_gtest(output, status, "binary")
        return outcome.passed, [name for name, _ in outcome.failed], outcome.skipped

    def test_each_test_counts_once(self):
        output = START + (
            "[       OK ] Url.is_read (0 ms)\n"
            "[ RUN      ] Url.fails\nx_test.cpp:5: Failure\n[  FAILED  ] Url.fails (0 ms)\n"
            "[ RUN      ] Url.waits\n"
            "x_test.cpp:9: Skipped\nno rope\n[  SKIPPED ] Url.waits (0 ms)\n"
            "[  SKIPPED ] 1 test, listed below:\n[  SKIPPED ] Url.waits\n"
            "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Url.fails\n"
        )
        wanted = (["Url.is_read"], ["Url.fails"], [("Url.waits", "no rope")])
        self.assertEqual(self.read(output, 1), wanted)

    def test_the_test_that_ran_at_a_crash_failed(self):
        outcome = RUN_TESTS.read_gtest(START, -11, "binary")
        self.assertEqual(outcome.failed[0][0], "Url.is_read")
        self.assertIn("signal 11", outcome.failed[0][1])
        self.assertIn("2 tests after it did not run", outcome.failed[0][1])

    def test_a_bad_end_without_a_test_is_a_failure(self):
        self.assertEqual(self.read("cannot load library\n", 127), ([], ["binary"], []))
        output = START + "[       OK ] Url.is_read (0 ms)\n"
        self.assertEqual(self.read(output, 1), (["Url.is_read"], ["binary"], []))


class Programs(unittest.TestCase):
    def test_a_program_that_hangs_is_stopped(self):
        status, _ = RUN_TESTS.run(["sleep", "60"], 0.1, {"PATH": "/bin:/usr/bin"})
        self.assertIsNone(status)

    def test_a_program_that_is_missing_failed(self):
        options = types.SimpleNamespace(filter="", jobs=1, timeout=9)
        outcome = RUN_TESTS.run_cpp(pathlib.Path("/nowhere/bowline_tests"), 0, options)
        self.assertEqual(len(outcome.failed), 1)

    def test_a_python_file_is_counted_by_its_tests(self):
        text = (
            "import unittest\nclass A(unittest.TestCase):\n"
            "  def test_a(self): pass\n  def test_b(self): self.fail('torn')\n"
            "  @unittest.skip('no rope')\n  def test_c(self): pass\n"
        )
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "sample_for_run_tests.py"
            path.write_text(text)
            command = [sys.executable, str(PATH), "--python-file", str(path)]
            status, output = RUN_TESTS.run(command, 60, {"PATH": "/bin:/usr/bin"})
        self.assertEqual(status, 1)
        self.assertIn("torn", output)
        self.assertIn("A.test_c: no rope", output)
        self.assertEqual(output.splitlines()[-1], "1 passed, 1 failed")


if __name__ == "__main__":
    unittest.main()
