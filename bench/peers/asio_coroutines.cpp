// The echo server on Asio with coroutines. usage: asio_coroutines PORT
#include <array>
#include <asio.hpp>
#include <cstdlib>

namespace {

using asio::ip::tcp;

asio::awaitable<void> echo(tcp::socket socket) {
  try {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
      std::size_t size = co_await socket.async_read_some(asio::buffer(buffer), asio::use_awaitable);
      co_await asio::async_write(socket, asio::buffer(buffer, size), asio::use_awaitable);
    }
  } catch (const std::system_error&) {
    // The end of the stream is an error here.
  }
}

asio::awaitable<void> listen(tcp::acceptor& acceptor) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(acceptor.get_executor(), echo(std::move(socket)), asio::detached);
  }
}

}  // namespace

int main(int, char** words) {
  asio::io_context context(1);
  auto port = static_cast<unsigned short>(std::atoi(words[1]));
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
  asio::co_spawn(context, listen(acceptor), asio::detached);
  context.run();
}
