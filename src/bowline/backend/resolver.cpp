#include "bowline/backend/resolver.h"

#include "bowline/base/error.h"
#include "bowline/os/resolve.h"
#include "bowline/os/signals.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace bowline {
namespace {

constexpr int threads_max = 4;
constexpr auto thread_idle_time = std::chrono::seconds(10);

struct Job {
  Op* op;  // null once nobody waits for it
  std::string host;
  std::uint16_t port;
  bool passive;
  os::Lookup lookup;
};

void answer(Op& op, os::Lookup&& lookup) {
  op.names->addresses = std::move(lookup.addresses);
  op.result = lookup.error ? -ENOENT : 0;
  op.names->failure = lookup.error;
}

}  // namespace

struct Resolver::Shared {
  std::function<void()> wake;
  std::mutex mutex;
  std::condition_variable work;
  std::deque<std::shared_ptr<Job>> waiting;
  std::vector<std::shared_ptr<Job>> under_way;
  std::vector<std::shared_ptr<Job>> answered;
  int threads = 0;
  std::size_t idle = 0;
  bool closed = false;

  void run();
};

// The life of a lookup's thread; it ends when there was nothing to do for a while.
void Resolver::Shared::run() {
  std::unique_lock lock(mutex);
  while (!closed) {
    ++idle;
    work.wait_for(lock, thread_idle_time, [&] { return closed || !waiting.empty(); });
    --idle;
    if (closed || waiting.empty()) break;
    std::shared_ptr<Job> job = std::move(waiting.front());
    waiting.pop_front();
    lock.unlock();
    os::Lookup found = os::look_up(job->host, job->port, job->passive);
    lock.lock();
    job->lookup = std::move(found);
    answered.push_back(std::move(job));
    if (!closed) wake();
  }
  --threads;
}

Resolver::Resolver(std::function<void()> wake) : shared_(std::make_shared<Shared>()) {
  shared_->wake = std::move(wake);
}

Resolver::~Resolver() {
  std::lock_guard lock(shared_->mutex);
  shared_->closed = true;
  shared_->work.notify_all();
}

bool Resolver::submit(Op& op) {
  NameQuery& names = *op.names;
  if (names.host.empty() || Address::parse_ip(names.host, names.port)) {
    answer(op, os::look_up(names.host, names.port, names.passive));
    return true;
  }
  auto job = std::make_shared<Job>(Job{&op, names.host, names.port, names.passive, {}});
  std::lock_guard lock(shared_->mutex);
  bool needs_thread = shared_->waiting.size() + 1 > shared_->idle;
  if (needs_thread && shared_->threads < threads_max) {
    int error = start_thread();
    if (error != 0 && shared_->threads == 0) {
      answer(op, {{}, std::error_code(error, std::generic_category())});
      return true;
    }
  }
  shared_->waiting.push_back(job);
  shared_->under_way.push_back(std::move(job));
  shared_->work.notify_one();
  return false;
}

// Zero or the number of the error: the system may have no thread left.
int Resolver::start_thread() {
  os::SignalsHeld held;
  try {
    std::thread([shared = shared_] { shared->run(); }).detach();
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  ++shared_->threads;
  return 0;
}

// A lookup that has not begun never will: dead ones must not hold up the living.
void Resolver::cancel(Op& op) {
  std::lock_guard lock(shared_->mutex);
  auto& under_way = shared_->under_way;
  auto found = std::find_if(under_way.begin(), under_way.end(),
                            [&](std::shared_ptr<Job>& job) { return job->op == &op; });
  if (found == under_way.end()) return;
  std::erase(shared_->waiting, *found);
  (*found)->op = nullptr;
  under_way.erase(found);
  op.result = -ECANCELED;
  shared_->answered.push_back(std::make_shared<Job>(Job{&op, {}, 0, false, {}}));
  shared_->wake();
}

void Resolver::collect(Queue<Waiter>& answered) {
  std::lock_guard lock(shared_->mutex);
  for (std::shared_ptr<Job>& job : shared_->answered) {
    if (!job->op) continue;
    std::erase_if(shared_->under_way, [&](auto& other) { return other->op == job->op; });
    if (job->op->result != -ECANCELED) answer(*job->op, std::move(job->lookup));
    answered.push(*job->op);
  }
  shared_->answered.clear();
}

}  // namespace bowline
