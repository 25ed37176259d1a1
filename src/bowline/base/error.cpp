#include "bowline/base/error.h"

namespace bowline {
namespace {

class Category : public std::error_category {
 public:
  const char* name() const noexcept override { return "bowline"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::name_not_found:
        return "name not found";
      case Errc::name_lookup_failed:
        return "name lookup failed";
      case Errc::ended_early:
        return "the stream ended early";
      case Errc::too_long:
        return "too long";
      case Errc::bad_address:
        return "bad address";
      case Errc::not_tls:
        return "the peer does not speak TLS";
      case Errc::tls_failed:
        return "TLS failed";
      case Errc::peer_not_trusted:
        return "the peer is not trusted";
      case Errc::bad_certificate:
        return "bad certificate";
    }
    return "unknown error " + std::to_string(value);
  }
};

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

}  // namespace

std::error_code make_error_code(Errc code) {
  static const Category category;
  return {static_cast<int>(code), category};
}

std::string describe(std::error_code code) {
  // "Connection timed out" would be said of connections that stand and are merely silent.
  if (code == std::errc::timed_out) return "timed out";
  if (code == std::errc::operation_canceled) return "cancelled";
  std::string text = code.message();
  bool is_word = text.size() > 1 && is_upper(text[0]) && !is_upper(text[1]);
  if (is_word) text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

Error make_error(std::error_code code, std::string_view action, std::string_view advice) {
  std::string text(action);
  if (!text.empty()) text += ": ";
  text += describe(code);
  if (!advice.empty()) (text += ": ") += advice;
  return Error(code, std::move(text));
}

Error make_error(int error_number, std::string_view action, std::string_view advice) {
  return make_error(std::error_code(error_number, std::system_category()), action, advice);
}

}  // namespace bowline
