#include "bowline/auth/peer_check.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace bowline {
namespace {

// Entries of passwd and group that need more than this are no entries (getpwnam_r(3)).
constexpr std::size_t entry_size_max = 64 * 1024;

std::optional<unsigned> read_number(std::string_view text) {
  unsigned number = 0;
  auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || at != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<unsigned> user_number(const std::string& name) {
  if (std::optional<unsigned> number = read_number(name)) return number;
  std::string memory(entry_size_max, '\0');
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found);
  return found ? std::optional<unsigned>(found->pw_uid) : std::nullopt;
}

std::optional<unsigned> group_number(const std::string& name) {
  if (std::optional<unsigned> number = read_number(name)) return number;
  std::string memory(entry_size_max, '\0');
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found);
  return found ? std::optional<unsigned>(found->gr_gid) : std::nullopt;
}

bool holds(const std::vector<unsigned>& numbers, unsigned number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

Verdict CertificateCheck::judge(const Evidence& evidence, WallTime) const {
  if (!evidence.certificate) return {};
  std::vector<std::string> shown = evidence.certificate->names;
  if (!evidence.certificate->common_name.empty()) {
    shown.insert(shown.begin(), evidence.certificate->common_name);
  }
  for (const std::string& name : shown) {
    if (names_.empty() || std::find(names_.begin(), names_.end(), name) != names_.end()) {
      return Verdict::accept({name, "certificate", {}});
    }
  }
  return Verdict::refuse(
      fmt::format("the certificate is for {}", evidence.certificate->names_text()));
}

Result<std::shared_ptr<const Check>> UnixUserCheck::of(const std::vector<std::string>& names) {
  auto check = std::make_shared<UnixUserCheck>();
  for (const std::string& name : names) {
    bool is_group = name.starts_with('@');
    std::optional<unsigned> number = is_group ? group_number(name.substr(1)) : user_number(name);
    if (!number) {
      return make_error(EINVAL,
                        fmt::format("let in the Unix {} {}", is_group ? "group" : "user",
                                    is_group ? name.substr(1) : name),
                        is_group ? "there is no such group; see getent group"
                                 : "there is no such user; a group is written as @NAME");
    }
    (is_group ? check->groups_ : check->users_).push_back(*number);
  }
  return std::shared_ptr<const Check>(std::move(check));
}

Verdict UnixUserCheck::judge(const Evidence& evidence, WallTime) const {
  if (!evidence.process) return {};
  std::string name = unix_user_name(evidence.process->user);
  if (holds(users_, evidence.process->user) || holds(groups_, evidence.process->group)) {
    return Verdict::accept({std::move(name), "unix", {}});
  }
  return Verdict::refuse(fmt::format("the Unix user {} is not let in", name));
}

std::string unix_user_name(unsigned user) {
  std::string memory(entry_size_max, '\0');
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(user, &entry, memory.data(), memory.size(), &found);
  return found ? found->pw_name : fmt::format("uid {}", user);
}

}  // namespace bowline
