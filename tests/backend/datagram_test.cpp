#include "bowline/backend/datagram.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

TEST(Datagram, is_one_unless_it_has_segments) {
  Datagram datagram;
  datagram.data = Chunk::copy("all of it");
  EXPECT_EQ(datagram.count(), 1u);
  EXPECT_EQ(datagram.part(0), "all of it");
  datagram.data = Chunk();
  EXPECT_EQ(datagram.count(), 1u);
}

TEST(Datagram, gives_its_segments_of_which_the_last_may_be_shorter) {
  Datagram datagram;
  datagram.data = Chunk::copy("abcdefgh");
  datagram.segment_size = 3;
  EXPECT_EQ(datagram.count(), 3u);
  EXPECT_EQ(datagram.part(0), "abc");
  EXPECT_EQ(datagram.part(2), "gh");
  datagram.segment_size = 4;
  EXPECT_EQ(datagram.count(), 2u);
  EXPECT_EQ(datagram.part(1), "efgh");
}

}  // namespace
}  // namespace bowline
