"""The examples of a simulated world: as a program, and as tests of GoogleTest and of Catch2."""

import unittest

from harness import BOWLINE, ProgramTest


class Simulation(ProgramTest):
    def test_passes_in_each_frame(self):
        for name, says in (("simulation", "passed with every seed"),
                           ("simulation_gtest", r"PASSED.* 1 test"),
                           ("simulation_catch2", "All tests passed")):
            with self.subTest(name):
                program = self.start(BOWLINE, name)
                program.stdout.find(says)
                self.assertEqual(program.exit_code(), 0)


if __name__ == "__main__":
    unittest.main()
