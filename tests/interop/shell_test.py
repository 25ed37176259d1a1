"""What `bowline` writes for the shell and for man(1): completion and manual pages."""

import os
import shutil
import subprocess
import tempfile
import unittest

from harness import BIN, ProgramTest, WAIT_MAX, runnable
from screen import ScreenProgram

PAGES = ((), ("serve",), ("connect",), ("bench",), ("sockets",), ("completion",), ("manual",))


class Completion(ProgramTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(f"{self.folder}/rc", "w", encoding="ascii") as file:
            command = " ".join(runnable(BIN / "bowline"))
            file.write(f"bowline() {{ {command} \"$@\"; }}\nPS1='$ '\n"
                       "bind 'set bell-style none' 'set enable-bracketed-paste off'\n"
                       "source <(bowline completion bash)\n")
        argv = ["bash", "--noprofile", "--rcfile", f"{self.folder}/rc", "-i"]
        self.shell = ScreenProgram(argv, columns=80)
        self.addCleanup(self.shell.stop)
        self.shell.wait_for(["$"])

    def check(self, typed, completed):
        """Fails unless the shell makes `completed` of `typed` and a tab."""
        self.shell.type(typed + "\t")
        self.shell.wait_for([("$ " + completed).rstrip()])
        self.shell.type("\x15")
        self.shell.wait_for(["$"])

    def test_commands_options_and_their_values_are_completed(self):
        for typed, completed in (("bowline con", "bowline connect "),
                                 ("bowline serve re", "bowline serve re"),
                                 ("bowline serve rep", "bowline serve report "),
                                 ("bowline serve --lis", "bowline serve --listen "),
                                 ("bowline serve --log j", "bowline serve --log json "),
                                 ("bowline serve --log=j", "bowline serve --log=json "),
                                 ("bowline serve echo --thr", "bowline serve echo --threads "),
                                 ("bowline manual so", "bowline manual sockets "),
                                 ("bowline connect tc", "bowline connect tcp://")):
            with self.subTest(typed):
                self.check(typed, completed)

    def test_the_path_of_a_unix_socket_is_completed(self):
        os.mkdir(f"{self.folder}/run")
        with open(f"{self.folder}/run/app server.sock", "w", encoding="ascii"):
            self.check(f"bowline connect unix:{self.folder}/ru",
                       f"bowline connect unix:{self.folder}/run/")
            self.check(f"bowline connect unix:{self.folder}/run/a",
                       f"bowline connect unix:{self.folder}/run/app\\ server.sock ")


class Manual(ProgramTest):
    def page(self, command):
        """Gives the manual page of `command`."""
        program = self.command("manual", *command)
        page = program.stdout.all()
        self.assertEqual(program.exit_code(), 0)
        return page

    def test_each_page_is_read_without_a_warning(self):
        if not shutil.which("groff"):
            self.skipTest("groff is not here")
        for command in PAGES:
            with self.subTest(command):
                read = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z"],
                                      input=self.page(command), stderr=subprocess.PIPE,
                                      timeout=WAIT_MAX)
                self.assertEqual((read.returncode, read.stderr), (0, b""))

    def test_each_option_of_the_help_is_in_the_page(self):
        for command in PAGES:
            with self.subTest(command):
                page = self.page(command).decode().replace("\\-", "-")
                text = self.command(*command, "--help").stdout.all().decode()
                names = [word.strip(",") for word in text.split() if word.startswith("--")]
                self.assertIn("--help", names)
                for name in names:
                    self.assertIn(name, page)


if __name__ == "__main__":
    unittest.main()
