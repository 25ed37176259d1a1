// A server and a client of one's own, in a simulated network: over many seeds, with faults.
#include "visits.h"

int main() {
  // [story]
  sim::StoryResult result = sim::tell("visit_once", {.seeds = 200}, visit_once);
  // [/story]
  print(result.passed ? "passed with every seed" : result.report);
  return result.passed ? 0 : 1;
}
