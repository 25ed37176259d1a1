// The echo server over TLS on Asio with callbacks. usage: asio_tls PORT CERTIFICATE
// CERTIFICATE is a file with the key in it as well.
#include <array>
#include <asio.hpp>
#include <asio/ssl.hpp>
#include <cstdlib>
#include <memory>

namespace {

using asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  void open() {
    auto self = shared_from_this();
    stream_.async_handshake(asio::ssl::stream_base::server, [self](std::error_code error) {
      if (!error) self->read();
    });
  }

 private:
  void read() {
    auto self = shared_from_this();
    stream_.async_read_some(asio::buffer(buffer_), [self](std::error_code error, std::size_t size) {
      if (!error) self->write(size);
    });
  }

  void write(std::size_t size) {
    auto self = shared_from_this();
    asio::async_write(stream_, asio::buffer(buffer_, size),
                      [self](std::error_code error, std::size_t) {
                        if (!error) self->read();
                      });
  }

  asio::ssl::stream<tcp::socket> stream_;
  std::array<char, 16 * 1024> buffer_;
};

void accept(tcp::acceptor& acceptor, asio::ssl::context& context) {
  acceptor.async_accept([&acceptor, &context](std::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Session>(std::move(socket), context)->open();
    }
    accept(acceptor, context);
  });
}

}  // namespace

int main(int, char** words) {
  asio::io_context context(1);
  asio::ssl::context tls(asio::ssl::context::tls_server);
  tls.use_certificate_chain_file(words[2]);
  tls.use_private_key_file(words[2], asio::ssl::context::pem);
  auto port = static_cast<unsigned short>(std::atoi(words[1]));
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
  accept(acceptor, tls);
  context.run();
}
