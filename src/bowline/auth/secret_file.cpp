#include "bowline/auth/secret_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <memory>

namespace bowline {
namespace {

constexpr std::size_t size_max = 1 << 20;

std::string advice(int error_number, std::string_view what) {
  if (error_number == ENOENT) return fmt::format("there is no such file of {}", what);
  if (error_number == EACCES) return "run as a user who may read it, or see chmod(1), chgrp(1)";
  return {};
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path, std::string_view what,
                                     FileSecrecy secrecy) {
  std::string action = fmt::format("read {} {}", what, path);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
  if (!file) return make_error(errno, action, advice(errno, what));
  struct stat status {};
  if (::fstat(::fileno(file.get()), &status) != 0) return make_error(errno, action);
  if (S_ISDIR(status.st_mode)) return make_error(EISDIR, action, "name a file in it");
  if (secrecy == FileSecrecy::secret && (status.st_mode & (S_IROTH | S_IWOTH))) {
    return make_error(EPERM, action,
                      fmt::format("everybody on this machine may {} it: chmod o= {}",
                                  status.st_mode & S_IROTH ? "read" : "write", path));
  }
  std::string text;
  char part[4096];
  while (std::size_t count = std::fread(part, 1, sizeof part, file.get())) {
    text.append(part, count);
    if (text.size() > size_max) return make_error(EFBIG, action, "it has more than 1 MiB");
  }
  if (std::ferror(file.get())) return make_error(errno, action);
  return text;
}

std::vector<TextLine> telling_lines(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  std::vector<TextLine> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::size_t size = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    std::size_t begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos || line[begin] == '#') continue;
    lines.push_back({number, line.substr(begin, line.find_last_not_of(blanks) + 1 - begin)});
  }
  return lines;
}

Error bad_line(const std::string& path, std::string_view what, std::size_t number,
               std::string_view why) {
  return make_error(std::make_error_code(std::errc::invalid_argument),
                    fmt::format("read {} {}, line {}", what, path, number), why);
}

}  // namespace bowline
