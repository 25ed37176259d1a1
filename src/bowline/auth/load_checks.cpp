#include "bowline/auth/load_checks.h"

#include "bowline/auth/password_check.h"
#include "bowline/auth/peer_check.h"
#include "bowline/auth/secret_file.h"
#include "bowline/auth/token_check.h"

namespace bowline {
namespace {

using OneCheck = Result<std::shared_ptr<const Check>>;

OneCheck load_tokens(const std::string& path) {
  Result<std::string> text = read_secret_file(path, "tokens");
  if (!text) return text.error();
  return TokenCheck::parse(*text, path);
}

OneCheck load_users(const std::string& path) {
  Result<std::string> text = read_secret_file(path, "users");
  if (!text) return text.error();
  Result<UserTable> users = UserTable::parse(*text, path);
  if (!users) return users.error();
  return std::shared_ptr<const Check>(std::make_shared<PasswordCheck>(std::move(*users)));
}

OneCheck load_jwt(const std::vector<std::string>& paths, const JwtTerms& terms) {
  std::vector<JwtKey> all;
  for (const std::string& path : paths) {
    Result<std::vector<JwtKey>> keys = load_jwt_keys(path);
    if (!keys) return keys.error();
    for (JwtKey& key : *keys) all.push_back(std::move(key));
  }
  return std::shared_ptr<const Check>(std::make_shared<JwtCheck>(std::move(all), terms));
}

}  // namespace

bool AuthSources::empty() const {
  return !certificates && unix_users.empty() && files().empty();
}

std::vector<std::string> AuthSources::files() const {
  std::vector<std::string> all = jwt_key_files;
  for (const std::string& file : {tokens_file, users_file}) {
    if (!file.empty()) all.push_back(file);
  }
  return all;
}

Result<CheckList> load_checks(const AuthSources& sources) {
  CheckList list;
  if (sources.certificates) {
    list.push_back(std::make_shared<CertificateCheck>(*sources.certificates));
  }
  std::vector<OneCheck> loaded;
  if (!sources.unix_users.empty()) loaded.push_back(UnixUserCheck::of(sources.unix_users));
  if (!sources.tokens_file.empty()) loaded.push_back(load_tokens(sources.tokens_file));
  if (!sources.jwt_key_files.empty()) {
    loaded.push_back(load_jwt(sources.jwt_key_files, sources.jwt));
  }
  if (!sources.users_file.empty()) loaded.push_back(load_users(sources.users_file));
  for (OneCheck& check : loaded) {
    if (!check) return check.error();
    list.push_back(std::move(*check));
  }
  return list;
}

}  // namespace bowline
