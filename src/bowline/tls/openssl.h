// Owning pointers to what OpenSSL makes. Its types are named here and never defined, so that
// headers of this layer can hold them and still know nothing of OpenSSL.
#pragma once

#include <memory>
#include <string>

struct bio_st;
struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;
struct x509_st;
struct x509_store_st;

namespace bowline::openssl {

struct Free {
  void operator()(bio_st* bio) const;
  void operator()(evp_pkey_st* key) const;
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_session_st* session) const;
  void operator()(ssl_st* ssl) const;
  void operator()(x509_st* certificate) const;
  void operator()(x509_store_st* store) const;
};

template <class Object>
using Owned = std::unique_ptr<Object, Free>;

using Bio = Owned<bio_st>;
using Key = Owned<evp_pkey_st>;
using Context = Owned<ssl_ctx_st>;
using Session = Owned<ssl_session_st>;
using Ssl = Owned<ssl_st>;
using Certificate = Owned<x509_st>;
using Store = Owned<x509_store_st>;

// What the last failed call of this thread says of itself, in OpenSSL's words ("bad decrypt"). The
// thread's queue of errors is empty afterwards.
std::string take_error();

}  // namespace bowline::openssl
