"""The page that `./dev bench` writes, from figures that are made up."""

import argparse
import dataclasses
import pathlib
import sys
import tempfile
import unittest
import xml.dom.minidom

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "bench"))

import compare  # noqa: E402
import hostile  # noqa: E402
import hostile_rows  # noqa: E402
import measure  # noqa: E402
import parts  # noqa: E402
import plot  # noqa: E402
import results  # noqa: E402
from servers import Server  # noqa: E402

OPTIONS = argparse.Namespace(quick=False, rounds=3)


def figures(cost):
    """Gives what a load tells, whatever it did."""
    return {"cpu_us": cost, "user_us": cost / 10, "messages": 99, "lost": 1, "p50_us": 20,
            "p99_us": 400, "idle_bytes": 24, "used_bytes": 48}


def section(part=parts.PARTS[0]):
    """Gives a part with bowline, the floor, and a peer that is missing."""
    servers = [Server("bowline-epoll", "bowline, epoll", "bowline", []),
               Server("bare-epoll", "epoll by hand", "bare", [])]
    missing = [Server("go", "Go, net", "peer", [], missing="needs golang-go")]
    made = results.Section(part, list(part.workloads), servers, missing)
    for row in made.rows:
        for number, (mine, floor) in enumerate(((6.0, 5.0), (9.0, 8.0), (30.0, 10.0))):
            made.runs["bowline-epoll", row.name][number] = figures(mine)
            made.runs["bare-epoll", row.name][number] = figures(floor)
    return made


class Page(unittest.TestCase):
    def page(self, *sections):
        """Gives the page of these."""
        return results.page(sections, OPTIONS, measure.Effort())

    def test_what_counts_is_the_median_of_the_ratios_of_each_round(self):
        # Of the medians it would be 8 / 9 = 0.89.
        page = self.page(section())
        self.assertIn("| epoll by hand | 0.83 (0.33 to 0.89) |", page)
        self.assertIn("| TCP: 1 connection | 1.200 | - | - |", page)

    def test_every_part_has_its_tables_and_its_plot(self):
        for part in parts.PARTS:
            with self.subTest(part.name):
                made = section(part)
                page = self.page(made)
                self.assertIn(f"## {part.title}\n", page)
                self.assertIn(f"({results.plot_name(made)})", page)
                drawn = xml.dom.minidom.parseString(plot.svg(made))
                bars = drawn.getElementsByTagName("rect")
                self.assertEqual(len(bars), 1 + 2 * len(made.with_ratios()))

    def test_a_round_that_failed_is_left_out_and_told(self):
        made = section()
        made.runs["bare-epoll", "one"][2] = "the server is silent"
        page = self.page(made)
        self.assertIn("| epoll by hand | 0.86 (0.83 to 0.89) |", page)
        self.assertIn("- TCP, 1 connection: epoll by hand: the server is silent\n", page)

    def test_nothing_measured_makes_a_page_too(self):
        made = section()
        made.runs.clear()
        self.assertIn("| epoll by hand | - |", self.page(made))
        self.assertIn("</svg>", plot.svg(made))

    def test_who_is_missing_is_told(self):
        self.assertIn("| Go, net | left out: needs golang-go | go |", self.page(section()))

    def test_a_row_is_made_to_fit_the_limit_of_open_files(self):
        part = next(one for one in parts.PARTS if one.name == "scale")
        made = section(part)
        made.shrink(made.rows[-1], 20000)
        self.assertEqual((made.rows[-1].connections, made.rows[-1].active), (20000, 200))
        self.assertIn("50,000 connections were wanted", self.page(made))


class Parts(unittest.TestCase):
    def test_bowline_is_first_and_names_are_told_apart(self):
        with tempfile.TemporaryDirectory() as build:
            for part in parts.PARTS:
                with self.subTest(part.name):
                    names = [one.name for one in part.servers(build)]
                    self.assertEqual(names[0], "bowline-epoll")
                    self.assertEqual(len(set(names)), len(names))
                    rows = [row.name for row in part.workloads]
                    self.assertEqual(len(set(rows)), len(rows))

    def test_a_build_folder_without_programs_has_none(self):
        with tempfile.TemporaryDirectory() as build:
            for one in parts.PARTS[0].servers(build):
                if one.kind == "bare":
                    self.assertIn("not built", one.missing)

    def test_time_is_told_for_people(self):
        self.assertEqual([compare.minutes(each) for each in (40.4, 89, 90, 1260)],
                         ["40 s", "89 s", "2 min", "21 min"])


class HostilePage(unittest.TestCase):
    ROW = hostile_rows.Row("idle", "idle", "tcp", "Says nothing.", 10, 1024, "each", files_max=9)
    WELL = hostile.Run(grown=0, files=(8, 18, 8), quiet=100, attacked=400, share=0.1, got="closed")

    def verdict(self, **differs):
        """Gives what is wrong when the second of three runs differs so from one that is well."""
        bad = dataclasses.replace(self.WELL, **differs)
        return hostile.wrong(self.ROW, [self.WELL, bad, self.WELL])

    def test_nothing_is_wrong_with_a_server_that_holds(self):
        self.assertEqual(self.verdict(), "")

    def test_memory_and_descriptors_count_in_every_round(self):
        self.assertEqual(self.verdict(grown=self.ROW.memory_max() + 1), "memory")
        self.assertEqual(self.verdict(files=(8, 18, 9)), "descriptors")
        self.assertEqual(self.verdict(share=0.9), "spins")

    def test_latency_counts_in_the_median_round(self):
        self.assertEqual(self.verdict(attacked=9000), "")
        slow = dataclasses.replace(self.WELL, attacked=501)
        self.assertEqual(hostile.wrong(self.ROW, [self.WELL, slow, slow]), "latency")

    def test_a_run_that_failed_says_why(self):
        self.assertEqual(hostile.wrong(self.ROW, [self.WELL, "it did not listen"]),
                         "it did not listen")


if __name__ == "__main__":
    unittest.main()
