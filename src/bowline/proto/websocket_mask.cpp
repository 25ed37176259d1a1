#include "bowline/proto/websocket_mask.h"

namespace bowline {
namespace {

struct Sip {
  std::uint64_t a, b, c, d;

  void rounds(int count) {
    while (count-- > 0) {
      a += b;
      c += d;
      b = std::rotl(b, 13) ^ a;
      d = std::rotl(d, 16) ^ c;
      a = std::rotl(a, 32) + d;
      c += b;
      b = std::rotl(b, 17) ^ c;
      d = std::rotl(d, 21) ^ a;
      c = std::rotl(c, 32);
    }
  }
  void add(std::uint64_t word) {
    d ^= word;
    rounds(2);
    a ^= word;
  }
};

// SipHash-2-4 of the eight bytes of `word` (Aumasson and Bernstein).
std::uint64_t sip_hash(const MaskSeed& seed, std::uint64_t word) {
  Sip sip{seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du,
          seed[0] ^ 0x6c7967656e657261u, seed[1] ^ 0x7465646279746573u};
  sip.add(word);
  sip.add(std::uint64_t{8} << 56);
  sip.c ^= 0xff;
  sip.rounds(4);
  return sip.a ^ sip.b ^ sip.c ^ sip.d;
}

}  // namespace

MaskKey MaskKeys::next() {
  return static_cast<MaskKey>(sip_hash(seed_, count_++));
}

}  // namespace bowline
