// The watch of a simulated host's program for signals: it can be read once one of them has come.
// What the program does not watch for ends it, as with the kernel (signal(7)).
#pragma once

#include "bowline/sim/socket.h"

#include <initializer_list>
#include <vector>

namespace bowline::sim {

class SignalSocket final : public Socket {
 public:
  SignalSocket(SimBackend& system, std::initializer_list<int> signals)
      : Socket(system), signals_(signals) {}

  // False when it does not watch for `number`.
  bool add(int number);
  // The first that has come and was not read, or -EAGAIN.
  int read();

  void close() override {}
  void vanish() override {}
  SocketRow row() const override;

 private:
  bool perform(Op& op) override;

  std::vector<int> signals_;
  std::vector<int> pending_;
};

}  // namespace bowline::sim
