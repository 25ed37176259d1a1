// Values that options of several commands take: lengths of time and URLs. What is wrong with one is
// told before the command runs.
#pragma once

#include "bowline/base/time.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace bowline::cli {

// Adds the option `names` (as in CLI::App::add_option) that sets `value`, which must outlive the
// parse. Zero means "at once", which makes sense for some options only.
CLI::Option* add_duration(CLI::App& command, const std::string& names, Duration& value,
                          bool may_be_zero, const std::string& text);

// The same for what is more than one value to set; zero is allowed.
CLI::Option* add_duration_action(CLI::App& command, const std::string& names,
                                 std::function<void(Duration)> action, const std::string& text);

// What Url::parse reads.
CLI::Validator url_value();

}  // namespace bowline::cli
