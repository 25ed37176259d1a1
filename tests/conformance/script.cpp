#include "tests/conformance/script.h"

namespace bowline::conformance {
namespace {

constexpr std::size_t big_size = 512 * 1024;

Task<> skip(Stream& stream, std::size_t size) {
  std::string room(size, '\0');
  co_await stream.read_exactly(writable(room));
}

Task<> talk_left(Stream& stream, Script& script) {
  co_await script.step(stream.write_all("hello\n"));
  co_await script.step(stream.read_line());
  co_await script.step(sleep(1us));
  std::string big(big_size, 'x');
  co_await script.step(stream.write_all(big));
  co_await script.step(stream.read_until(";"));
  co_await script.step(within(1h, stream.read_line()));
  co_await script.step(yield());
  co_await script.step(skip(stream, big_size));
  std::string byte(1, '\0');
  co_await script.step(stream.read_exactly(writable(byte)));
  co_await script.step(stream.write_end());
  co_await script.step(stream.read_some());
}

Task<> talk_right(Stream& stream, Script& script) {
  co_await script.step(stream.read_line());
  co_await script.step(stream.write_all("welcome\n"));
  co_await script.step(skip(stream, big_size));
  co_await script.step(within(1h, stream.write_all("piece;li")));
  co_await script.step(sleep(1us));
  co_await script.step(stream.write_all("ne\n"));
  std::string big(big_size, 'y');
  co_await script.step(within(1h, stream.write_all(big)));
  co_await script.step(stream.write_all("!"));
  co_await script.step(stream.read_some());
  co_await script.step(stream.write_end());
}

Task<> talk_both(Scope& scope, Link* link, Script* script) {
  scope.start(talk_left(link->left, *script));
  scope.start(talk_right(link->right, *script));
  co_return;
}

}  // namespace

Task<> converse(const Setting& setting, Network network, Script* script) {
  Link link = co_await script->step(setting.link(network));
  co_await script->step(with_scope(talk_both, &link, script));
}

}  // namespace bowline::conformance
