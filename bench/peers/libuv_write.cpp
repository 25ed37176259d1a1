// The echo server on libuv: one buffer for all, written at once where the socket takes it
// (uv_try_write), and only the rest queued. usage: libuv_write PORT
#include <uv.h>

#include <cstdlib>
#include <cstring>

namespace {

char shared_buffer[64 * 1024];

struct Write {
  uv_write_t request;
  uv_buf_t rest;
};

void lend(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
  *buffer = uv_buf_init(shared_buffer, sizeof shared_buffer);
}

void close(uv_stream_t* stream) {
  auto* handle = reinterpret_cast<uv_handle_t*>(stream);
  if (uv_is_closing(handle)) return;
  uv_close(handle, [](uv_handle_t* closed) { delete reinterpret_cast<uv_tcp_t*>(closed); });
}

void written(uv_write_t* request, int status) {
  auto* write = reinterpret_cast<Write*>(request);
  if (status < 0) close(request->handle);
  delete[] write->rest.base;
  delete write;
}

void echo(uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
  if (size < 0) return close(stream);
  uv_buf_t all = uv_buf_init(buffer->base, static_cast<unsigned>(size));
  int done = uv_try_write(stream, &all, 1);
  if (done == size) return;
  if (done < 0 && done != UV_EAGAIN) return close(stream);
  auto begin = static_cast<std::size_t>(done < 0 ? 0 : done);
  std::size_t left = static_cast<std::size_t>(size) - begin;
  auto* write = new Write{{}, uv_buf_init(new char[left], static_cast<unsigned>(left))};
  std::memcpy(write->rest.base, buffer->base + begin, left);
  uv_write(&write->request, stream, &write->rest, 1, written);
}

void accept(uv_stream_t* listener, int status) {
  if (status < 0) return;
  auto* client = new uv_tcp_t;
  uv_tcp_init(listener->loop, client);
  auto* stream = reinterpret_cast<uv_stream_t*>(client);
  if (uv_accept(listener, stream) != 0) return close(stream);
  uv_tcp_nodelay(client, 1);
  uv_read_start(stream, lend, echo);
}

}  // namespace

int main(int, char** words) {
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t listener;
  uv_tcp_init(loop, &listener);
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", std::atoi(words[1]), &address);
  uv_tcp_bind(&listener, reinterpret_cast<sockaddr*>(&address), 0);
  if (uv_listen(reinterpret_cast<uv_stream_t*>(&listener), 4096, accept) != 0) return 1;
  return uv_run(loop, UV_RUN_DEFAULT);
}
