// The system of one simulated host, and the Backend its loop has: handles, ports, names, and the
// Ops that were answered. It never sleeps; the World says when its loop has a turn.
#pragma once

#include "bowline/backend/backend.h"
#include "bowline/backend/block_pool.h"
#include "bowline/base/list.h"
#include "bowline/sim/datagram_net.h"
#include "bowline/sim/fabric.h"
#include "bowline/sim/socket.h"

#include <list>
#include <memory>
#include <vector>

namespace bowline::sim {

class ListenerSocket;

// The rules of one host; they may be changed while the world runs.
struct HostRules {
  std::size_t handles_max = 1 << 20;  // sockets it may have; one more is EMFILE
  int accept_error = 0;               // while set, accept answers this (EMFILE, ENOMEM)
  Duration lookup_time = std::chrono::microseconds(200);  // for a name; addresses take no time
  double lookup_failures = 0;  // chance that the name servers do not answer
  Duration turn_time{};        // how long a turn of its loop takes: a slow or busy program
};

class SimBackend : public Backend {
 public:
  SimBackend(Fabric& fabric, std::string name, std::vector<Address> addresses);
  ~SimBackend() override;

  std::string_view name() const override { return "sim"; }
  bool submit(Op& op) override;
  void cancel(Op& op) override;
  void wait(Time) override {}
  Op* next() override { return static_cast<Op*>(answered_.pop()); }
  void wake() override;
  Time now() override { return fabric_.now; }
  void fill_random(MutableBytes bytes) override;
  int open(Family family) override;
  int listen(Address& address, const ListenOptions& options) override;
  int open_datagrams(Address& local, const Address& peer, const DatagramOptions& options) override;
  int change_group(Handle handle, const Address& group, unsigned interface, bool join) override;
  std::size_t segments_max(Handle) override { return 1; }
  void release(Handle) override {}
  int end_input(Handle handle) override;
  void close(Handle handle) override;
  int set_option(Handle handle, Option option, int value) override;
  int local_address(Handle handle, Address& address) override;
  int peer_address(Handle handle, Address& address) override;
  int credentials(Handle handle, Credentials& credentials) override;
  int queued(Handle handle) override;
  int open_signals(std::initializer_list<int> signals) override;
  int read_signal(Handle handle) override;
  std::string advice(Attempted attempted, const Address& address, int error_number) override;

  // For the world and the host.
  std::size_t number() const { return number_; }
  const std::string& host_name() const { return name_; }
  Fabric& fabric() { return fabric_; }
  HostRules& rules() { return rules_; }
  const std::vector<Address>& addresses() const { return addresses_; }
  std::vector<std::string>& names() { return names_; }
  bool is_up() const { return up_; }
  bool has_answers() const { return !answered_.empty(); }
  // What gives the loop its turn; it is set when there is something for it.
  void set_turn(Event& turn) { turn_ = &turn; }
  // Its program may use the network.
  void begin_program();
  // Its program is over: all its sockets close, or, when the host lost its power, vanish. What the
  // program still asks for is refused.
  void end_program(bool power_lost);
  void set_up(bool up) { up_ = up; }
  // False when nothing watches for `number`.
  bool signal(int number);
  void reset_connections_to(const SimBackend& peer);
  std::vector<SocketRow> rows() const;

  // For its sockets.
  void answered(Op& op);
  BlockPool& blocks() { return blocks_; }
  DatagramNet& datagrams() { return datagrams_; }
  bool has_address(const Address& address) const;
  bool has_handle_left() const { return open_count_ < rules_.handles_max; }
  Handle add(std::unique_ptr<Socket> socket);
  ListenerSocket* listener_at(const Address& address) const;
  void stop_listening(const ListenerSocket& listener);
  // Who has the address `to`, and from which of its own addresses this host speaks to it.
  int route(const Address& to, SimBackend*& peer, Address& local);
  // Gives `local` a port of its own.
  int take_port(Address& local);
  void give_back_port(const Address& local) { ports_[local.port()] = false; }
  // Has the socket look in a moment whether its Ops can go on.
  void progress_soon(Handle handle);

 private:
  struct Lookup;
  struct Later;

  Socket* socket_at(Handle handle) const;
  bool resolve(Op& op);
  void finish(Lookup& lookup);
  int listen_somewhere(Address& address) const;
  void take_back(Op& op);

  Fabric& fabric_;
  std::string name_;
  std::vector<std::string> names_;
  std::vector<Address> addresses_;
  std::size_t number_;
  HostRules rules_;
  bool up_ = true;
  bool running_ = false;
  Event* turn_ = nullptr;
  Queue<Waiter> answered_;
  BlockPool blocks_;
  DatagramNet datagrams_{*this};
  std::vector<std::unique_ptr<Socket>> sockets_;  // by handle
  std::vector<Handle> free_handles_;
  std::size_t open_count_ = 0;
  std::vector<ListenerSocket*> listeners_;
  std::vector<bool> ports_;
  std::uint16_t next_port_;
  std::list<std::unique_ptr<Lookup>> lookups_;
  std::unique_ptr<Later> later_;
};

}  // namespace bowline::sim
