#include "bowline/auth/password_check.h"

#include <gmock/gmock.h>

#include <ctime>

namespace bowline {
namespace {

using ::testing::HasSubstr;

std::string judged(const PasswordCheck& check, const std::optional<Credential>& credential) {
  Evidence evidence;
  evidence.credential = credential;
  Verdict verdict = check.judge(evidence, {});
  return verdict.identity ? verdict.identity->name + " by " + verdict.identity->method
                          : verdict.why;
}

PasswordCheck check_of(std::initializer_list<const char*> names) {
  UserTable table;
  for (const char* name : names) table.set(name, hash_password("sesame", {}));
  return PasswordCheck(std::move(table));
}

TEST(PasswordCheck, knows_users_by_their_passwords) {
  PasswordCheck check = check_of({"alice", "bob"});
  EXPECT_EQ(judged(check, Credential::basic("bob", "sesame")), "bob by password");
  EXPECT_THAT(judged(check, Credential::basic("bob", "Sesame")), HasSubstr("of bob is wrong"));
  EXPECT_EQ(judged(check, Credential::bearer("sesame")), "");
  EXPECT_EQ(judged(check, std::nullopt), "");
}

// "sesame" is the password of whoever's hash an unknown name is checked by.
TEST(PasswordCheck, an_unknown_name_is_refused_and_does_not_get_into_the_log) {
  std::string why = judged(check_of({"alice"}), Credential::basic("hunter2", "sesame"));
  EXPECT_THAT(why, HasSubstr("no user"));
  EXPECT_EQ(why.find("hunter2"), std::string::npos);
  EXPECT_THAT(judged(check_of({}), Credential::basic("alice", "")), HasSubstr("no user"));
}

// What a wrong password takes, in time of this thread's processor, so that a busy machine changes
// nothing.
double time_of(const PasswordCheck& check, const std::string& name) {
  timespec begin{};
  timespec end{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
  judged(check, Credential::basic(name, "wrong"));
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
  return double(end.tv_sec - begin.tv_sec) + double(end.tv_nsec - begin.tv_nsec) / 1e9;
}

// A refusal without a hash would take a ten-thousandth of it.
TEST(PasswordCheck, an_unknown_name_takes_as_long_as_a_wrong_password) {
  PasswordCheck check = check_of({"alice"});
  double wrong = time_of(check, "alice");
  EXPECT_GT(time_of(check, "mallory"), wrong / 10);
  EXPECT_GT(time_of(check_of({}), "mallory"), wrong / 10);
}

// One user's hash takes a hundredth of the other's, so the time tells whose it was.
TEST(PasswordCheck, an_unknown_name_is_checked_by_the_hash_of_any_user_and_always_the_same) {
  UserTable table;
  table.set("alice", hash_password("sesame", {}));
  table.set("bob",
            "$argon2id$v=19$m=8,t=1,p=1$Ym93bGluZS5ib3dsaW5l$"
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  PasswordCheck check(std::move(table));
  double wrong = time_of(check, "alice");
  auto by_alice = [&](int number) {
    return time_of(check, "mallory" + std::to_string(number)) > wrong / 10;
  };
  int count = 0;
  for (int number = 0; number < 16; ++number) {
    bool alice = by_alice(number);
    EXPECT_EQ(by_alice(number), alice) << number;
    if (alice) ++count;
  }
  EXPECT_GT(count, 0);
  EXPECT_LT(count, 16);
}

}  // namespace
}  // namespace bowline
