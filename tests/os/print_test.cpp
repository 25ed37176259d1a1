#include "bowline/os/print.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <limits>
#include <thread>

namespace bowline {
namespace {

// What `call` writes to standard output.
template <class Call>
std::string output_of(Call call) {
  std::FILE* file = std::tmpfile();
  std::fflush(stdout);
  int before = ::dup(STDOUT_FILENO);
  ::dup2(::fileno(file), STDOUT_FILENO);
  call();
  std::fflush(stdout);
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

TEST(Print, joins_its_parts_with_spaces_to_a_line) {
  std::string text = "text";
  const char* pointer = "pointer";
  char array[8] = "array";
  EXPECT_EQ(output_of([&] { print("literal", text, pointer, array, std::string_view("view")); }),
            "literal text pointer array view\n");
}

TEST(Print, of_nothing_is_an_empty_line) {
  EXPECT_EQ(output_of([] { print(); }), "\n");
  EXPECT_EQ(output_of([] { print(""); }), "\n");
}

TEST(Print, shows_numbers_characters_and_booleans) {
  EXPECT_EQ(output_of([] { print(-1, 2u, 3L, 'c', true, false, std::uint8_t{7}, sizeof(char)); }),
            "-1 2 3 c true false 7 1\n");
  EXPECT_EQ(output_of([] {
              print(std::numeric_limits<long long>::min(), std::numeric_limits<std::size_t>::max());
            }),
            "-9223372036854775808 18446744073709551615\n");
}

TEST(Print, shows_addresses_in_their_short_form) {
  EXPECT_EQ(output_of([] { print("on", Address::ipv4(0x7F000001, 8000)); }), "on 127.0.0.1:8000\n");
}

TEST(Print, keeps_its_place_among_what_other_calls_print) {
  EXPECT_EQ(output_of([] {
              std::printf("first ");
              print("second");
              std::printf("third\n");
            }),
            "first second\nthird\n");
}

TEST(Print, writes_a_long_line_whole) {
  std::string line(300000, 'x');
  EXPECT_EQ(output_of([&] { print(line); }), line + "\n");
}

TEST(Print, keeps_the_lines_of_several_threads_apart) {
  std::string line(5000, 'x');
  std::string text = output_of([&] {
    std::vector<std::thread> threads;
    for (int count = 0; count < 4; ++count) {
      threads.emplace_back([&] {
        for (int round = 0; round < 50; ++round) print(line);
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  std::string expected;
  for (int count = 0; count < 200; ++count) expected += line + "\n";
  EXPECT_EQ(text, expected);
}

}  // namespace
}  // namespace bowline
