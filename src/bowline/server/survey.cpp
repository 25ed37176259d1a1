#include "bowline/server/survey.h"

#include <mutex>
#include <utility>

namespace bowline {
namespace {

// Shared by who asks and those who answer, whoever goes last.
struct Answers {
  Answers(Network asker, std::size_t count) : home(asker), missing(count) {}

  Network home;
  std::mutex mutex;
  std::size_t missing;
  bool awaited = true;  // so the loop of `home` is there
  Gate all_here;        // on that loop
};

// Who waits says when that is over.
class Awaiting {
 public:
  explicit Awaiting(std::shared_ptr<Answers> answers) : answers_(std::move(answers)) {}
  Awaiting(const Awaiting&) = delete;
  ~Awaiting() {
    std::lock_guard lock(answers_->mutex);
    answers_->awaited = false;
  }

 private:
  std::shared_ptr<Answers> answers_;
};

void note_answer(const std::shared_ptr<Answers>& answers) {
  std::lock_guard lock(answers->mutex);
  if (--answers->missing > 0 || !answers->awaited) return;
  answers->home.post([answers] { answers->all_here.open(); });
}

}  // namespace

Task<> survey(const Shards& shards, std::function<void(Shard& shard, std::size_t index)> ask) {
  Network home = co_await current_network();
  auto answers = std::make_shared<Answers>(home, shards.size());
  Awaiting awaiting(answers);
  auto question = std::make_shared<decltype(ask)>(std::move(ask));  // the last asked lets it go
  for (std::size_t index = 0; index < shards.size(); ++index) {
    Shard& shard = *shards[index];
    shard.post([answers, question, &shard, index] {
      (*question)(shard, index);
      note_answer(answers);
    });
  }
  co_await answers->all_here.passed();
}

}  // namespace bowline
