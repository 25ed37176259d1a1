// Reading files that hold secrets, line by line: only those that strangers may not read.
#pragma once

#include "bowline/base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace bowline {

enum class FileSecrecy { open_to_all, secret };

// All of it, at most 1 MiB. `what` names it in errors: "tokens". A secret file that others than its
// owner and group may read or write is an Error that says how to mend that.
Result<std::string> read_secret_file(const std::string& path, std::string_view what,
                                     FileSecrecy secrecy = FileSecrecy::secret);

struct TextLine {
  std::size_t number;  // from 1
  std::string_view text;
};
// The lines of `text` that say something: no blanks around them, no comments (#), none empty.
std::vector<TextLine> telling_lines(std::string_view text);

// What is wrong with a line of a file.
Error bad_line(const std::string& path, std::string_view what, std::size_t number,
               std::string_view why);

}  // namespace bowline
