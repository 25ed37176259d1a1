#include "bowline/services/service.h"

#include "bowline/base/url.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

TEST(Services, are_found_by_name) {
  for (const Service& service : services()) EXPECT_EQ(find_service(service.name), &service);
  EXPECT_EQ(find_service("ech"), nullptr);
  EXPECT_EQ(find_service(""), nullptr);
}

TEST(Services, listen_at_the_addresses_of_the_tutorials) {
  ASSERT_NE(find_service("ack"), nullptr);
  EXPECT_EQ(find_service("ack")->url, "tcp://127.0.0.1:8000");
  EXPECT_EQ(find_service("receive")->url, "tcp://localhost:65432");
  EXPECT_EQ(find_service("echo")->url, "tcp://localhost:12345");
  EXPECT_EQ(find_service("report")->url, "tcp://:9797");
}

TEST(Services, have_default_addresses_that_can_be_read) {
  for (const Service& service : services()) EXPECT_TRUE(Url::parse(service.url)) << service.url;
}

}  // namespace
}  // namespace bowline
