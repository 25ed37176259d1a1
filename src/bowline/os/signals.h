// Signals as something to read: no handler interrupts the program, a file descriptor becomes
// readable instead (signalfd(2)).
#pragma once

#include <signal.h>

#include <initializer_list>

namespace bowline::os {

// Blocks `signals` in the calling thread and gives a non-blocking descriptor that is readable when
// one arrived, or -errno. Threads started later inherit the block; call this before starting any,
// or a signal may still end the program through one that has it unblocked.
int open_signals(std::initializer_list<int> signals);

// The number of the next signal that arrived, or -errno (-EAGAIN: none).
int read_signal(int fd);

// While it lives no signal acts in this thread, nor ever in those that are started meanwhile: a
// signal that one thread of a process waits for must not end the process through another.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  ~SignalsHeld();

 private:
  sigset_t before_;
};

}  // namespace bowline::os
