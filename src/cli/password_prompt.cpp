#include "cli/password_prompt.h"

#include "bowline/auth/password.h"
#include "bowline/auth/secret_file.h"
#include "bowline/base/error.h"
#include "bowline/os/file_descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>

namespace bowline::cli {
namespace {

constexpr char ctrl_c = 3;

[[noreturn]] void refuse(int error_number, std::string_view why) {
  throw make_error(error_number, "read the password", why);
}

// The terminal shows nothing and Ctrl-C is a character that ends the line, so that no signal leaves
// it like this.
class Unseen {
 public:
  explicit Unseen(int terminal) : terminal_(terminal) {
    ::tcgetattr(terminal, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~tcflag_t(ECHO | ISIG);
    quiet.c_cc[VEOL] = ctrl_c;
    ::tcsetattr(terminal, TCSAFLUSH, &quiet);
  }
  Unseen(const Unseen&) = delete;
  ~Unseen() { ::tcsetattr(terminal_, TCSADRAIN, &before_); }

 private:
  int terminal_;
  termios before_{};
};

void write_to(int terminal, std::string_view text) {
  (void)!::write(terminal, text.data(), text.size());
}

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

std::string ask_password(const std::string& prompt, const char* device) {
  os::FileDescriptor terminal(::open(device, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.valid()) {
    refuse(errno,
           "there is no terminal to ask at: --password-file FILE, or BOWLINE_PASSWORD in the "
           "environment");
  }
  std::string line(4096, '\0');
  ssize_t count = 0;
  {
    Unseen unseen(terminal.get());
    write_to(terminal.get(), prompt);
    count = ::read(terminal.get(), line.data(), line.size());
    write_to(terminal.get(), "\n");
  }
  line.resize(count > 0 ? std::size_t(count) : 0);
  if (line.empty() || line.ends_with(ctrl_c)) refuse(ECANCELED, "");
  return first_line(std::move(line));
}

std::string read_new_password() {
  if (::isatty(STDIN_FILENO)) {
    std::string password = ask_password("New password: ");
    if (ask_password("The same again: ") != password) refuse(EINVAL, "the two are not the same");
    return password;
  }
  std::string line;
  std::getline(std::cin, line);
  return first_line(std::move(line));
}

std::string password_in(const std::string& file) {
  return first_line(read_secret_file(file, "password").value());
}

void check_password(const std::string& password) {
  if (password.empty()) refuse(EINVAL, "it is empty");
  if (password.size() > password_size_max) refuse(EINVAL, "it has more than 1024 bytes");
  bool controls = std::any_of(password.begin(), password.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
  if (controls) refuse(EINVAL, "it has control characters");
}

}  // namespace bowline::cli
