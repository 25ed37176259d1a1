#include "bowline/session/detect.h"

#include "bowline/base/bytes_builder.h"
#include "bowline/task/wait.h"

namespace bowline {

Task<Speech> detect(Network network, Stream& stream, SniffOptions options) {
  Sniffer sniffer(network.now(), options);
  Chunk first;
  while (sniffer.speech() == Speech::undecided) {
    Duration limit = sniffer.next_deadline() - network.now();
    Result<Chunk> more = co_await attempt(within(limit, stream.read_some()));
    if (!more) {
      bool late = network.now() >= sniffer.next_deadline();
      if (!late) throw more.error();
      sniffer.on_time(network.now());
      continue;
    }
    if (more->empty()) {
      sniffer.receive_end();
      break;
    }
    if (first.empty()) {
      first = std::move(*more);
    } else {
      BytesBuilder both;
      both.append(first.bytes());
      both.append(more->bytes());
      first = Chunk::of(std::move(both));
    }
    sniffer.receive(first.bytes(), network.now());
  }
  stream.put_back(std::move(first));
  co_return sniffer.speech();
}

}  // namespace bowline
