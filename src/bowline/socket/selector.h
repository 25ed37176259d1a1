// Waits for many sockets at once, as Python's `selectors` (epoll(7)): each is registered with
// what to wait for and with data of yours, which select() gives back when the socket is ready.
//
//   for (auto& [fd, events, client] : selector.select()) serve(client);
#pragma once

#include "bowline/os/file_descriptor.h"
#include "bowline/socket/socket.h"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace bowline {

enum class Events : std::uint8_t { none = 0, read = 1, write = 2, both = 3 };

constexpr Events operator|(Events left, Events right) {
  return static_cast<Events>(static_cast<int>(left) | static_cast<int>(right));
}
constexpr Events operator&(Events left, Events right) {
  return static_cast<Events>(static_cast<int>(left) & static_cast<int>(right));
}

// What Selector<Data> does whatever its Data is.
class SelectorBase {
 public:
  SelectorBase(const SelectorBase&) = delete;
  SelectorBase& operator=(const SelectorBase&) = delete;

  // Ends the registration; what was found ready of it and not yet looked at is dropped. Its data
  // stays until the next select(), so it may be called from inside the loop over what is ready. The
  // descriptor is not closed, but must be still open, or have been closed just before.
  void unregister(int fd);
  void unregister(const Socket& socket) { unregister(socket.fileno()); }
  void modify(int fd, Events events);
  void modify(const Socket& socket, Events events) { modify(socket.fileno(), events); }
  // How many are registered.
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }

 protected:
  struct Entry {
    virtual ~Entry() = default;
    int fd = -1;
    Events events = Events::none;  // waited for
    Events ready = Events::none;   // found by the last select()
    bool registered = false;
    std::uint32_t number = 0;  // tells the registrations of one descriptor number apart
  };

  SelectorBase();
  ~SelectorBase();
  Entry& add(int fd, Events events, std::unique_ptr<Entry> entry);
  Entry& find(int fd) const;
  const std::vector<Entry*>& wait(Deadline deadline);

 private:
  void collect(int wait);
  int control(int operation, const Entry& entry) const;
  void retire(std::unique_ptr<Entry>& place);

  os::FileDescriptor epoll_;
  std::vector<std::unique_ptr<Entry>> entries_;  // by descriptor
  std::vector<std::unique_ptr<Entry>> retired_;
  std::vector<Entry*> ready_;
  std::size_t count_ = 0;
  std::uint32_t next_number_ = 0;
};

// Used by one thread. It borrows the descriptors; Data may own the sockets, and closes them when
// the Selector goes.
template <class Data>
class Selector : public SelectorBase {
 public:
  // One descriptor that is ready. An error or the end of the stream counts as ready for all that
  // was waited for: the next call on it tells which.
  struct Ready {
    int fd;
    Events events;
    Data& data;

    bool readable() const { return (events & Events::read) != Events::none; }
    bool writable() const { return (events & Events::write) != Events::none; }
  };
  class ReadyRange;

  // Throws Error: std::errc::file_exists when `fd` is registered,
  // std::errc::operation_not_permitted for plain files. Returns the data where it lives from now
  // on.
  Data& register_socket(int fd, Events events, Data data = {}) {
    auto entry = std::make_unique<Registration>(std::move(data));
    return static_cast<Registration&>(add(fd, events, std::move(entry))).data;
  }
  Data& register_socket(const Socket& socket, Events events, Data data = {}) {
    return register_socket(socket.fileno(), events, std::move(data));
  }
  // For data that owns the socket, in a member named so.
  Data& register_owned(Data data, Events events) {
    int fd = data.socket.fileno();
    return register_socket(fd, events, std::move(data));
  }
  // The data of a registered descriptor.
  Data& data(int fd) { return static_cast<Registration&>(find(fd)).data; }
  Data& data(const Socket& socket) { return data(socket.fileno()); }

  // Waits until at least one is ready, or the deadline passes: then nothing is. The range is good
  // until the next select().
  ReadyRange select(Deadline deadline = {}) { return ReadyRange(wait(deadline)); }

 private:
  struct Registration : Entry {
    explicit Registration(Data value) : data(std::move(value)) {}
    Data data;
    Ready shown{-1, Events::none, data};
  };
};

// What is ready, each descriptor once, without those unregistered since they were found.
template <class Data>
class Selector<Data>::ReadyRange {
 public:
  class iterator {
   public:
    iterator(Entry* const* at, Entry* const* end) : at_(at), end_(end) { skip(); }
    Ready& operator*() const {
      auto& entry = static_cast<Registration&>(**at_);
      entry.shown.fd = entry.fd;
      entry.shown.events = entry.ready;
      return entry.shown;
    }
    iterator& operator++() {
      ++at_;
      skip();
      return *this;
    }
    bool operator!=(const iterator& other) const { return at_ != other.at_; }

   private:
    void skip() {
      while (at_ != end_ && !(*at_)->registered) ++at_;
    }
    Entry* const* at_;
    Entry* const* end_;
  };

  explicit ReadyRange(const std::vector<Entry*>& all)
      : begin_(all.data()), end_(all.data() + all.size()) {}
  iterator begin() const { return {begin_, end_}; }
  iterator end() const { return {end_, end_}; }
  bool empty() const { return !(begin() != end()); }

 private:
  Entry* const* begin_;
  Entry* const* end_;
};

}  // namespace bowline
