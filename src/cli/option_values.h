// Values that options of several commands take: lengths of time and URLs. What is wrong with one is
// told before the command runs.
#pragma once

#include "bowline/base/address_range.h"
#include "bowline/base/time.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace bowline::cli {

// Adds the option `names` (as in CLI::App::add_option) that sets `value`, which must outlive the
// parse. Zero means "at once", which makes sense for some options only.
CLI::Option* add_duration(CLI::App& command, const std::string& names, Duration& value,
                          bool may_be_zero, const std::string& text);

// The same for what is more than one value to set; zero is allowed.
CLI::Option* add_duration_action(CLI::App& command, const std::string& names,
                                 std::function<void(Duration)> action, const std::string& text);

// Adds an option that may be given several times, each with an address or a range of them.
CLI::Option* add_address_ranges(CLI::App& command, const std::string& names,
                                std::vector<AddressRange>& ranges, const std::string& text);
// That one for the proxies of a server: --proxy-from.
void add_proxies(CLI::App& command, std::vector<AddressRange>& proxies);

// A count that may have a unit, 500k or 2M, of thousands; to be transformed by.
CLI::Validator count_value();

// What Url::parse reads.
CLI::Validator url_value();

}  // namespace bowline::cli
