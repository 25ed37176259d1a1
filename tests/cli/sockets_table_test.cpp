#include "cli/sockets_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bowline::cli {
namespace {

using os::SocketKind;
using os::SocketState;

Address ip(const char* host, std::uint16_t port) {
  return *Address::parse_ip(host, port);
}

SocketRow listener(std::uint16_t port = 8000) {
  SocketRow row;
  row.socket.state = SocketState::listening;
  row.socket.local = ip("127.0.0.1", port);
  row.socket.send_queue = 128;
  row.socket.inode = 77;
  row.socket.uid = 1000;
  row.owners = {{1234, "python3", "python3 -m http.server", 3}};
  return row;
}

SocketRow connection(const Address& peer = ip("::1", 50000)) {
  SocketRow row;
  row.socket.state = SocketState::established;
  row.socket.local = ip("::1", 8000);
  row.socket.peer = peer;
  return row;
}

SocketRow local(std::string_view path, SocketKind kind = SocketKind::unix_stream) {
  SocketRow row;
  row.socket.kind = kind;
  row.socket.local = Address::unix_path(path);
  return row;
}

TEST(SocketsTable, aligns_its_columns) {
  EXPECT_EQ(table_text({listener(), connection()}, 0),
            "TYPE  STATE   RECV-Q  SEND-Q  LOCAL           PEER         PROCESS\n"
            "tcp   LISTEN       0     128  127.0.0.1:8000  *            python3 (1234)\n"
            "tcp   ESTAB        0       0  [::1]:8000      [::1]:50000  -\n");
}

TEST(SocketsTable, has_a_header_even_when_empty) {
  EXPECT_EQ(table_text({}, 0), "TYPE  STATE  RECV-Q  SEND-Q  LOCAL  PEER  PROCESS\n");
}

TEST(SocketsTable, keeps_each_row_on_one_line_of_any_width) {
  std::vector<SocketRow> rows = {listener(), connection(),
                                 local("/run/a/path/that/is/much/too/long/for/a/terminal/socket")};
  for (std::size_t width = 1; width < 150; ++width) {
    std::string text = table_text(rows, width);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = text.find('\n', at);
      EXPECT_LE(end - at, width);
      at = end + 1;
    }
  }
}

TEST(SocketsTable, shows_ipv4_connections_whole_on_80_columns) {
  SocketRow row = listener();
  row.socket.state = SocketState::fin_wait_2;
  row.socket.local = ip("127.0.0.1", 50000);
  row.socket.peer = ip("127.0.0.1", 50001);
  EXPECT_EQ(table_text({row}, 80).find("..."), std::string::npos);
}

TEST(SocketsTable, cuts_addresses_in_the_middle) {
  std::string text = table_text({local("/run/user/1000/some/very/long/place/for/a.socket")}, 85);
  EXPECT_NE(text.find("/run/user"), std::string::npos) << text;
  EXPECT_NE(text.find("..."), std::string::npos) << text;
  EXPECT_NE(text.find("/a.socket"), std::string::npos) << text;
}

TEST(SocketsTable, counts_characters_not_bytes) {
  std::string text = table_text({local("/\xC3\xA4"), local("/a")}, 0);
  std::size_t first = text.find("/\xC3\xA4");
  std::size_t second = text.find("/a");
  EXPECT_EQ(text.find('*', first) - first, text.find('*', second) - second + 1);
}

TEST(SocketsTable, does_not_pass_on_control_characters) {
  EXPECT_EQ(table_text({local("/run/\x1b[2J\n")}, 0).find('\x1b'), std::string::npos);
}

TEST(SocketsTable, names_each_process_once_and_three_at_most) {
  SocketRow row = listener();
  row.owners.push_back({1234, "python3", "", 4});
  EXPECT_EQ(table_text({row}, 0).find("python3 (1234), "), std::string::npos);
  for (int pid = 1; pid <= 4; ++pid) row.owners.push_back({pid, "worker", "", 3});
  EXPECT_NE(table_text({row}, 0).find("python3 (1234), worker (1), worker (2), 2 more\n"),
            std::string::npos);
}

TEST(SocketsTable, is_sorted_by_transport_then_listening_then_port) {
  SocketRow datagrams = listener(1);
  datagrams.socket.kind = SocketKind::udp;
  datagrams.socket.state = SocketState::unconnected;
  std::vector<SocketRow> rows = {local("/b"),  local("/a"),    datagrams,
                                 connection(), listener(9000), listener(80)};
  sort_rows(rows);
  EXPECT_EQ(rows[0].socket.local.port(), 80);
  EXPECT_EQ(rows[1].socket.local.port(), 9000);
  EXPECT_EQ(rows[2].socket.state, SocketState::established);
  EXPECT_EQ(rows[3].socket.kind, SocketKind::udp);
  EXPECT_EQ(rows[4].socket.local.path(), "/a");
  EXPECT_EQ(rows[5].socket.local.path(), "/b");
}

TEST(SocketsJson, has_all_that_is_known) {
  auto rows = nlohmann::json::parse(json_text({listener(), connection()}));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0], nlohmann::json::parse(R"({
    "transport": "tcp", "state": "LISTEN",
    "local": {"host": "127.0.0.1", "port": 8000}, "peer": null,
    "receive_queue": 0, "send_queue": 128, "inode": 77, "uid": 1000,
    "pid": 1234, "processes": [{"pid": 1234, "name": "python3", "fd": 3}]})"));
  EXPECT_EQ(rows[1]["peer"]["port"], 50000);
  EXPECT_TRUE(rows[1]["pid"].is_null());
  EXPECT_TRUE(rows[1]["uid"].is_null());
  EXPECT_EQ(rows[1]["processes"].size(), 0u);
}

TEST(SocketsJson, has_paths_abstract_names_and_nothing_for_unnamed) {
  SocketRow abstract = local("");
  abstract.socket.local = Address::unix_abstract("name");
  auto rows = nlohmann::json::parse(json_text({local("/run/x"), abstract, local("")}));
  EXPECT_EQ(rows[0]["local"]["path"], "/run/x");
  EXPECT_EQ(rows[1]["local"]["path"], "@name");
  EXPECT_TRUE(rows[2]["local"].is_null());
}

TEST(SocketsJson, is_valid_when_names_are_not) {
  SocketRow row = local("/run/\xFF\x01\"");
  row.owners = {{1, "\xC3", "", 0}};
  EXPECT_EQ(nlohmann::json::parse(json_text({row})).size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(json_text({})).size(), 0u);
}

TEST(SocketsFilter, by_port_looks_at_both_ends_of_tcp_and_udp) {
  SocketFilter filter;
  filter.port = 8000;
  EXPECT_TRUE(matches(filter, listener()));
  EXPECT_FALSE(matches(filter, listener(8001)));
  filter.port = 50000;
  EXPECT_TRUE(matches(filter, connection()));
  SocketRow raw = listener(6);
  raw.socket.kind = SocketKind::raw;
  filter.port = 6;
  EXPECT_FALSE(matches(filter, raw));
  EXPECT_FALSE(matches(filter, local("/run/x")));
}

TEST(SocketsFilter, by_process_state_and_kind) {
  SocketFilter filter;
  filter.pid = 1234;
  EXPECT_TRUE(matches(filter, listener()));
  EXPECT_FALSE(matches(filter, connection()));
  filter = {};
  filter.states = bit(SocketState::established);
  EXPECT_FALSE(matches(filter, listener()));
  EXPECT_TRUE(matches(filter, connection()));
  filter = {};
  filter.kinds = os::unix_kinds;
  EXPECT_FALSE(matches(filter, listener()));
  EXPECT_TRUE(matches(filter, local("/run/x")));
}

TEST(SocketsFilter, takes_bound_datagram_sockets_for_listening) {
  EXPECT_TRUE(is_listening(listener().socket));
  EXPECT_FALSE(is_listening(connection().socket));
  EXPECT_FALSE(is_listening(local("/run/x").socket));
  EXPECT_TRUE(is_listening(local("/run/x", SocketKind::unix_datagram).socket));
  EXPECT_FALSE(is_listening(local("", SocketKind::unix_datagram).socket));
  os::SocketEntry datagrams;
  datagrams.kind = SocketKind::udp;
  datagrams.local = ip("0.0.0.0", 53);
  EXPECT_TRUE(is_listening(datagrams));
  datagrams.local = ip("0.0.0.0", 0);
  EXPECT_FALSE(is_listening(datagrams));
}

TEST(SocketsFilter, reads_states_in_any_case) {
  EXPECT_EQ(parse_state("LISTEN"), SocketState::listening);
  EXPECT_EQ(parse_state("listening"), SocketState::listening);
  EXPECT_EQ(parse_state("established"), SocketState::established);
  EXPECT_EQ(parse_state("Time-Wait"), SocketState::time_wait);
  EXPECT_EQ(parse_state("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace bowline::cli
