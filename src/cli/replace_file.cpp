#include "cli/replace_file.h"

#include "bowline/base/error.h"
#include "bowline/os/file_descriptor.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace bowline::cli {

void replace_file(const std::string& path, std::string_view text, mode_t mode) {
  std::string draft = path + ".XXXXXX";
  os::FileDescriptor file(::mkstemp(draft.data()));
  struct stat old {};
  // Only root may give files away: others have made theirs themselves.
  if (file.valid() && ::stat(path.c_str(), &old) == 0 &&
      ::fchown(file.get(), old.st_uid, old.st_gid) != 0 &&
      ::fchown(file.get(), uid_t(-1), old.st_gid) != 0) {
    // It is another group, to which nobody has given this.
    mode = (mode & ~mode_t(S_IRWXG)) | (mode & S_IRWXO) << 3;
  }
  bool written = file.valid() && ::fchmod(file.get(), mode) == 0 &&
                 ::write(file.get(), text.data(), text.size()) == ssize_t(text.size()) &&
                 ::fsync(file.get()) == 0 && ::rename(draft.c_str(), path.c_str()) == 0;
  if (written) return;
  int error = errno;
  if (file.valid()) ::unlink(draft.c_str());
  throw make_error(error, "write " + path);
}

}  // namespace bowline::cli
