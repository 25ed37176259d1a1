// Two simulated systems without loops, driven by hand one Op at a time: for tests below the World.
// What is going to happen happens while an answer is waited for.
#pragma once

#include "bowline/sim/sim_backend.h"
#include "tests/support/answers.h"

#include <string>

namespace bowline::testing {

struct SimPair {
  SimPair() {
    near.begin_program();
    far.begin_program();
  }
  ~SimPair() {
    near.end_program(true);
    far.end_program(true);
  }

  // Lets everything happen that is due within `limit`.
  void pass(Duration limit = std::chrono::hours(1)) {
    Time end = fabric.now + limit;
    while (fabric.agenda.next() <= end && fabric.agenda.next() != never) {
      sim::Event& event = fabric.agenda.take();
      fabric.now = std::max(fabric.now, event.at());
      event.happen();
    }
    fabric.now = end;
  }
  // The answer of `op`, which may take `limit`; -EINPROGRESS when it has none by then.
  int answer(sim::SimBackend& system, Op& op, Duration limit = std::chrono::hours(1)) {
    if (system.submit(op)) return op.result;
    pass(limit);
    return system.next() == &op ? op.result : -EINPROGRESS;
  }
  int send(sim::SimBackend& system, Handle handle, std::string_view text) {
    Op op = send_op(handle, text);
    return answer(system, op);
  }
  // What has come, or "error N".
  std::string receive(sim::SimBackend& system, Handle handle, std::size_t size_max = 1000) {
    std::string text(size_max, '\0');
    Op op = receive_op(handle, writable(text));
    int size = answer(system, op);
    if (size < 0) return "error " + std::to_string(-size);
    text.resize(static_cast<std::size_t>(size));
    return text;
  }
  // A listener of `far`, and a connection from `near` to it.
  void listen(const ListenOptions& options = {}) {
    address = Address::parse_ip("10.0.0.2", 7000).value();
    listener = far.listen(address, options);
  }
  int connect() {
    near_end = near.open(Family::ipv4);
    Op op = op_on(Op::Kind::connect, near_end, &address);
    return answer(near, op);
  }
  int accept() {
    Op op = op_on(Op::Kind::accept, listener, &peer);
    return far_end = answer(far, op);
  }
  void connect_both() {
    listen();
    connect();
    accept();
  }

  sim::Fabric fabric{7, sim::Tracing::text};
  sim::SimBackend near{fabric, "near", {Address::parse_ip("10.0.0.1", 0).value()}};
  sim::SimBackend far{
      fabric,
      "far",
      {Address::parse_ip("10.0.0.2", 0).value(), Address::parse_ip("fd00::2", 0).value()}};
  Address address;
  Address peer;
  Handle listener = no_handle;
  Handle near_end = no_handle;
  Handle far_end = no_handle;
};

}  // namespace bowline::testing
