#include "bowline/backend/resolver.h"

#include "bowline/base/error.h"
#include "tests/support/deadline.h"
#include "tests/support/slow_names.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

namespace bowline {
namespace {

using testing::SlowNames;

struct Question {
  explicit Question(std::string host) {
    names.host = std::move(host);
    names.port = 7;
    op.kind = Op::Kind::resolve;
    op.names = &names;
    op.result = 1;
  }
  Question(const Question&) = delete;
  bool answered() const { return op.result <= 0; }

  NameQuery names;
  Op op;
  int answers = 0;
};

class ResolverTest : public ::testing::Test {
 protected:
  Question& ask(std::string host) {
    questions_.push_back(std::make_unique<Question>(std::move(host)));
    Question& question = *questions_.back();
    question.op.result = 0;
    if (resolver_->submit(question.op)) ++question.answers;
    return question;
  }
  // Notes the answers that are there.
  int collect() {
    Queue<Waiter> answered;
    resolver_->collect(answered);
    int count = 0;
    while (Waiter* waiter = answered.pop()) {
      ++count;
      for (auto& question : questions_) {
        if (&question->op == waiter) ++question->answers;
      }
    }
    return count;
  }
  // Waits for `count` answers.
  void collect(int count) {
    while (count > 0) {
      woken_.acquire();
      count -= collect();
    }
  }

  testing::Deadline deadline_;
  std::counting_semaphore<> woken_{0};
  std::unique_ptr<Resolver> resolver_ = std::make_unique<Resolver>([this] { woken_.release(); });
  std::vector<std::unique_ptr<Question>> questions_;
};

TEST_F(ResolverTest, answers_literals_at_once) {
  Question& ipv4 = ask("127.0.0.1");
  EXPECT_EQ(ipv4.answers, 1);
  EXPECT_EQ(ipv4.op.result, 0);
  ASSERT_EQ(ipv4.names.addresses.size(), 1u);
  EXPECT_EQ(ipv4.names.addresses[0].text(), "127.0.0.1:7");
  Question& ipv6 = ask("::1");
  ASSERT_EQ(ipv6.names.addresses.size(), 1u);
  EXPECT_EQ(ipv6.names.addresses[0].text(), "[::1]:7");
  EXPECT_EQ(ask("").answers, 1);
  EXPECT_EQ(collect(), 0);
}

TEST_F(ResolverTest, looks_a_name_up_and_wakes_when_it_has_the_answer) {
  Question& question = ask("localhost");
  EXPECT_EQ(question.answers, 0);
  collect(1);
  EXPECT_EQ(question.answers, 1);
  EXPECT_EQ(question.op.result, 0);
  EXPECT_FALSE(question.names.addresses.empty());
}

// A thread that is left from a lookup must not be the one that a signal ends the process through.
TEST_F(ResolverTest, leaves_signals_to_the_threads_of_the_program) {
  ask("localhost");
  collect(1);
  sigset_t usual;
  sigset_t mine;
  ::sigemptyset(&mine);
  ::sigaddset(&mine, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &mine, &usual);
  ::kill(::getpid(), SIGUSR1);
  int number = 0;
  EXPECT_EQ(::sigwait(&mine, &number), 0);
  EXPECT_EQ(number, SIGUSR1);
  ::pthread_sigmask(SIG_SETMASK, &usual, nullptr);
}

TEST_F(ResolverTest, says_why_a_name_has_no_address) {
  Question& question = ask(std::string("no\0name", 7));
  collect(1);
  EXPECT_LT(question.op.result, 0);
  EXPECT_EQ(question.names.failure, make_error_code(Errc::bad_address));
}

TEST_F(ResolverTest, answers_hundreds_of_lookups_once_each) {
  for (int index = 0; index < 300; ++index) ask(index % 2 ? "localhost" : "127.0.0.2");
  collect(150);
  for (auto& question : questions_) {
    EXPECT_EQ(question->answers, 1);
    EXPECT_EQ(question->op.result, 0);
  }
  EXPECT_EQ(collect(), 0);
}

TEST_F(ResolverTest, runs_several_lookups_at_once_but_not_any_number) {
  SlowNames slow;
  for (int index = 0; index < 50; ++index) ask("a.slow.test");
  slow.wait_until_running(2);
  slow.let_go();
  collect(50);
  EXPECT_EQ(slow.begun(), 50);
}

TEST_F(ResolverTest, answers_a_cancelled_lookup_while_its_thread_still_runs) {
  SlowNames slow;
  Question& question = ask("a.slow.test");
  slow.wait_until_running(1);
  resolver_->cancel(question.op);
  collect(1);
  EXPECT_EQ(question.answers, 1);
  EXPECT_EQ(question.op.result, -ECANCELED);
  slow.let_go();
  woken_.acquire();
  EXPECT_EQ(collect(), 0) << "answered twice";
}

TEST_F(ResolverTest, answers_once_when_it_is_cancelled_after_its_thread_has_ended) {
  Question& question = ask("localhost");
  woken_.acquire();
  resolver_->cancel(question.op);
  woken_.acquire();
  EXPECT_EQ(collect(), 1);
  EXPECT_EQ(question.answers, 1);
  EXPECT_EQ(collect(), 0);
}

TEST_F(ResolverTest, ignores_a_second_cancel) {
  SlowNames slow;
  Question& question = ask("a.slow.test");
  resolver_->cancel(question.op);
  resolver_->cancel(question.op);
  collect(1);
  EXPECT_EQ(question.answers, 1);
}

TEST_F(ResolverTest, does_not_begin_a_lookup_that_was_cancelled_in_the_queue) {
  SlowNames slow;
  std::vector<Question*> running;
  for (int index = 0; index < 4; ++index) running.push_back(&ask("a.slow.test"));
  slow.wait_until_running(4);
  std::vector<Question*> waiting;
  for (int index = 0; index < 100; ++index) waiting.push_back(&ask("b.slow.test"));
  for (Question* question : waiting) resolver_->cancel(question->op);
  collect(100);
  for (Question* question : waiting) EXPECT_EQ(question->op.result, -ECANCELED);
  Question& last = ask("c.slow.test");
  slow.let_go();
  collect(5);
  EXPECT_EQ(last.op.result, 0);
  EXPECT_EQ(slow.begun(), 5) << "names were looked up that nobody asks for any more";
}

TEST_F(ResolverTest, leaves_other_lookups_alone_when_one_is_cancelled) {
  SlowNames slow;
  Question& first = ask("a.slow.test");
  Question& second = ask("b.slow.test");
  Question& third = ask("c.slow.test");
  resolver_->cancel(first.op);
  resolver_->cancel(third.op);
  collect(2);
  slow.let_go();
  collect(1);
  EXPECT_EQ(second.op.result, 0);
  for (auto& question : questions_) EXPECT_EQ(question->answers, 1);
}

TEST_F(ResolverTest, cancels_at_random_moments_and_answers_each_once) {
  for (int round = 0; round < 200; ++round) {
    Question& question = ask("localhost");
    if (round % 3 == 0) std::this_thread::yield();
    resolver_->cancel(question.op);
    while (question.answers == 0) collect();
    EXPECT_TRUE(question.op.result == 0 || question.op.result == -ECANCELED);
  }
  for (auto& question : questions_) EXPECT_EQ(question->answers, 1);
}

// While it lives no thread can be started: none would find room for its stack.
class NoThreads {
 public:
  NoThreads() {
    ::pthread_getattr_default_np(&before_);
    pthread_attr_t huge = before_;
    ::pthread_attr_setstacksize(&huge, std::size_t(1) << 47);
    ::pthread_setattr_default_np(&huge);
  }
  NoThreads(const NoThreads&) = delete;
  ~NoThreads() { ::pthread_setattr_default_np(&before_); }

 private:
  pthread_attr_t before_;
};

TEST_F(ResolverTest, answers_with_an_error_when_no_thread_can_be_started) {
  NoThreads none;
  Question& question = ask("localhost");
  EXPECT_EQ(question.answers, 1);
  EXPECT_LT(question.op.result, 0);
  EXPECT_TRUE(question.names.failure) << "no reason";
  EXPECT_EQ(collect(), 0);
}

TEST_F(ResolverTest, does_with_the_threads_it_has_when_no_other_can_be_started) {
  SlowNames slow;
  Question& first = ask("a.slow.test");
  slow.wait_until_running(1);
  NoThreads none;
  Question& second = ask("b.slow.test");
  EXPECT_EQ(second.answers, 0);
  slow.let_go();
  collect(2);
  EXPECT_EQ(first.op.result, 0);
  EXPECT_EQ(second.op.result, 0);
}

TEST_F(ResolverTest, goes_while_lookups_run_and_wait) {
  SlowNames slow;
  for (int index = 0; index < 20; ++index) ask("a.slow.test");
  slow.wait_until_running(1);
  resolver_.reset();
  slow.let_go();
}

}  // namespace
}  // namespace bowline
