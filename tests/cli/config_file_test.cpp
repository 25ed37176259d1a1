#include "cli/config_file.h"

#include "cli/option_values.h"
#include "tests/support/folder.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <fstream>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// A command with options of all kinds.
struct Command {
  Command() {
    app.add_option("service", service)->required();
    app.add_option("-l,--listen", urls)->check(url_value())->required();
    app.add_option("-t,--threads", threads)->check(CLI::Range(1u, 1024u));
    app.add_option("--max-connections", connections_max)->check(CLI::PositiveNumber);
    add_duration(app, "--idle-timeout", idle_timeout, false, "");
    app.add_option("--cert", certificates)->type_name("FILE");
    app.add_option("--names", names)->delimiter(',')->type_name("NAMES");
    app.add_option("--log", log)
        ->transform(CLI::CheckedTransformer(std::map<std::string, int>{{"text", 1}, {"json", 2}}));
    app.add_flag("-q,--quiet", quiet);
    app.add_flag_function("--compress,!--no-compress",
                          [this](std::int64_t count) { compress = count > 0; });
    add_config(app, config);
  }

  CLI::App app{"", "knots"};
  std::string service;
  std::vector<std::string> urls;
  unsigned threads = 0;
  std::size_t connections_max = 0;
  Duration idle_timeout{};
  std::vector<std::string> certificates;
  std::vector<std::string> names;
  int log = 0;
  bool quiet = false;
  bool compress = true;
  ConfigFile config;
};

class ConfigFileTest : public ::testing::Test {
 protected:
  // What is wrong with a file of this text, which may lack what is required, without its folder.
  std::string mistakes(const std::string& text) {
    Command command;
    return failure(command, text, "echo --listen :1");
  }
  // The same beside `arguments`, whatever comes of it being in `command`.
  std::string failure(Command& command, const std::string& text, const std::string& arguments) {
    std::ofstream(path_) << text;
    try {
      command.app.parse(arguments + " --config " + path_);
      return {};
    } catch (const CLI::ParseError& error) {
      std::string told = error.what();
      std::string folder = folder_ / "";
      for (std::size_t at; (at = told.find(folder)) != std::string::npos;) {
        told.erase(at, folder.size());
      }
      return told;
    }
  }

  testing::Folder folder_;
  std::string path_ = folder_ / "a.toml";
};

TEST_F(ConfigFileTest, gives_options_of_all_kinds) {
  Command command;
  EXPECT_EQ(failure(command,
                    "service = 'ack'  # an argument\n"
                    "listen = ['localhost:1', 'unix:@name']\n"
                    "threads = 2\n"
                    "max-connections = 1_000\n"
                    "idle-timeout = '200ms'\n"
                    "names = ['alice', 'bob,carol']\n"
                    "log = 'json'\n"
                    "quiet = true\n"
                    "compress = false\n",
                    ""),
            "");
  EXPECT_EQ(command.service, "ack");
  EXPECT_THAT(command.urls, ElementsAre("localhost:1", "unix:@name"));
  EXPECT_EQ(command.threads, 2u);
  EXPECT_EQ(command.connections_max, 1000u);
  EXPECT_EQ(command.idle_timeout, 200ms);
  EXPECT_THAT(command.names, ElementsAre("alice", "bob", "carol"));
  EXPECT_EQ(command.log, 2);
  EXPECT_TRUE(command.quiet);
  EXPECT_FALSE(command.compress);
}

TEST_F(ConfigFileTest, takes_one_value_for_several_and_whole_seconds) {
  Command command;
  EXPECT_EQ(failure(command, "listen = ':7'\nidle-timeout = 3\n", "echo"), "");
  EXPECT_THAT(command.urls, ElementsAre(":7"));
  EXPECT_EQ(command.idle_timeout, 3s);
}

TEST_F(ConfigFileTest, gives_way_to_the_command_line) {
  Command command;
  EXPECT_EQ(failure(command, "service = 'ack'\nlisten = [':1', ':2']\nthreads = 2\nquiet = true\n",
                    "echo --listen :7 -t 3 --quiet=false"),
            "");
  EXPECT_EQ(command.service, "echo");
  EXPECT_THAT(command.urls, ElementsAre(":7"));
  EXPECT_EQ(command.threads, 3u);
  EXPECT_FALSE(command.quiet);
}

TEST_F(ConfigFileTest, is_not_enough_when_something_required_is_in_neither) {
  Command command;
  EXPECT_EQ(failure(command, "threads = 2\n", "echo"), "--listen is required");
}

TEST_F(ConfigFileTest, seeks_files_beside_itself) {
  Command command;
  EXPECT_EQ(failure(command, "cert = ['a.pem', 'sub/b.pem', '/c.pem']\n", "echo -l :1"), "");
  EXPECT_THAT(command.certificates,
              ElementsAre(folder_ / "a.pem", folder_ / "sub/b.pem", "/c.pem"));
}

TEST_F(ConfigFileTest, names_the_place_of_an_option_that_there_is_not) {
  EXPECT_EQ(mistakes("threads = 2\n  listn = ':1'\n"),
            "a.toml:2:3: there is no option 'listn'; did you mean 'listen'?");
  EXPECT_EQ(mistakes("\n\nfrobnicate = 1\n"),
            "a.toml:3:1: there is no option 'frobnicate'; see knots --help");
}

TEST_F(ConfigFileTest, holds_no_options_that_are_for_the_command_line) {
  EXPECT_THAT(mistakes("config = 'b.toml'\n"),
              HasSubstr("a.toml:1:1: there is no option 'config'"));
  EXPECT_THAT(mistakes("help = true\n"), HasSubstr("a.toml:1:1: there is no option 'help'"));
  EXPECT_THAT(mistakes("l = ':1'\n"), HasSubstr("a.toml:1:1: there is no option 'l'"));
}

TEST_F(ConfigFileTest, names_the_place_of_a_value_of_the_wrong_kind) {
  EXPECT_EQ(mistakes("threads = '2'\n"), "a.toml:1:11: threads takes an integer, not a string");
  EXPECT_EQ(mistakes("threads = [2]\n"), "a.toml:1:11: threads takes an integer, not an array");
  EXPECT_EQ(mistakes("quiet = 1\n"), "a.toml:1:9: quiet takes true or false, not an integer");
  EXPECT_EQ(mistakes("names = [\n  'a',\n  7,\n]\n"),
            "a.toml:3:3: names takes a string, or an array of strings, not an integer");
  EXPECT_EQ(mistakes("idle-timeout = 1.5\n"),
            "a.toml:1:16: idle-timeout takes a string such as \"10s\", or whole seconds, not a "
            "number with a point");
  EXPECT_EQ(mistakes("log = 1979-05-27\n"), "a.toml:1:7: log takes a string, not a date or time");
}

TEST_F(ConfigFileTest, names_the_place_of_a_bad_value_and_what_would_be_one) {
  EXPECT_EQ(mistakes("threads = 2000\n"),
            "a.toml:1:11: threads: value 2000 not in range 1 to 1024");
  EXPECT_EQ(mistakes("log = 'jsn'\n"),
            "a.toml:1:7: log: no 'jsn' (did you mean json?); there are: json, text");
  EXPECT_EQ(mistakes("idle-timeout = 'soon'\n"),
            "a.toml:1:16: idle-timeout: 'soon' is no length of time; write 5s, 200ms, 2m, or a "
            "number of seconds");
  EXPECT_EQ(mistakes("cert = \"a\\u0000b\"\n"),
            "a.toml:1:8: cert: a string may not hold the character 0");
}

TEST_F(ConfigFileTest, names_the_place_within_an_array) {
  Command command;
  EXPECT_THAT(failure(command, "listen = [\n  ':1',\n  'tcp://host:99999',\n]\n", "echo"),
              HasSubstr("a.toml:3:3: listen: "));
}

TEST_F(ConfigFileTest, refuses_an_option_that_is_there_twice) {
  EXPECT_EQ(mistakes("threads = 2\nquiet = true\nthreads = 3\n"),
            "a.toml:3:11: 'threads' is there already");
}

TEST_F(ConfigFileTest, has_no_tables) {
  EXPECT_EQ(mistakes("[limits]\nmax-connections = 1\n"),
            "a.toml:1:2: 'limits' is a table; options stand in none");
  EXPECT_EQ(mistakes("names.first = 'a'\n"),
            "a.toml:1:1: 'names' is a table; options stand in none");
}

TEST_F(ConfigFileTest, names_the_place_of_what_is_no_toml) {
  constexpr std::string_view advice =
      "; a line is NAME = VALUE, with strings in quotes: log = \"json\"";
  auto problem = [&](const std::string& text) {
    std::string told = mistakes(text);
    EXPECT_TRUE(told.ends_with(advice)) << told;
    return told.substr(0, told.find(advice));
  };
  EXPECT_EQ(problem("quiet = true\nlog = json\n"), "a.toml:2:7: could not determine value type");
  EXPECT_EQ(problem("threads 2\n"), "a.toml:1:9: expected '=', saw '2'");
  EXPECT_EQ(problem("idle-timeout = 10s\n"), "a.toml:1:18: expected digit, saw 's'");
  EXPECT_EQ(problem("listen = [':1'"), "a.toml:1:15: encountered end-of-file");
  EXPECT_EQ(problem("quiet = tru\n"), "a.toml:1:12: expected 'true', saw 'tru '");
  EXPECT_EQ(problem("# \xff\n"), "a.toml:1:2: Encountered invalid utf-8 sequence");
}

TEST_F(ConfigFileTest, tells_all_mistakes_in_their_order) {
  EXPECT_EQ(mistakes("zeal = 1\nquiet = 1\nthreads = 0\ncert = [1, 2]\n"),
            "a.toml:1:1: there is no option 'zeal'; see knots --help\n"
            "a.toml:2:9: quiet takes true or false, not an integer\n"
            "a.toml:3:11: threads: value 0 not in range 1 to 1024\n"
            "a.toml:4:9: cert takes a string, or an array of strings, not an integer\n"
            "a.toml:4:12: cert takes a string, or an array of strings, not an integer");
}

TEST_F(ConfigFileTest, says_why_it_can_not_be_read) {
  Command command;
  try {
    command.app.parse("echo -l :1 --config " + (folder_ / "none.toml"));
    ADD_FAILURE();
  } catch (const CLI::ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("none.toml: no such file"));
  }
}

TEST_F(ConfigFileTest, is_read_anew_beside_the_same_command_line) {
  Command before;
  EXPECT_EQ(failure(before, "threads = 2\nquiet = true\n", "echo -l :1 --log json --no-compress"),
            "");
  std::ofstream(path_) << "threads = 3\nlog = 'text'\n";
  Command after;
  parse_again(after.app, before.config.command_line);
  EXPECT_EQ(after.service, "echo");
  EXPECT_THAT(after.urls, ElementsAre(":1"));
  EXPECT_EQ(after.log, 2);
  EXPECT_FALSE(after.compress);
  EXPECT_EQ(after.threads, 3u);
  EXPECT_FALSE(after.quiet);
  std::ofstream(path_) << "threads = true\n";
  Command wrong;
  EXPECT_THROW(parse_again(wrong.app, before.config.command_line), CLI::ConfigError);
}

TEST_F(ConfigFileTest, tells_of_each_option_what_it_was_given) {
  Command command;
  EXPECT_EQ(failure(command, "threads = 2\nnames = ['a', 'b']\n", "echo -l :1"), "");
  OptionValues values = values_of(command.app);
  EXPECT_EQ(values.erase("config"), 1u);
  EXPECT_THAT(values,
              ElementsAre(Pair("listen", ElementsAre(":1")), Pair("names", ElementsAre("a", "b")),
                          Pair("service", ElementsAre("echo")), Pair("threads", ElementsAre("2"))));
}

TEST_F(ConfigFileTest, knows_where_it_says_what_is_wrong_later) {
  Command command;
  EXPECT_EQ(failure(command, "threads = 2\ncert = [\n  'a.pem',\n  'b.pem',\n]\n", "echo -l :1"),
            "");
  const ConfigFile& config = command.config;
  EXPECT_EQ(config.place({"cert"}, "load " + (folder_ / "b.pem")), path_ + ":4:3: ");
  EXPECT_EQ(config.place({"cert", "key"}, "there is no key"), path_ + ":3:3: ");
  EXPECT_EQ(config.place({"listen"}, "can't listen at :1"), "");
}

}  // namespace
}  // namespace bowline::cli
