// The WebSocket echo server on Boost.Beast with callbacks. usage: beast_websocket PORT
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdlib>
#include <memory>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {
    // Else a message of 16 KiB is answered in frames of 4 KiB.
    socket_.auto_fragment(false);
  }

  void open() {
    auto self = shared_from_this();
    socket_.async_accept([self](beast::error_code error) {
      if (!error) self->read();
    });
  }

 private:
  void read() {
    auto self = shared_from_this();
    socket_.async_read(buffer_, [self](beast::error_code error, std::size_t) {
      if (!error) self->write();
    });
  }

  void write() {
    auto self = shared_from_this();
    socket_.text(socket_.got_text());
    socket_.async_write(buffer_.data(), [self](beast::error_code error, std::size_t size) {
      if (error) return;
      self->buffer_.consume(size);
      self->read();
    });
  }

  beast::websocket::stream<tcp::socket> socket_;
  beast::flat_buffer buffer_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](beast::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Session>(std::move(socket))->open();
    }
    accept(acceptor);
  });
}

}  // namespace

int main(int, char** words) {
  asio::io_context context(1);
  auto port = static_cast<unsigned short>(std::atoi(words[1]));
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
  accept(acceptor);
  context.run();
}
