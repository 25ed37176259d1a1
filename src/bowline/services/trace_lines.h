// What a connection reads and writes as lines of JSON, handed from the loop it is on to a task of
// another. Who reads them too slowly loses some, and is told how many: no connection waits for it.
#pragma once

#include "bowline/net/network.h"
#include "bowline/net/tap.h"

#include <cstddef>
#include <memory>
#include <string>

namespace bowline {

class TraceLines {
 public:
  // For a task of the loop of `home`; at most `size_max` bytes wait to be read.
  TraceLines(Network home, std::size_t size_max);
  TraceLines(const TraceLines&) = delete;
  ~TraceLines();

  // What to trace with, once. When nobody has it any more, the lines have ended: the connection has
  // gone, or is shown to somebody else.
  Tracer tracer();
  // The lines that have come since, at least one; empty at the end. Each is an object:
  //   {"seconds":0.25,"event":"received","message":"text","size":5,"data":"aGVsbG8="}
  // since the beginning, with base64 of all the bytes; "message" only where there are messages.
  Task<std::string> next();
  bool ended() const;

 private:
  struct Shared;
  struct Source;
  std::shared_ptr<Shared> shared_;  // with the tracer, whichever goes last
};

}  // namespace bowline
