#include "bowline/base/error.h"

#include <cstring>

namespace bowline {
namespace {

struct Meaning {
  Errc code;
  std::string_view name;
  std::string_view text;
};

constexpr Meaning meanings[] = {
    {Errc::name_not_found, "name_not_found", "name not found"},
    {Errc::name_lookup_failed, "name_lookup_failed", "name lookup failed"},
    {Errc::ended_early, "ended_early", "the stream ended early"},
    {Errc::too_long, "too_long", "too long"},
    {Errc::bad_address, "bad_address", "bad address"},
    {Errc::not_tls, "not_tls", "the peer does not speak TLS"},
    {Errc::tls_failed, "tls_failed", "TLS failed"},
    {Errc::peer_not_trusted, "peer_not_trusted", "the peer is not trusted"},
    {Errc::bad_certificate, "bad_certificate", "bad certificate"},
};

const Meaning* meaning_of(int value) {
  for (const Meaning& meaning : meanings) {
    if (static_cast<int>(meaning.code) == value) return &meaning;
  }
  return nullptr;
}

class Category : public std::error_category {
 public:
  const char* name() const noexcept override { return "bowline"; }

  std::string message(int value) const override {
    const Meaning* meaning = meaning_of(value);
    return meaning ? std::string(meaning->text) : "unknown error " + std::to_string(value);
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

std::string_view error_name(std::error_code code) {
  const char* name = nullptr;
  if (code.category() == make_error_code(Errc::too_long).category()) {
    if (const Meaning* meaning = meaning_of(code.value())) return meaning->name;
  } else if (code.category() == std::system_category() ||
             code.category() == std::generic_category()) {
    name = ::strerrorname_np(code.value());
  }
  return name ? name : "other";
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
