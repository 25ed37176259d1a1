// What `bowline check` found, for people and for machines.
#pragma once

#include "cli/check_steps.h"

#include <string>

namespace bowline::cli {

// A line for each step, what was found in lines below it; the last line says how it ended.
std::string check_text(const CheckReport& report);
// One object on one line: url, ok, steps.
std::string check_json(const std::string& url, const CheckReport& report);

}  // namespace bowline::cli
