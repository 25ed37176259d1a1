// Writes the secrets of connections to a file, one line each, in the form that Wireshark and others
// read (SSLKEYLOGFILE). Who has the file can read all that went over those connections.
#pragma once

#include "bowline/base/error.h"

#include <memory>
#include <string>

namespace bowline {

class KeyLog {
 public:
  // Appends to `path`; a new file is readable by its owner only.
  static Result<std::unique_ptr<KeyLog>> open(const std::string& path);
  explicit KeyLog(int file) : file_(file) {}
  KeyLog(const KeyLog&) = delete;
  ~KeyLog();

  // `line` comes without an end. Lines of several threads do not mix; failures are not told.
  void add(std::string line) const;

 private:
  int file_;
};

}  // namespace bowline
