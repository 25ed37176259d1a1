#include "bowline/net/work_threads.h"

#include "bowline/loop/loop.h"
#include "bowline/task/suspended.h"
#include "bowline/task/wait.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace bowline {
namespace {

// `turn` is null once nobody waits for the work.
struct Job {
  std::function<void()> work;
  Loop* loop;
  Waiter* turn;
};

}  // namespace

struct WorkThreads::Shared {
  WorkLimits limits;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Job>> waiting;
  std::vector<std::thread> threads;
  std::size_t idle = 0;
  bool closed = false;

  void run();
};

// The life of a thread. Its answer is posted under the lock: until then a cancel may take it back,
// and with it the right to use the loop.
void WorkThreads::Shared::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    ++idle;
    changed.wait(lock, [&] { return closed || !waiting.empty(); });
    --idle;
    if (closed) return;
    std::shared_ptr<Job> job = std::move(waiting.front());
    waiting.pop_front();
    lock.unlock();
    job->work();
    job->work = nullptr;  // what it owned goes before anybody goes on
    lock.lock();
    if (!job->turn) continue;
    job->loop->post([loop = job->loop, turn = job->turn] { loop->ready(*turn); });
    job->turn = nullptr;
  }
}

// The wait for one job.
class WorkThreads::Turn : public Suspended {
 public:
  Turn(WorkThreads& threads, Loop& loop, std::function<void()> work)
      : threads_(threads), job_(std::make_shared<Job>(Job{std::move(work), &loop, this})) {}

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    coroutine = awaiting;
    context_ = awaiting.promise().context;
    result_ = context_->cancelled() ? -ECANCELED : threads_.begin(*this);
    if (result_ == 0) context_->begin_wait(*this);
    return result_ == 0;
  }
  // Zero or the negative number of an error.
  int await_resume() {
    context_->end_wait();
    return result_;
  }
  const std::shared_ptr<Job>& job() const { return job_; }

 private:
  void ask_to_end() override {
    Shared& shared = *threads_.shared_;
    std::lock_guard lock(shared.mutex);
    if (!job_->turn) return;  // it is done, and the answer on its way
    job_->turn = nullptr;
    std::erase(shared.waiting, job_);
    result_ = -ECANCELED;
    context_->scheduler().ready(*this);
  }

  WorkThreads& threads_;
  std::shared_ptr<Job> job_;
  Context* context_ = nullptr;
  int result_ = 0;
};

WorkThreads::WorkThreads(WorkLimits limits) : shared_(std::make_unique<Shared>()) {
  shared_->limits = limits;
}

WorkThreads::~WorkThreads() {
  {
    std::lock_guard lock(shared_->mutex);
    shared_->closed = true;
    shared_->changed.notify_all();
  }
  for (std::thread& thread : shared_->threads) thread.join();
}

int WorkThreads::begin(Turn& turn) {
  std::lock_guard lock(shared_->mutex);
  if (shared_->waiting.size() >= shared_->limits.waiting_max) return -EAGAIN;
  bool needs_thread = shared_->waiting.size() + 1 > shared_->idle;
  if (needs_thread && shared_->threads.size() < shared_->limits.threads) {
    int error = start_thread();
    if (error != 0 && shared_->threads.empty()) return -error;
  }
  shared_->waiting.push_back(turn.job());
  shared_->changed.notify_one();
  return 0;
}

// Zero or the number of the error.
int WorkThreads::start_thread() {
  try {
    shared_->threads.emplace_back([shared = shared_.get()] { shared->run(); });
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

Task<> WorkThreads::run(Network network, std::function<void()> work) {
  if (shared_->limits.threads == 0) {
    work();
    co_return;
  }
  Context& context = co_await current_context();
  Turn turn(*this, network.loop(), std::move(work));
  int result = co_await turn;
  if (result == -ECANCELED) throw cancelled_error(context, "wait for a thread's work");
  if (result < 0) throw make_error(-result, "have work done by a thread", "too much waits already");
}

}  // namespace bowline
