#include "cli/user.h"

#include "bowline/auth/credential.h"
#include "bowline/auth/password.h"
#include "bowline/auth/secret_file.h"
#include "cli/password_prompt.h"
#include "cli/replace_file.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace bowline::cli {
namespace {

constexpr const char* description =
    "Add, remove and list the users of a server\n\n"
    "The file holds names and hashes (argon2id) of passwords, never a password. It is for `bowline "
    "serve --auth-users`; a running server reads it again when it has changed. A password is asked "
    "for at the terminal, or is the first line of standard input; to add a user who is there gives "
    "them a new one.";

constexpr const char* notes =
    "examples:\n"
    "  bowline user add alice --file users\n"
    "  pass show server/alice | bowline user add alice --file users\n"
    "  bowline user list --file users\n"
    "\nexit status: 0 done, 1 no such user, or the file can't be read or written, 2 usage\n";

struct Options {
  std::string action;
  std::string name;
  std::string file;
};

UserTable read_table(const std::string& file, bool may_be_new) {
  std::error_code ignored;
  if (may_be_new && !std::filesystem::exists(file, ignored)) return {};
  std::string text = read_secret_file(file, "users").value();
  return UserTable::parse(text, file).value();
}

// A server may read the file by its group. Others have no business in it.
mode_t mode_of(const std::string& file) {
  struct stat old {};
  return ::stat(file.c_str(), &old) == 0 ? old.st_mode & 0660 : 0600;
}

PasswordSalt random_salt() {
  PasswordSalt salt;
  if (::getrandom(salt.data(), salt.size(), 0) != ssize_t(salt.size())) {
    throw make_error(errno, "get random bytes");
  }
  return salt;
}

void add(const Options& options) {
  UserTable table = read_table(options.file, true);
  std::string password = read_new_password();
  check_password(password);
  bool is_new = table.set(options.name, hash_password(password, random_salt()));
  replace_file(options.file, table.text(), mode_of(options.file));
  fmt::print("{} {}\n", is_new ? "added" : "changed the password of", options.name);
}

void remove(const Options& options) {
  UserTable table = read_table(options.file, false);
  if (!table.remove(options.name)) {
    throw Error(std::make_error_code(std::errc::invalid_argument),
                fmt::format("remove {}: there is no such user in {}", options.name, options.file));
  }
  replace_file(options.file, table.text(), mode_of(options.file));
  fmt::print("removed {}\n", options.name);
}

void list(const Options& options) {
  UserTable table = read_table(options.file, false);
  for (const UserTable::User& user : table.users()) fmt::print("{}\n", user.name);
}

// What does not fit together; empty when all does.
std::string problem(const Options& options) {
  if (options.action == "list") return options.name.empty() ? "" : "list takes no name";
  if (options.name.empty()) return fmt::format("{} whom? give a name", options.action);
  if (is_user_name(options.name)) return {};
  return "a user's name has no ':', blanks or control characters, and no '#' in front; the "
         "password is asked for";
}

int change_users(const Options& options) {
  std::string why = problem(options);
  if (!why.empty()) {
    fmt::print(stderr, "error: {}\n", why);
    return 2;
  }
  try {
    if (options.action == "add") add(options);
    if (options.action == "remove") remove(options);
    if (options.action == "list") list(options);
    return 0;
  } catch (const Error& error) {
    std::fflush(stdout);
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}

}  // namespace

void define_user(CLI::App& app, int& exit_code) {
  // Shared, since CLI11 copies the callback while its options point here.
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("user", description);
  command->add_option("action", options->action, "What to do")
      ->required()
      ->check(CLI::IsMember({"add", "remove", "list"}));
  command->add_option("name", options->name, "Whom to add or remove");
  command->add_option("-f,--file", options->file, "The file of users")
      ->required()
      ->type_name("FILE");
  command->footer(notes);
  command->callback([options, &exit_code] { exit_code = change_users(*options); });
}

}  // namespace bowline::cli
