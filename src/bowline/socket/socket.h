// Blocking sockets as in Python's `socket` module: the same verbs, errors as exceptions that
// explain, closed when they go out of scope. Every call that may wait takes a Deadline last.
//
//   Socket server = listen("tcp://localhost:12345");
//   while (auto data = client.recv(1024)) client.send_all(data);
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/bytes.h"
#include "bowline/os/advice.h"
#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"
#include "bowline/socket/deadline.h"
#include "bowline/socket/endpoint.h"
#include "bowline/socket/received.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bowline {

class BoundPath;

// The directions that shutdown() ends.
enum class How { read, write, both };

// As many connections may wait for accept() as the system allows (net.core.somaxconn).
inline constexpr int system_backlog = 0x7FFFFFFF;

// One thread may send while another receives and a third waits in accept(). Nothing else may happen
// to a Socket at the same time; shutdown(How::both) wakes those who wait in it, close() does not.
//
// Every call throws Error when the system refuses. A call that waits throws one with timed_out()
// when its Deadline, or else the socket's timeout, passes; a Deadline that has passed still takes
// what is there. On a socket that does not block, std::errc::operation_would_block takes the place
// of waiting.
class Socket {
 public:
  struct Accepted;     // { Socket socket; Address address; }
  struct Datagram;     // { Received data; Address address; bool truncated; }
  struct WithHandles;  // { Received data; std::vector<os::FileDescriptor> handles; }
  struct ListenOptions {
    int backlog = system_backlog;
    bool reuse_address = true;  // the port of a server that just ended can be had again at once
    bool reuse_port = false;    // several processes share the port
    bool ipv6_only = false;     // "tcp://[::]:80" does not take IPv4 as well
  };

  // No socket: calls fail with std::errc::bad_file_descriptor.
  Socket();
  // socket(2). Protocol 0 is the usual one of the type. Raw sockets need the right CAP_NET_RAW.
  explicit Socket(Family family, Type type = Type::stream, int protocol = 0);
  // Takes ownership of an open socket, except when it throws. Whether it blocks stays as it is.
  static Socket from_fd(int fd);
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  // bind(2): to the first address of the endpoint that can be had. Port 0 is any that is free.
  void bind(const Endpoint& local, Deadline deadline = {});
  // listen(2).
  void listen(int backlog = system_backlog);
  // accept(2): the next connection, with the peer's address. The new socket blocks and has no
  // timeout. Connections that ended while they waited are passed over.
  Accepted accept(Deadline deadline = {});
  // connect(2): to the addresses of the endpoint in turn until one answers; the Deadline is for all
  // of it, the name lookup included. After a failure the socket can be used to try again.
  void connect(const Endpoint& peer, Deadline deadline = {});
  // The same where failure is no surprise: 0, or the number of an error (errno(3)). A socket that
  // does not block answers EINPROGRESS and is writable once it is decided; then see error(). Only a
  // bad endpoint or name throws.
  int connect_ex(const Endpoint& peer, Deadline deadline = {});

  // send(2): at least one byte of `bytes`; how many. A signal for a peer that is gone is never
  // raised.
  std::size_t send(Bytes bytes, Deadline deadline = {});
  // All of `bytes`. After an Error it is not known how many were sent.
  void send_all(Bytes bytes, Deadline deadline = {});
  // recv(2): at least one byte and at most `size`, or none at the end of the stream.
  Received recv(std::size_t size, Deadline deadline = {});
  std::size_t recv_into(MutableBytes room, Deadline deadline = {});
  // Exactly `size` bytes; Errc::ended_early when the stream ends before. The bytes that came before
  // an Error are lost.
  Received recv_exactly(std::size_t size, Deadline deadline = {});
  // One datagram and where it came from. What is longer than `size` is cut: `truncated` says so.
  Datagram recv_from(std::size_t size, Deadline deadline = {});
  // One datagram; how many bytes. A host name is looked up each time: keep an Address for many.
  std::size_t send_to(Bytes bytes, const Endpoint& to, Deadline deadline = {});
  // Over a Unix socket: all of `bytes`, at least one, and with the first of them copies of at most
  // 64 open descriptors (SCM_RIGHTS, unix(7)), which stay open here.
  void send_with_handles(Bytes bytes, std::span<const int> handles, Deadline deadline = {});
  // As recv(), with the descriptors that came along. When not all fit into this process, all are
  // closed and std::errc::message_size is thrown.
  WithHandles recv_with_handles(std::size_t size, Deadline deadline = {});

  // shutdown(2): with How::write the peer reads the end of the stream and may still send.
  void shutdown(How how);
  // Does nothing when closed. The file of a Unix socket made by bowline::listen() goes with it.
  void close();
  bool is_open() const { return descriptor_.valid(); }
  int fileno() const { return descriptor_.get(); }  // -1 when closed
  // The descriptor, which is the caller's to close from now on.
  int detach();

  // How long calls without a Deadline wait: any length of time; `forever` at first; zero is the
  // same as set_blocking(false).
  template <class Rep, class Period>
  void set_timeout(std::chrono::duration<Rep, Period> timeout) {
    set_timeout_to(saturated(timeout));
  }
  Duration timeout() const { return timeout_; }
  // Changes O_NONBLOCK of the open socket, which other processes may share.
  void set_blocking(bool blocking) { set_timeout_to(blocking ? forever : Duration::zero()); }
  bool blocking() const { return timeout_ != Duration::zero(); }

  Family family() const { return family_; }
  Type type() const { return type_; }
  // getsockname(2), getpeername(2). The peer's throws when there is none.
  Address local_address() const;
  Address peer_address() const;
  // The pending error of the socket, and clears it (SO_ERROR): 0 or a number of errno.
  int error();
  // Who is at the other end of a Unix stream, as the kernel saw it at connect (SO_PEERCRED).
  os::PeerCredentials peer_credentials() const;

  // Options. Those that a socket of this kind does not have throw.
  void set_option(int level, int name, int value);  // setsockopt(2)
  int option(int level, int name) const;            // getsockopt(2)
  void set_reuse_address(bool on = true);           // SO_REUSEADDR, before bind
  bool reuse_address() const;
  void set_reuse_port(bool on = true);  // SO_REUSEPORT, before bind: several share one port
  bool reuse_port() const;
  void set_ipv6_only(bool on = true);  // IPV6_V6ONLY, before bind
  bool ipv6_only() const;
  void set_no_delay(bool on = true);  // TCP_NODELAY: small writes go out at once
  bool no_delay() const;
  void set_broadcast(bool on = true);  // SO_BROADCAST
  bool broadcast() const;
  // In bytes. Linux doubles what is set, for its own use, and gives the doubled number back.
  void set_send_buffer_size(int size);  // SO_SNDBUF
  int send_buffer_size() const;
  void set_receive_buffer_size(int size);  // SO_RCVBUF
  int receive_buffer_size() const;
  // Probes a silent peer (SO_KEEPALIVE, tcp(7)): after `idle`, then each `interval`, and gives up
  // when `count` were not answered. Zero leaves the system's setting.
  struct KeepAlive {
    std::chrono::seconds idle{0};
    std::chrono::seconds interval{0};
    int count = 0;
  };
  void set_keep_alive(bool on = true);
  void set_keep_alive(KeepAlive probes);
  bool keep_alive() const;
  // How long close() waits until all is sent; zero: it resets the connection; none: it does not
  // wait, the system goes on sending (SO_LINGER).
  void set_linger(std::optional<std::chrono::seconds> wait);
  std::optional<std::chrono::seconds> linger() const;
  // Datagrams to `group` are received, through the interface of that index or one that the system
  // chooses (ip(7), ipv6(7)).
  void join_group(const Address& group, unsigned interface = 0);
  void leave_group(const Address& group, unsigned interface = 0);
  void set_multicast_hops(int hops);  // how many routers pass what is sent: 1 at first
  void set_multicast_loop(bool on);   // whether this machine receives it too: it does at first
  void set_multicast_interface(unsigned interface);

 private:
  friend Socket listen(std::string_view url, const ListenOptions& options, Deadline deadline);
  friend std::pair<Socket, Socket> socket_pair(Type type);

  Socket(os::FileDescriptor descriptor, Family family, Type type);
  void set_timeout_to(Duration timeout);
  bool waits(Deadline deadline) const { return deadline.given() || blocking(); }
  Time end_of_wait(Deadline deadline) const;
  template <class Call>
  int perform(os::Action action, Time until, bool waiting, Call call) const;
  template <class Call>
  std::size_t transfer(os::Action action, Deadline deadline, Call call) const;
  int connect_to_any(const std::vector<Address>& all, Time until, bool waiting, Address& tried);
  Endpoint::Purpose purpose(os::Action action) const;
  std::string place(os::Action action) const;
  [[noreturn]] void fail(os::Action action, int result) const;
  [[noreturn]] void fail_at(os::Action action, int result, const Endpoint& endpoint,
                            const Address& tried) const;

  int named(const char* what, int level, int name) const;
  void set_named(const char* what, int level, int name, int value);
  void set_named_bytes(const char* what, int level, int name, Bytes value);
  void set_for_family(const char* what, int ipv4_name, int ipv6_name, int value);
  void change_group(const char* what, int ipv4_name, int ipv6_name, const Address& group,
                    unsigned interface);
  [[noreturn]] void fail_option(const char* verb, const char* what, int result) const;

  os::FileDescriptor descriptor_;
  Family family_ = Family::none;
  Type type_ = Type::stream;
  Duration timeout_ = forever;
  Address peer_;  // kept for errors: when the peer is gone the system no longer knows it
  std::unique_ptr<BoundPath> path_;
};

struct Socket::Accepted {
  Socket socket;
  Address address;
};

struct Socket::Datagram {
  Received data;
  Address address;
  bool truncated = false;
};

struct Socket::WithHandles {
  Received data;
  std::vector<os::FileDescriptor> handles;
};

// Two connected Unix sockets (socketpair(2)).
std::pair<Socket, Socket> socket_pair(Type type = Type::stream);

}  // namespace bowline
