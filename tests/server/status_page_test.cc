// The page that the daemon has in it is the file.
#include "server/http/page/status_page.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace eager::server {
namespace {

TEST(StatusPageTest, IsTheFile) {
  std::ifstream file(STATUS_HTML, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  ASSERT_FALSE(text.str().empty());
  EXPECT_EQ(std::string(StatusPage()), text.str());
}

}  // namespace
}  // namespace eager::server
