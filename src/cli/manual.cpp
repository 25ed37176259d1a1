#include "cli/manual.h"

#include "cli/option_text.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <memory>

namespace bowline::cli {
namespace {

constexpr const char* notes =
    "examples:\n"
    "  bowline manual connect | man -l -\n"
    "\nexit status: 0 done, 2 usage\n";

// Text as it is: no character of it is a request or an escape, and "-" stays what can be copied.
std::string escaped(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'') {
      out += "\\(aq";
    } else if (c == '~') {
      out += "\\(ti";
    } else if (c == '^') {
      out += "\\(ha";
    } else if (c == '`') {
      out += "\\(ga";
    } else {
      out += c;
    }
  }
  return out;
}

std::string capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// "bowline-connect": how pages are called.
std::string page_name(const CLI::App& command) {
  std::string name = full_name(command);
  for (char& c : name) {
    if (c == ' ') c = '-';
  }
  return name;
}

std::string bold(std::string_view text) {
  return fmt::format("\\fB{}\\fR", escaped(text));
}
std::string italic(std::string_view text) {
  return fmt::format("\\fI{}\\fR", escaped(text));
}

std::string option_paragraph(const OptionText& text) {
  std::string head;
  for (const std::string& name : text.names) {
    if (!head.empty()) head += ", ";
    head += name[0] == '-' ? bold(name) : italic(name);
  }
  if (text.names[0][0] == '-' && !text.value.empty()) head += " " + italic(text.value);
  return fmt::format(".TP\n{}\n{}\n", head, escaped(text.description));
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = std::min(text.find("\n\n"), text.size());
    out += fmt::format(".PP\n{}\n", escaped(text.substr(0, end)));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return out;
}

// "0 done, 1 the peer failed, 2 usage" as a list; a comma before a number parts it.
std::string exit_codes(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = 0;
    do {
      end = std::min(text.find(", ", end + 1), text.size());
    } while (end + 2 < text.size() && !std::isdigit(static_cast<unsigned char>(text[end + 2])));
    std::string_view item = text.substr(0, end);
    std::size_t blank = std::min(item.find(' '), item.size());
    out += fmt::format(".TP\n{}\n{}\n", bold(item.substr(0, blank)),
                       escaped(item.substr(std::min(blank + 1, item.size()))));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return out;
}

// `noted`: the one before had no heading either.
std::string section_text(const Section& section, bool noted) {
  std::string text;
  for (const std::string& line : section.lines) text += (text.empty() ? "" : "\n") + line;
  if (section.heading == "exit status") return ".SH EXIT STATUS\n" + exit_codes(text);
  if (section.heading.empty()) return (noted ? ".PP\n" : ".SH NOTES\n") + escaped(text) + "\n";
  return fmt::format(".SH {}\n.nf\n{}\n.fi\n", capitals(section.heading), escaped(text));
}

std::string see_also(const CLI::App& command) {
  std::string text;
  const CLI::App& program = command.get_parent() ? *command.get_parent() : command;
  if (&program != &command) text += fmt::format(".BR {} (1)", escaped(page_name(program)));
  for (const CLI::App* other : commands_of(program)) {
    if (other == &command) continue;
    if (!text.empty()) text += ",\n";
    text += fmt::format(".BR {} (1)", escaped(page_name(*other)));
  }
  return text.empty() ? text : ".SH SEE ALSO\n" + text + "\n";
}

}  // namespace

std::string manual_page(const CLI::App& command, const std::string& version) {
  std::string name = page_name(command);
  std::string page = fmt::format(".TH {} 1 \"\" \"bowline {}\" \"User Commands\"\n",
                                 escaped(capitals(name)), escaped(version));
  page += fmt::format(".SH NAME\n{} \\- {}\n", escaped(name), escaped(summary_of(command)));
  page +=
      fmt::format(".SH SYNOPSIS\n{} {}\n", bold(full_name(command)), escaped(synopsis(command)));
  std::string details = details_of(command);
  page += ".SH DESCRIPTION\n" + paragraphs(details.empty() ? summary_of(command) + "." : details);
  if (!commands_of(command).empty()) page += ".SH COMMANDS\n";
  for (const CLI::App* one : commands_of(command)) {
    page += fmt::format(".TP\n{}\n{}\n", bold(one->get_name()), escaped(summary_of(*one)));
  }
  page += ".SH OPTIONS\n";
  for (const OptionText& text : arguments_of(command)) page += option_paragraph(text);
  for (const OptionText& text : options_of(command)) page += option_paragraph(text);
  bool noted = false;
  for (const Section& section : sections_of(command.get_footer())) {
    page += section_text(section, noted);
    noted = section.heading.empty();
  }
  return page + see_also(command);
}

void define_manual(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("manual", "Print a manual page, for man(1), of this program or a command");
  std::vector<std::string> names;
  for (const CLI::App* one : commands_of(app)) names.push_back(one->get_name());
  auto chosen = std::make_shared<std::string>();
  command->add_option("command", *chosen, "Which command (default: the program as a whole)")
      ->check(CLI::IsMember(names));
  command->footer(notes);
  command->callback([&app, &exit_code, chosen] {
    const CLI::App& shown = chosen->empty() ? app : *app.get_subcommand(*chosen);
    std::string page = manual_page(shown, BOWLINE_VERSION);
    std::fwrite(page.data(), 1, page.size(), stdout);
    exit_code = 0;
  });
}

}  // namespace bowline::cli
