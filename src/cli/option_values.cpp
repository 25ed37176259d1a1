#include "cli/option_values.h"

#include "bowline/base/url.h"
#include "cli/duration.h"

#include <fmt/format.h>

namespace bowline::cli {
namespace {

CLI::Validator duration_value(bool may_be_zero) {
  CLI::Validator validator;
  validator.operation([may_be_zero](std::string& text) {
    std::optional<Duration> parsed = parse_duration(text);
    if (!parsed) return fmt::format("'{}' is no length of time; {}", text, duration_forms);
    if (*parsed == Duration() && !may_be_zero) return std::string("it must be more than zero");
    return std::string();
  });
  return validator.name("DURATION");
}

}  // namespace

CLI::Option* add_duration(CLI::App& command, const std::string& names, Duration& value,
                          bool may_be_zero, const std::string& text) {
  auto set = [&value](const std::string& given) { value = *parse_duration(given); };
  return command.add_option_function<std::string>(names, set, text)
      ->check(duration_value(may_be_zero));
}

CLI::Option* add_duration_action(CLI::App& command, const std::string& names,
                                 std::function<void(Duration)> action, const std::string& text) {
  auto act = [action = std::move(action)](const std::string& given) {
    action(*parse_duration(given));
  };
  return command.add_option_function<std::string>(names, act, text)->check(duration_value(true));
}

CLI::Option* add_address_ranges(CLI::App& command, const std::string& names,
                                std::vector<AddressRange>& ranges, const std::string& text) {
  auto add = [&ranges](const std::vector<std::string>& given) {
    for (const std::string& one : given) ranges.push_back(AddressRange::parse(one).value());
  };
  CLI::Validator readable;
  readable.operation([](std::string& one) {
    Result<AddressRange> range = AddressRange::parse(one);
    return range ? std::string() : std::string(range.error().what());
  });
  return command.add_option_function<std::vector<std::string>>(names, add, text)
      ->allow_extra_args(false)
      ->check(readable)
      ->type_name("ADDRESS[/BITS]");
}

void add_proxies(CLI::App& command, std::vector<AddressRange>& proxies) {
  add_address_ranges(command, "--proxy-from", proxies,
                     "A proxy that says who its client is, with the PROXY protocol (v1 or v2). "
                     "Then connections from elsewhere, and such that do not begin with that, are "
                     "refused. An address, a range (10.0.0.0/8) or unix; may be given several "
                     "times");
}

CLI::Validator count_value() {
  CLI::Validator validator;
  validator.operation([convert = CLI::AsSizeValue(true)](std::string& text) {
    std::string given = text;  // which may be changed before it is refused
    try {
      return convert(text);
    } catch (const CLI::ValidationError&) {
      return fmt::format("'{}' is no number; write 65536, 500k or 2M", given);
    }
  });
  return validator.name("COUNT");
}

CLI::Validator url_value() {
  CLI::Validator validator;
  validator.operation([](std::string& text) {
    Result<Url> url = Url::parse(text);
    return url ? std::string() : std::string(url.error().what());
  });
  return validator.name("URL");
}

}  // namespace bowline::cli
