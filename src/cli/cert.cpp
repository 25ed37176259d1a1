#include "cli/cert.h"

#include "cli/cert_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace bowline::cli {
namespace {

// What some clients accept at most for servers.
constexpr unsigned days_max = 825;

constexpr const char* description =
    "Make certificates for development\n\n"
    "Makes an authority of your own (ca.pem, ca.key; used again if they are there) and a "
    "certificate with its key that is signed by it: for a server with the host names and IP "
    "addresses given, for a client with --client. Clients that are given ca.pem trust the server, "
    "and servers that are given it trust the clients. Keys are readable by you only. For the "
    "public use certificates of a public authority.";

constexpr const char* notes =
    "Files are named for the first name: localhost.pem, localhost.key. Those of before\n"
    "are replaced; the authority never is.\n"
    "\nexamples:\n"
    "  bowline cert localhost 127.0.0.1 ::1\n"
    "  bowline cert '*.dev.example.org' --out certs --days 30\n"
    "  bowline cert --client alice --out certs\n"
    "\nexit status: 0 done, 1 a file can't be read or written, 2 usage\n";

struct Options {
  std::vector<std::string> names;
  std::vector<std::string> clients;
  std::string out = ".";
  unsigned days = 365;
};

void print_file(const std::string& file, const std::string& text) {
  fmt::print("{:<24}  {}\n", file, text);
}

void print_made(const CertFolder::Made& made, const std::string& who) {
  print_file(made.certificate_file,
             fmt::format("for {}, until {}", who, wall_time_text(made.identity.valid_until)));
  print_file(made.key_file, "its key");
}

void print_server_use(const CertFolder& folder, const CertFolder::Made& made,
                      const std::string& host) {
  bool is_ipv6 = host.find(':') != std::string::npos;
  std::string target = is_ipv6 ? "[" + host + "]" : host;
  if (target.starts_with("*.")) target = "www" + target.substr(1);
  fmt::print("\nserve:    bowline serve echo --listen tls://:8443 --cert {} --key {}\n",
             made.certificate_file, made.key_file);
  fmt::print("connect:  bowline connect --ca {} tls://{}:8443\n", folder.file("ca.pem"), target);
  fmt::print("curl:     curl --cacert {} https://{}:8443/\n", folder.file("ca.pem"), target);
}

void print_client_use(const CertFolder& folder, const CertFolder::Made& made) {
  fmt::print("\nserve:    bowline serve echo ... --client-ca {}\n", folder.file("ca.pem"));
  fmt::print("connect:  bowline connect ... --cert {} --key {}\n", made.certificate_file,
             made.key_file);
  fmt::print("curl:     curl ... --cert {} --key {}\n", made.certificate_file, made.key_file);
}

void make_all(const Options& options) {
  auto today = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  CertFolder folder(options.out);
  folder.open_authority(today);
  if (folder.authority_is_new()) {
    print_file(folder.file("ca.pem"), "a new authority: for all who are to trust what it signs");
    print_file(folder.file("ca.key"), "its key: whoever has it can be anybody to them");
  } else {
    print_file(folder.file("ca.pem"), "the authority that was there");
  }
  if (!options.names.empty()) {
    auto made = folder.make(CertificateUse::server, options.names, today, options.days);
    print_made(made, fmt::format("{}", fmt::join(options.names, ", ")));
    print_server_use(folder, made, options.names[0]);
  }
  for (const std::string& client : options.clients) {
    if (!options.names.empty()) fmt::print("\n");
    auto made = folder.make(CertificateUse::client, {client}, today, options.days);
    print_made(made, "the client " + client);
    print_client_use(folder, made);
  }
}

// What makes no sense about the names, each of which names files; empty when all do.
std::string problem_of(const Options& options) {
  if (options.names.empty() && options.clients.empty()) {
    return "give the host names of a server, or --client NAME: bowline cert localhost 127.0.0.1";
  }
  std::vector<std::string> owners = options.clients;
  if (!options.names.empty()) owners.push_back(options.names.front());
  std::set<std::string> stems;
  for (const std::string& name : owners) {
    if (name.empty()) return "a name is empty";
    if (!stems.insert(cert_file_stem(name)).second) {
      return fmt::format("two certificates would be {}.pem: give one of them another name",
                         cert_file_stem(name));
    }
  }
  return {};
}

int make_certificates(const Options& options) {
  if (std::string problem = problem_of(options); !problem.empty()) {
    fmt::print(stderr, "error: {}\n", problem);
    return 2;
  }
  try {
    make_all(options);
    return 0;
  } catch (const Error& error) {
    std::fflush(stdout);
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}

}  // namespace

void define_cert(CLI::App& app, int& exit_code) {
  // Shared, since CLI11 copies the callback while its options point here.
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("cert", description);
  command->add_option("names", options->names, "Host names and IP addresses of the server");
  command
      ->add_option("--client", options->clients,
                   "Make a certificate for this client; may be given several times")
      ->allow_extra_args(false)
      ->type_name("NAME");
  command->add_option("-o,--out", options->out, "The folder for the files (default: this one)")
      ->type_name("PATH");
  command->add_option("--days", options->days, "How long they are valid (default: 365)")
      ->check(CLI::Range(1u, days_max).description(""))
      ->type_name("N");
  command->footer(notes);
  command->callback([options, &exit_code] { exit_code = make_certificates(*options); });
}

}  // namespace bowline::cli
