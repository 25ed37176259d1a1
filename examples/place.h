// Where an example works: at `usual`, or where its arguments say: HOST PORT, or a URL.
#pragma once

#include <string>

inline std::string place(int argc, char** argv, std::string usual) {
  if (argc < 2) return usual;
  if (argc < 3) return argv[1];
  std::string host = argv[1];
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return usual.substr(0, usual.find("://")) + "://" + host + ":" + argv[2];
}
