// Owns one open file and closes it when it goes. Moved, never copied; what holds only the number
// (get()) borrows it.
#pragma once

#include <utility>

namespace bowline::os {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  // Takes ownership of `number`; a negative one means none.
  explicit FileDescriptor(int number) : number_(number < 0 ? -1 : number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = other.release();
    }
    return *this;
  }
  ~FileDescriptor() { close(); }

  bool valid() const { return number_ >= 0; }
  int get() const { return number_; }  // -1 when none
  // Gives the ownership away: the caller closes it.
  int release() { return std::exchange(number_, -1); }
  // Does nothing when there is none. Failures are not told: on Linux the number is free afterwards
  // in any case, and sockets have nothing left to report (close(2)).
  void close();

 private:
  int number_ = -1;
};

}  // namespace bowline::os
