#include "bowline/auth/authenticator.h"

#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/auth/checks.h"
#include "tests/support/loop_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AuthenticatorTest : public testing::VirtualLoopTest {
 protected:
  Admission judge(std::optional<Credential> credential, Duration patience = 5s) {
    Evidence evidence;
    evidence.credential = std::move(credential);
    return judge(std::move(evidence), patience);
  }
  Admission judge(Evidence evidence, Duration patience = 5s) {
    auto body = [](Network network, Authenticator* authenticator, Evidence shown, Duration limit,
                   Admission* into) -> Task<> {
      *into =
          co_await authenticator->judge(network, std::move(shown), "here", network.now() + limit);
    };
    Admission admission;
    run(body(Network(loop_), &authenticator_, std::move(evidence), patience, &admission));
    return admission;
  }

  Authenticator authenticator_{testing::all_checks(), testing::without_threads()};
};

TEST_F(AuthenticatorTest, the_first_check_that_knows_somebody_wins) {
  EXPECT_EQ(judge(Credential::bearer("ecila")).identity->name, "alice");
  EXPECT_EQ(judge(Credential::basic("carol", "lorac")).identity->method, "password");
  Evidence both;
  both.process = Credentials{1, 2, 3};
  EXPECT_EQ(judge(both).identity->name, "local");
  both.credential = Credential::bearer("wrong");
  EXPECT_EQ(judge(both).identity->name, "local");
}

TEST_F(AuthenticatorTest, a_peer_hears_the_same_whatever_was_wrong_and_the_log_does_not) {
  Admission token = judge(Credential::bearer("wrong"));
  Admission password = judge(Credential::basic("carol", "wrong"));
  EXPECT_FALSE(token.identity);
  EXPECT_EQ(token.told, password.told);
  EXPECT_EQ(token.why, "no such token");
  EXPECT_EQ(password.why, "wrong password");
  EXPECT_THAT(judge(std::nullopt).told, HasSubstr("credentials are needed"));
}

TEST_F(AuthenticatorTest, failures_slow_down_what_comes_from_the_same_place) {
  for (int count = 0; count < 5; ++count) judge(Credential::bearer("wrong"));
  Time begin = now();
  EXPECT_TRUE(judge(Credential::bearer("ecila")).identity);
  EXPECT_EQ(now() - begin, 500ms);
}

TEST_F(AuthenticatorTest, who_can_not_wait_is_told_when_to_come_again_and_not_looked_at) {
  auto tokens = std::make_shared<testing::OneToken>();
  authenticator_.use({tokens});
  for (int count = 0; count < 6; ++count) judge(Credential::bearer("wrong"));
  Admission refused = judge(Credential::bearer("ecila"), 100ms);
  EXPECT_FALSE(refused.identity);
  EXPECT_EQ(refused.retry_after, 1s);
  EXPECT_THAT(refused.told, HasSubstr("try again in 1 s"));
  EXPECT_EQ(tokens->asked, 6);
}

TEST_F(AuthenticatorTest, to_say_nothing_is_no_guess) {
  for (int count = 0; count < 20; ++count) judge(std::nullopt);
  Time begin = now();
  EXPECT_TRUE(judge(Credential::bearer("ecila")).identity);
  EXPECT_EQ(now(), begin);
}

TEST_F(AuthenticatorTest, new_checks_take_the_place_of_the_old_ones) {
  EXPECT_THAT(authenticator_.schemes(), ElementsAre("Bearer", "Basic"));
  authenticator_.use({std::make_shared<testing::SlowPassword>()});
  EXPECT_THAT(authenticator_.schemes(), ElementsAre("Basic"));
  EXPECT_THAT(judge(Credential::bearer("ecila")).why, HasSubstr("nothing here takes"));
}

class SlowTest : public testing::LoopTest {};

Task<> guess(Network network, Authenticator* authenticator, std::vector<std::string>* told) {
  Evidence evidence;
  evidence.credential = Credential::basic("carol", "wrong");
  Task<Admission> judging =
      authenticator->judge(network, std::move(evidence), "here", network.now() + 100ms);
  Admission admission = co_await judging;
  told->push_back(admission.told);
}

Task<> guess_at_once(Scope& scope, Network network, Authenticator* authenticator,
                     std::vector<std::string>* told) {
  for (int count = 0; count < 12; ++count) scope.start(guess(network, authenticator, told));
  co_return;
}

TEST_F(SlowTest, guesses_at_the_same_time_are_no_quicker_than_one_by_one) {
  Authenticator authenticator(testing::all_checks(), {});
  std::vector<std::string> told;
  run(with_scope(guess_at_once, network_, &authenticator, &told));
  // The fifth would be the first to wait.
  EXPECT_EQ(std::count_if(told.begin(), told.end(),
                          [](const std::string& text) { return text.starts_with("too many"); }),
            8);
}

TEST_F(SlowTest, slow_checks_have_threads_of_their_own_and_not_too_many_wait_for_them) {
  AuthOptions options;
  options.work = {.threads = 1, .waiting_max = 0};
  Authenticator busy(testing::all_checks(), options);
  Authenticator idle(testing::all_checks(), {});
  auto body = [](Network network, Authenticator* first, Authenticator* second) -> Task<> {
    Evidence evidence;
    evidence.credential = Credential::basic("carol", "lorac");
    Admission admission = co_await second->judge(network, evidence, "here", network.now() + 5s);
    EXPECT_TRUE(admission.identity);
    admission = co_await first->judge(network, evidence, "here", network.now() + 5s);
    EXPECT_THAT(admission.told, HasSubstr("too busy"));
    EXPECT_GT(admission.retry_after, 0s);
  };
  run(body(network_, &busy, &idle));
}

}  // namespace
}  // namespace bowline
