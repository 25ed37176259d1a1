#include "bowline/auth/password.h"

#include "bowline/auth/credential.h"
#include "bowline/auth/secret_file.h"
#include "bowline/base/check.h"

#include <argon2.h>

#include <algorithm>
#include <charconv>

namespace bowline {
namespace {

// What OWASP's Password Storage Cheat Sheet names first.
constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t hash_size = 32;

constexpr std::uint32_t passes_max = 100;
constexpr std::uint32_t memory_kib_max = 1 << 20;
constexpr std::uint32_t lanes_max = 64;
constexpr std::string_view mark = "$argon2id$v=19$";

// Takes "m=NUMBER" off the front of `text`; false when it is not there, or over `max`.
bool take_number(std::string_view& text, std::string_view key, std::uint32_t max) {
  if (!text.starts_with(key)) return false;
  const char* end = text.data() + text.size();
  std::uint32_t number = 0;
  auto [at, error] = std::from_chars(text.data() + key.size(), end, number);
  text = {at, std::size_t(end - at)};
  return error == std::errc() && number > 0 && number <= max;
}

bool is_base64_part(std::string_view text) {
  return text.size() >= 11 && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '/';
         });
}

}  // namespace

std::string hash_password(std::string_view password, const PasswordSalt& salt) {
  BOWLINE_CHECK(password.size() <= password_size_max);
  std::string text(argon2_encodedlen(passes, memory_kib, lanes, salt.size(), hash_size, Argon2_id),
                   '\0');
  int result = argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                                     salt.data(), salt.size(), hash_size, text.data(), text.size());
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();
  BOWLINE_CHECK(result == ARGON2_OK);
  text.resize(text.find('\0'));
  return text;
}

bool matches_password(const std::string& hash, std::string_view password) {
  return password.size() <= password_size_max && is_password_hash(hash) &&
         argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool is_password_hash(std::string_view text) {
  if (!text.starts_with(mark)) return false;
  text.remove_prefix(mark.size());
  if (!take_number(text, "m=", memory_kib_max) || !take_number(text, ",t=", passes_max) ||
      !take_number(text, ",p=", lanes_max) || !text.starts_with('$')) {
    return false;
  }
  text.remove_prefix(1);
  std::size_t dollar = text.find('$');
  return dollar != std::string_view::npos && is_base64_part(text.substr(0, dollar)) &&
         is_base64_part(text.substr(dollar + 1));
}

Result<UserTable> UserTable::parse(std::string_view text, const std::string& path) {
  UserTable table;
  for (const TextLine& line : telling_lines(text)) {
    auto wrong = [&](std::string_view why) { return bad_line(path, "users", line.number, why); };
    std::size_t colon = std::min(line.text.find(':'), line.text.size());
    std::string_view name = line.text.substr(0, colon);
    if (!is_user_name(name)) return wrong("write NAME:HASH; `bowline user add` does");
    std::string_view hash = line.text.substr(std::min(colon + 1, line.text.size()));
    if (!is_password_hash(hash)) {
      return wrong("the hash is not of argon2id; `bowline user add` makes one");
    }
    if (!table.set(name, std::string(hash))) return wrong("this user was named before");
  }
  return table;
}

std::string UserTable::text() const {
  std::string text;
  for (const User& user : users_) text += user.name + ":" + user.hash + "\n";
  return text;
}

const UserTable::User* UserTable::find(std::string_view name) const {
  auto found = std::find_if(users_.begin(), users_.end(),
                            [name](const User& user) { return user.name == name; });
  return found == users_.end() ? nullptr : &*found;
}

bool UserTable::set(std::string_view name, std::string hash) {
  if (const User* known = find(name)) {
    users_[std::size_t(known - users_.data())].hash = std::move(hash);
    return false;
  }
  users_.push_back({std::string(name), std::move(hash)});
  return true;
}

bool UserTable::remove(std::string_view name) {
  return std::erase_if(users_, [name](const User& user) { return user.name == name; }) > 0;
}

}  // namespace bowline
