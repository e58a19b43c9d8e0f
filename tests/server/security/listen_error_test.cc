// Why nobody can listen somewhere, in the system's words.
#include "server/rpc/security/listen_error.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/support/temp_folder.h"

namespace eager::server {
namespace {

TEST(WhyNotListen, APortInUse) {
  const int taken = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  ASSERT_EQ(getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    EXPECT_EQ(WhyNotListen(absl::StrCat(host, ":", ntohs(address.sin_port))), "Address already in use") << host;
  }
  close(taken);
}

TEST(WhyNotListen, AnAddressOfOthers) {
  EXPECT_EQ(WhyNotListen("192.0.2.1:0"), "Cannot assign requested address");
  EXPECT_EQ(WhyNotListen("nowhere"), "the system does not say why");
}

TEST(WhyNotListen, APath) {
  const eager::testing::TempFolder folder;
  EXPECT_EQ(WhyNotListen(absl::StrCat("unix:", folder / "no/such/socket")), "No such file or directory");
  EXPECT_EQ(WhyNotListen(absl::StrCat("unix:", folder.Write("file", "text"))), "Address already in use");
  EXPECT_EQ(WhyNotListen(absl::StrCat("unix:", std::string(200, 'x'))), "File name too long");
  const std::string free = folder / "socket";
  EXPECT_EQ(WhyNotListen(absl::StrCat("unix:", free)), "the system does not say why");
  EXPECT_FALSE(std::filesystem::exists(free));  // nothing is left behind
}

}  // namespace
}  // namespace eager::server
