// A program with commands of all kinds, for tests of what is made from a CLI::App: texts, help, the
// manual, completion and usage errors.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

namespace bowline::cli::testing {

struct Program {
  Program() {
    tie->add_option("-k,--knot", knot, "Which knot")->check(CLI::IsMember({"bowline", "reef"}));
    tie->add_option("-t,--turns", turns, "How many turns")->check(CLI::Range(1, 9));
    tie->add_option("--color", color, "Of what colour")
        ->transform(CLI::CheckedTransformer(std::map<std::string, int>{{"red", 1}, {"tan", 2}}));
    tie->add_option("--chart", chart, "Where the drawing is")->type_name("FILE");
    tie->add_flag("-q,--quiet", quiet, "Say nothing");
    tie->add_option("rope", rope, "What to tie")->required();
    tie->footer(
        "rope kinds:\n  hemp   old\n  nylon  new\n\nexamples:\n  knots tie --turns 2 hemp\n\n"
        "It can't be undone.\n\nexit status: 0 tied, 1 the rope, or the knot, broke, 2 usage\n");
    cut->add_option("ropes", ropes, "What to cut");
    app.footer("exit status: 0 done\n");
  }

  CLI::App app{"Ties knots\n\nEach knot\nis tied once.\n\n.So it says.", "knots"};
  CLI::App* tie = app.add_subcommand("tie", "Tie a rope\n\nWith care. C:\\rope isn't one.");
  CLI::App* cut = app.add_subcommand("cut", "Cut ropes");
  std::string knot;
  int turns = 0;
  int color = 0;
  std::string chart;
  bool quiet = false;
  std::string rope;
  std::vector<std::string> ropes;
};

}  // namespace bowline::cli::testing
