#include "cli/hot_restart.h"

#include "bowline/net/ready.h"
#include "bowline/os/signals.h"
#include "bowline/os/socket_calls.h"
#include "bowline/task/attempt.h"
#include "bowline/task/wait.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

namespace bowline::cli {
namespace {

using Kind = RestartEvent::Kind;

// A new process until it has taken over: it goes with whoever started it.
class Starting {
 public:
  explicit Starting(int& process) : process_(process) {}
  Starting(const Starting&) = delete;
  ~Starting() {
    if (!let_go_) os::end_process(process_);
  }

  // How it ended.
  std::string end() {
    let_go_ = true;
    return os::end_process(std::exchange(process_, 0));
  }
  void let_go() { let_go_ = true; }

 private:
  int& process_;
  bool let_go_ = false;
};

}  // namespace

HotRestart::HotRestart(const os::Supervisor& supervisor, Duration limit, LogFormat log)
    : supervisor_(supervisor),
      limit_(limit),
      log_(log),
      program_(os::this_program()),
      signals_(os::open_signals({SIGUSR2})) {}

void HotRestart::report(Kind kind, int process, std::string failure) const {
  log_event(RestartEvent{kind, process, std::move(failure)}, log_);
}

Task<> HotRestart::obey(Scope& scope, Network network, Server& server) {
  for (;;) {
    Result<void> came = co_await attempt(readable(network, signals_.get()));
    if (!came) break;
    if (os::read_signal(signals_.get()) < 0) continue;
    if (::getpid() == 1) {
      report(Kind::refused, 0, "this is process 1, and what it runs in would end with it");
    } else if (process_ != 0) {
      report(Kind::refused, process_, fmt::format("process {} is starting already", process_));
    } else {
      scope.start(restart(network, server));
    }
  }
}

std::vector<InheritedSocket> HotRestart::sockets_of(const Server& server) const {
  std::vector<InheritedSocket> sockets = server.listeners();
  if (!admin_) return sockets;
  for (InheritedSocket socket : admin_->listeners()) {
    socket.name.insert(0, admin_prefix);
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

Task<> HotRestart::restart(Network network, Server& server) {
  os::FileDescriptor ours;
  os::FileDescriptor theirs;
  int result = os::open_pair(SOCK_STREAM, ours, theirs);
  if (result == 0) {
    std::vector<InheritedSocket> sockets = sockets_of(server);
    sockets.push_back({theirs.get(), InheritedSocket::Kind::other, {}, channel_name});
    result = os::start(program_, sockets);
  }
  if (result < 0) {
    report(Kind::failed, 0, make_error(-result, "start " + program_.path).what());
    co_return;
  }
  process_ = result;
  Starting starting(process_);
  report(Kind::starting, process_);
  theirs.close();
  Stream channel = network.adopt({ours.release(), Address::unix_unnamed()});
  Task<Chunk> hearing = within(limit_, channel.read_some());
  Result<Chunk> heard = co_await attempt(std::move(hearing));
  if (heard && !heard->empty()) {
    report(Kind::done, process_);
    supervisor_.tell(fmt::format("MAINPID={}", process_));
    starting.let_go();
    done_ = true;
    if (admin_) admin_->hand_over();
    server.hand_over();
    co_return;
  }
  if (!heard && heard.error().cancelled()) co_return;
  bool late = !heard && heard.error().timed_out();
  int process = process_;
  std::string end = starting.end();
  report(Kind::failed, process,
         late ? fmt::format("process {} was not ready in time", process)
              : fmt::format("process {} was to take over: {}", process, end));
}

}  // namespace bowline::cli
