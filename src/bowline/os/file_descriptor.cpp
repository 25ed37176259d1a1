#include "bowline/os/file_descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace bowline::os {

void FileDescriptor::close() {
  if (number_ < 0) return;
  // Closed in destructors, while the caller still wants to read the errno of what went wrong.
  int saved = errno;
  ::close(release());
  errno = saved;
}

}  // namespace bowline::os
