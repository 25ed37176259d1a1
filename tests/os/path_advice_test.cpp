#include "bowline/os/path_advice.h"

#include "tests/support/held_sockets.h"

#include <gmock/gmock.h>

#include <fstream>

namespace bowline::os {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(PathInUse, names_the_process_that_listens) {
  Folder folder;
  Child child([&] { return listening(folder.address("socket")); });
  EXPECT_EQ(path_in_use_advice(folder.address("socket")),
            child.shown() + " listens there; stop it or choose another path");
}

TEST(PathInUse, knows_the_socket_by_another_path_to_it) {
  Folder folder;
  Child child([&] { return listening(folder.address("socket")); });
  std::filesystem::create_symlink(folder.file("socket"), folder.file("link"));
  EXPECT_THAT(path_in_use_advice(folder.address("link")), StartsWith(child.shown()));
}

TEST(PathInUse, names_the_process_that_has_an_abstract_name) {
  Address name = Address::unix_abstract("bowline-path-" + std::to_string(::getpid()));
  Child child([&] { return listening(name); });
  EXPECT_THAT(path_in_use_advice(name), StartsWith(child.shown()));
}

TEST(PathInUse, names_the_process_that_takes_datagrams) {
  Folder folder;
  Child child([&] { return bound(folder.address("socket"), SOCK_DGRAM); });
  EXPECT_THAT(path_in_use_advice(folder.address("socket")), StartsWith(child.shown() + " has it"));
}

TEST(PathInUse, says_when_it_is_this_process) {
  Folder folder;
  FileDescriptor listener = listening(folder.address("socket"));
  EXPECT_EQ(path_in_use_advice(folder.address("socket")), "this process already listens there");
}

TEST(PathInUse, tells_leftovers_and_other_files_apart) {
  Folder folder;
  bound(folder.address("socket"));
  std::ofstream(folder.file("text")) << "text";
  EXPECT_THAT(path_in_use_advice(folder.address("socket")), HasSubstr("left over"));
  EXPECT_THAT(path_in_use_advice(folder.address("text")), HasSubstr("not a socket"));
}

TEST(PathRefused, is_a_leftover_when_no_process_has_it) {
  Folder folder;
  bound(folder.address("socket"));
  EXPECT_EQ(path_refused_advice(folder.address("socket")),
            "the socket file exists but no process listens: left over");
}

TEST(PathRefused, names_a_process_that_does_not_listen) {
  Folder folder;
  Child child([&] { return bound(folder.address("socket")); });
  EXPECT_EQ(path_refused_advice(folder.address("socket")),
            child.shown() + " has bound that path but does not listen");
}

TEST(PathRefused, knows_other_files_and_abstract_names) {
  Folder folder;
  std::ofstream(folder.file("text")) << "text";
  EXPECT_THAT(path_refused_advice(folder.address("text")), HasSubstr("not a socket"));
  EXPECT_THAT(path_refused_advice(Address::unix_abstract("none")), HasSubstr("abstract name"));
}

TEST(PathMissing, tells_what_is_missing) {
  Folder folder;
  std::ofstream(folder.file("text")) << "text";
  EXPECT_THAT(path_missing_advice(folder.address("socket"), false), HasSubstr("no such socket"));
  EXPECT_EQ(path_missing_advice(folder.address("no/socket"), false),
            "there is no directory " + folder.file("no"));
  EXPECT_EQ(path_missing_advice(folder.address("text/socket"), true),
            folder.file("text") + " is not a directory");
  EXPECT_THAT(path_missing_advice(folder.address("socket"), true), IsEmpty());
  EXPECT_THAT(path_missing_advice(Address::unix_path("relative"), false), HasSubstr("no such"));
}

TEST(PathDenied, tells_whose_the_file_is) {
  Folder folder;
  bound(folder.address("socket"));
  ASSERT_EQ(::chmod(folder.file("socket").c_str(), 0640), 0);
  std::string user = std::to_string(::geteuid());
  EXPECT_EQ(path_denied_advice(folder.address("socket"), false),
            "no right to write to " + folder.file("socket") + ", which belongs to user " + user +
                " with mode 0640");
  EXPECT_THAT(path_denied_advice(folder.address("other"), true), HasSubstr("make files in"));
}

TEST(PathTooLong, tells_the_limit_and_the_length) {
  std::string text = path_too_long_advice(Address::unix_path(std::string(120, 'x')));
  EXPECT_THAT(text, HasSubstr("at most 107 bytes, this one has 120"));
}

}  // namespace
}  // namespace bowline::os
