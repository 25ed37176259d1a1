// bowline: one program that serves and talks over sockets. Its commands are a table; each is a
// file.
#include "cli/bench.h"
#include "cli/cert.h"
#include "cli/check.h"
#include "cli/completion.h"
#include "cli/connect.h"
#include "cli/help_text.h"
#include "cli/manual.h"
#include "cli/relay.h"
#include "cli/serve.h"
#include "cli/sockets.h"
#include "cli/usage_error.h"
#include "cli/user.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <system_error>

namespace bowline::cli {
namespace {

constexpr int done = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;

// In the order that help shows them; the last ones look at those before them.
constexpr void (*commands[])(CLI::App& app, int& exit_code) = {
    define_serve, define_relay, define_connect, define_check,      define_bench,
    define_cert,  define_user,  define_sockets, define_completion, define_manual,
};

constexpr const char* description =
    "Sockets as simple as Python's and as fast as the kernel\n\n"
    "Serves and talks over TCP and Unix sockets, TLS and WebSocket. A URL says which: "
    "tcp://HOST:PORT (or HOST:PORT, or :PORT), tls://, ws://, wss://, unix:/PATH, unix:@NAME. What "
    "is data goes to standard output, what is said about "
    "it "
    "to standard error. bowline COMMAND --help tells of one command.";

constexpr const char* notes =
    "examples:\n"
    "  bowline serve echo\n"
    "  bowline connect localhost:12345\n"
    "  echo hello | bowline connect localhost:12345\n"
    "  bowline check wss://example.org\n"
    "  bowline sockets --listening\n"
    "\nexit status: 0 done, 1 the peer or the network failed, 2 usage\n";

// A file that this program opens would otherwise take the number of a standard stream that the
// caller closed, and get what is meant for that. These are opened the wrong way round: using them
// fails.
void open_standard_streams() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    if (::fcntl(number, F_GETFD) < 0) ::open("/dev/null", O_RDONLY);
  }
}

int write_out(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return done;
}

int fail(int exit_code, const std::string& text) {
  std::fflush(stdout);
  fmt::print(stderr, "error: {}\n", text);
  return exit_code;
}

int run_command(int argc, char** argv) {
  int exit_code = done;
  CLI::App program(description, "bowline");
  program.formatter_fn([](const CLI::App* command, const std::string&, CLI::AppFormatMode) {
    return help_text(*command);
  });
  program.set_help_flag("-h,--help", "Print this and exit");
  program.set_version_flag("--version", "bowline " BOWLINE_VERSION, "Print the version and exit");
  program.require_subcommand(0, 1);
  program.footer(notes);
  for (auto define : commands) define(program, exit_code);
  try {
    program.parse(argc, argv);
    if (!program.get_subcommands().empty()) return exit_code;
    fmt::print(stderr, "{}", program.help());
    return wrong_usage;
  } catch (const CLI::CallForHelp&) {
    return write_out(program.help());
  } catch (const CLI::CallForVersion& version) {
    return write_out(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return fail(wrong_usage, usage_error(program, error));
  } catch (const std::exception& error) {
    return fail(failed, error.what());
  }
}

// What was printed has to have arrived; but a reader that left early has all it wants.
int flush_out(int exit_code) {
  if (std::fflush(stdout) == 0 || errno == EPIPE || exit_code != done) return exit_code;
  return fail(failed, "write to standard output: " + std::generic_category().message(errno));
}

}  // namespace
}  // namespace bowline::cli

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  bowline::cli::open_standard_streams();
  return bowline::cli::flush_out(bowline::cli::run_command(argc, argv));
}
