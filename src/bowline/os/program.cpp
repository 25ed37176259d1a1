#include "bowline/os/program.h"

#include "bowline/os/file_descriptor.h"
#include "bowline/os/inherited_sockets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace bowline::os {
namespace {

namespace fs = std::filesystem;

constexpr const char* running = "/proc/self/exe";

std::vector<std::string> arguments_of_this() {
  std::ifstream file("/proc/self/cmdline");
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

bool is_running(const fs::path& path) {
  std::error_code ignored;
  return fs::equivalent(path, running, ignored);
}

// Where a shell finds `name` (exec(3)), if that is what runs.
fs::path path_called(const std::string& name) {
  if (name.find('/') != std::string::npos) return is_running(name) ? fs::path(name) : fs::path();
  const char* variable = std::getenv("PATH");
  for (std::string_view folders = variable ? variable : ""; !folders.empty();) {
    std::size_t end = std::min(folders.find(':'), folders.size());
    fs::path path = fs::path(folders.substr(0, end)) / name;
    if (is_running(path)) return path;
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return {};
}

// What a child needs to become another program, made before fork(2): in a process that had threads
// it may call only what is async-signal-safe (signal-safety(7)), and allocate nothing.
class Launch {
 public:
  Launch(const Program& program, std::span<const InheritedSocket> sockets);

  // 0 or -errno.
  int prepare(std::span<const InheritedSocket> sockets);
  [[noreturn]] void become();
  // Until the child is the program: 0, or what went wrong, as -errno.
  int outcome();

 private:
  const char* path_;
  std::vector<std::string> environment_;
  std::vector<char*> argument_pointers_;
  std::vector<char*> environment_pointers_;
  // Entries whose value is the child's own number, which is not known before.
  std::string listen_pid_ = "LISTEN_PID=";
  std::string watchdog_pid_ = "WATCHDOG_PID=";
  // Above those that the child gets, so that none takes the place of another.
  std::vector<FileDescriptor> given_;
  FileDescriptor failure_reader_;
  FileDescriptor failure_writer_;
};

constexpr std::size_t number_size_max = 12;

// As std::to_chars, which nothing says to be async-signal-safe. `entry` has room.
void append_number(char* end, unsigned number) {
  unsigned unit = 1;
  while (number / unit >= 10) unit *= 10;
  for (; unit > 0; unit /= 10) *end++ = static_cast<char>('0' + number / unit % 10);
  *end = '\0';
}

bool is_replaced(std::string_view entry) {
  for (std::string_view name : {"LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=", "WATCHDOG_PID="}) {
    if (entry.substr(0, name.size()) == name) return true;
  }
  return false;
}

char* with_room(std::string& entry) {
  entry.reserve(entry.size() + number_size_max);
  return entry.data();
}

Launch::Launch(const Program& program, std::span<const InheritedSocket> sockets)
    : path_(program.path.c_str()), environment_(inheritance_variables(sockets)) {
  for (const std::string& argument : program.arguments) {
    argument_pointers_.push_back(const_cast<char*>(argument.c_str()));
  }
  argument_pointers_.push_back(nullptr);
  for (char** entry = ::environ; *entry; ++entry) {
    if (!is_replaced(*entry)) environment_pointers_.push_back(*entry);
  }
  for (std::string& entry : environment_) environment_pointers_.push_back(entry.data());
  environment_pointers_.push_back(with_room(listen_pid_));
  if (std::getenv("WATCHDOG_PID")) environment_pointers_.push_back(with_room(watchdog_pid_));
  environment_pointers_.push_back(nullptr);
}

int Launch::prepare(std::span<const InheritedSocket> sockets) {
  int above = inherited_first + static_cast<int>(sockets.size());
  auto lift = [above](int fd) { return FileDescriptor(::fcntl(fd, F_DUPFD_CLOEXEC, above)); };
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return -errno;
  failure_reader_ = FileDescriptor(ends[0]);
  FileDescriptor writer(ends[1]);
  failure_writer_ = lift(writer.get());
  if (!failure_writer_.valid()) return -errno;
  for (const InheritedSocket& socket : sockets) {
    given_.push_back(lift(socket.handle));
    if (!given_.back().valid()) return -errno;
  }
  return 0;
}

void Launch::become() {
  for (std::size_t index = 0; index < given_.size(); ++index) {
    ::dup2(given_[index].get(), inherited_first + static_cast<int>(index));
  }
  // What this process was given by mistake goes no further, where the kernel can do that.
  auto above = static_cast<unsigned>(inherited_first) + static_cast<unsigned>(given_.size());
  ::close_range(above, ~0u, CLOSE_RANGE_CLOEXEC);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  auto number = static_cast<unsigned>(::getpid());
  append_number(listen_pid_.data() + listen_pid_.size(), number);
  append_number(watchdog_pid_.data() + watchdog_pid_.size(), number);
  ::execve(path_, argument_pointers_.data(), environment_pointers_.data());
  int failure = -errno;
  (void)!::write(failure_writer_.get(), &failure, sizeof failure);
  ::_exit(127);
}

// The writer closes by itself when the program is another.
int Launch::outcome() {
  failure_writer_.close();
  int failure = 0;
  ssize_t size = 0;
  do {
    size = ::read(failure_reader_.get(), &failure, sizeof failure);
  } while (size < 0 && errno == EINTR);
  return size == sizeof failure ? failure : 0;
}

}  // namespace

Program this_program() {
  Program program{{}, arguments_of_this()};
  std::error_code ignored;
  fs::path called;
  if (!program.arguments.empty()) called = path_called(program.arguments.front());
  program.path = called.empty() ? fs::read_symlink(running, ignored) : fs::absolute(called);
  return program;
}

int start(const Program& program, std::span<const InheritedSocket> sockets) {
  Launch launch(program, sockets);
  if (int result = launch.prepare(sockets); result < 0) return result;
  int process = ::fork();
  if (process < 0) return -errno;
  if (process == 0) launch.become();
  int result = launch.outcome();
  if (result < 0) end_process(process);
  return result < 0 ? result : process;
}

std::string end_process(int process) {
  ::kill(process, SIGKILL);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFSIGNALED(status)) return fmt::format("it was ended by signal {}", WTERMSIG(status));
  return fmt::format("it exited with status {}", WEXITSTATUS(status));
}

}  // namespace bowline::os
