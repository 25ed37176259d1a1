// Advice on Unix sockets: who has the path or the abstract name, whether the file is a leftover of
// a process that ended, what is missing on the way to it. Part of advice(), which see.
#pragma once

#include "bowline/base/address.h"

#include <string>

namespace bowline::os {

std::string path_in_use_advice(const Address& address);
std::string path_refused_advice(const Address& address);
// For ENOENT and ENOTDIR.
std::string path_missing_advice(const Address& address, bool binding);
std::string path_denied_advice(const Address& address, bool binding);
std::string path_too_long_advice(const Address& address);

}  // namespace bowline::os
