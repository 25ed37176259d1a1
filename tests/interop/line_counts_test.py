"""No example is longer than the Python program it stands for."""

import re
import unittest

from harness import PROGRAMS, ROOT

# Lines of the tutorials' programs that are not blank, a comment or a lone brace.
LINES = {
    "ack_server_single": 20,
    "ack_client": 17,
    "ack_server_threads": 34,
    "receive_server": 14,
    "hello_client": 7,
    "receive_server_threads": 16,
    "receive_server_async": 9,
    "receive_server_tls": 8,
    "echo_server": 10,
    "echo_client": 6,
    "report_server": 14,
    "report_server_threads": 18,
    "report_client": 8,
    "web_socket_server": 12,
    "web_socket_client": 8,
    "multi_server": 36,
    "multi_client": 40,
}

LONE_BRACE = re.compile(r"[{}][{})\];,]*")


def counted_lines(source, comment):
    """Gives how many lines of `source` say something; `comment` starts a comment."""
    lines = (re.sub(rf"(^|\s){comment}.*", "", line).strip() for line in source.splitlines())
    return sum(1 for line in lines if line and not LONE_BRACE.fullmatch(line))


class LineCounts(unittest.TestCase):
    def test_an_example_is_no_longer_than_its_python_original(self):
        for name, limit in LINES.items():
            with self.subTest(name):
                source = (ROOT / "examples" / f"{name}.cpp").read_text(encoding="utf-8")
                self.assertLessEqual(counted_lines(source, "//"), limit)

    def test_a_python_original_is_as_long_as_the_tutorials(self):
        for name, lines in LINES.items():
            with self.subTest(name):
                source = (PROGRAMS / f"{name}.py").read_text(encoding="utf-8")
                self.assertEqual(counted_lines(source, "#"), lines)

    def test_blank_comment_and_brace_lines_are_not_counted(self):
        source = "// why\n\nint main() {\n  call(\"tcp://*\", {\n  });  // end\n  };\n\t}\n}\n"
        self.assertEqual(counted_lines(source, "//"), 2)


if __name__ == "__main__":
    unittest.main()
