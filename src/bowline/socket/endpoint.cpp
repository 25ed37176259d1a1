#include "bowline/socket/endpoint.h"

#include "bowline/base/error.h"
#include "bowline/base/url.h"
#include "bowline/socket/lookup.h"

namespace bowline {
namespace {

// What goes wrong with one Endpoint, told with its text.
class Complaint {
 public:
  Complaint(const Endpoint& endpoint, const Endpoint::Purpose& purpose)
      : endpoint_(endpoint), purpose_(purpose) {}

  Error operator()(std::error_code code, std::string_view advice) const {
    std::string action = std::string(purpose_.action) + " " + endpoint_.text(purpose_);
    return make_error(code, action, advice);
  }
  Error operator()(std::string_view advice) const { return (*this)(Errc::bad_address, advice); }

 private:
  const Endpoint& endpoint_;
  const Endpoint::Purpose& purpose_;
};

bool is_packets(Type type) {
  return type == Type::datagram || type == Type::raw;
}

// Why a socket of this purpose has no use for the scheme; empty when it has. A text without a
// scheme is for any IP socket.
std::string_view misfit(const Url& url, bool has_scheme, const Endpoint::Purpose& purpose) {
  bool is_local = url.scheme == "unix" || url.scheme == "unixgram";
  if (!is_local && url.scheme != "tcp" && url.scheme != "udp") {
    return "plain sockets know tcp, udp, unix and unixgram; others are for the asynchronous API";
  }
  if (is_local && purpose.family != Family::none && purpose.family != Family::local) {
    return "this is an IP socket, a path needs Family::local";
  }
  if (!is_local && purpose.family == Family::local) {
    return "this is a Unix socket, it needs a path: unix:/run/app.sock";
  }
  if (!is_local && (url.path.size() > 1 || !url.query.empty())) {
    return "a plain socket has no use for a path or a query";
  }
  if (!has_scheme || url.scheme == "unix") return "";
  bool for_packets = url.scheme == "udp" || url.scheme == "unixgram";
  if (for_packets == is_packets(purpose.type)) return "";
  return for_packets ? "this is a stream socket, datagrams need Type::datagram"
                     : "this is no stream socket, use udp:// or a host and port";
}

std::vector<Address> by_name(const std::string& host, std::uint16_t port,
                             const Endpoint::Purpose& purpose, Deadline deadline,
                             const Complaint& complaint) {
  if (purpose.family == Family::local) {
    throw complaint("this is a Unix socket, it needs a path: unix:/run/app.sock");
  }
  os::Lookup lookup = look_up(host, port, purpose.passive, purpose.family, deadline);
  if (!lookup.error) return std::move(lookup.addresses);
  throw complaint(lookup.error, lookup_advice(lookup.error, host, purpose.family));
}

}  // namespace

std::vector<Address> Endpoint::addresses(const Purpose& purpose, Deadline deadline) const {
  Complaint complaint(*this, purpose);
  if (kind_ == Kind::address) return {address_};
  if (kind_ == Kind::host) {
    if (port_ < 0 || port_ > 65535) throw complaint("a port is a number from 0 to 65535");
    return by_name(text_, static_cast<std::uint16_t>(port_), purpose, deadline, complaint);
  }
  Url url = Url::parse(text_).value();
  bool has_scheme = url.is_unix() || text_.find("://") != std::string::npos;
  std::string_view wrong = misfit(url, has_scheme, purpose);
  if (!wrong.empty()) throw complaint(wrong);
  if (url.is_unix()) return {url.unix_address()};
  if (!url.port) throw complaint("the port is missing, write for example tcp://localhost:8000");
  return by_name(url.host, *url.port, purpose, deadline, complaint);
}

std::string Endpoint::text(const Purpose& purpose) const {
  if (kind_ == Kind::url) return text_;
  if (kind_ == Kind::address) return url_text(scheme_of(address_.family(), purpose.type), address_);
  Url url;
  url.scheme = scheme_of(purpose.family, purpose.type);
  url.host = text_;
  std::string text = url.text() + ":";
  return text += std::to_string(port_);
}

Error Endpoint::error(const Purpose& purpose, os::Action action, int result,
                      const Address& tried) const {
  std::string what = std::string(purpose.action) + " " + text(purpose);
  // A name may have many addresses: the one that failed is shown with it.
  bool is_shown = kind_ == Kind::address || what.find(tried.text()) != std::string::npos;
  if (!is_shown) what += " (" + tried.text() + ")";
  return make_error(-result, what, os::advice(action, tried, -result));
}

}  // namespace bowline
