// Which addresses may be listened on, and which certificates are taken.

#include "server/rpc/security/front_door.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "common/channel/address.h"
#include "server/rpc/security/listeners.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_folder.h"

namespace eager::server {
namespace {

using testing::CertificateAuthority;
using testing::PemPair;
using testing::TempFolder;

TEST(Address, StaysOnTheHostOnlyIfThatIsSure) {
  for (const char* here : {"unix:/run/eagerd.sock", "127.0.0.1:8470", "127.1.2.3:0", "localhost:8470", "[::1]:8470"}) {
    EXPECT_TRUE(StaysOnHost(here)) << here;
  }
  for (const char* there : {"0.0.0.0:8470", "[::]:8470", "*:8470", "10.0.0.1:8470", "example.org:8470", "127.0.0.1.example.org:1",
                            "localhost.example.org:1", "127.1:80", "", "127.0.0.1", "[::ffff:10.0.0.1]:1", "dns:127.0.0.1:1"}) {
    EXPECT_FALSE(StaysOnHost(there)) << there;
  }
}

// The message of the refusal, "" if there is none.
std::string Refusal(const SecurityOptions& options, const std::string& address) {
  return std::string(CheckListeners(options, {address}).message());
}

TEST(Listeners, BeyondTheHostNeedTlsAndCallers) {
  SecurityOptions options;
  EXPECT_EQ(Refusal(options, "127.0.0.1:0"), "");
  EXPECT_TRUE(absl::StrContains(Refusal(options, "0.0.0.0:8470"), "--insecure"));
  EXPECT_TRUE(absl::StrContains(Refusal(options, "[::]:8470"), "[::]:8470"));
  options.auth_tokens = "tokens";
  EXPECT_TRUE(absl::StrContains(Refusal(options, "0.0.0.0:8470"), "tokens")) << "a token would be readable";
  options.tls_cert = "cert";
  options.tls_key = "key";
  EXPECT_EQ(Refusal(options, "0.0.0.0:8470"), "");
  options.auth_tokens.clear();
  EXPECT_TRUE(absl::StrContains(Refusal(options, "0.0.0.0:8470"), "everyone")) << "anyone could call";
  options.tls_client_ca = "ca";
  EXPECT_EQ(Refusal(options, "0.0.0.0:8470"), "");
  EXPECT_TRUE(absl::StrContains(Refusal(options, "unix:/tmp/x"), "--auth-tokens")) << "nobody could call";
  EXPECT_EQ(Refusal({.insecure = true}, "0.0.0.0:8470"), "");
}

TEST(Listeners, WantOptionsThatFitTogether) {
  EXPECT_NE(Refusal({.tls_cert = "cert"}, "127.0.0.1:0"), "");
  EXPECT_NE(Refusal({.tls_key = "key"}, "127.0.0.1:0"), "");
  EXPECT_NE(Refusal({.tls_client_ca = "ca"}, "127.0.0.1:0"), "");
  EXPECT_NE(Refusal({.admin_tenants = {"ops"}}, "127.0.0.1:0"), "");
  EXPECT_NE(Refusal({.tls_cert = "c", .tls_key = "k", .tls_client_ca = "ca", .admin_tenants = {"o ps"}}, "127.0.0.1:0"), "");
}

class Certificates : public ::testing::Test {
 protected:
  absl::Status Parse(const std::string& cert, const std::string& key, const std::string& ca = "") {
    return TlsFiles::Parse({"cert.pem", "key.pem", ca.empty() ? "" : "ca.pem"}, {cert, key, ca}).status();
  }
  const CertificateAuthority ca_;
  const PemPair pair_ = ca_.Issue({.common_name = "one"}), other_ = ca_.Issue({.common_name = "two"});
};

TEST_F(Certificates, AreTakenWithTheirKeys) {
  EXPECT_TRUE(Parse(pair_.cert, pair_.key).ok());
  EXPECT_TRUE(Parse(pair_.cert + ca_.pem(), pair_.key, ca_.pem() + ca_.pem()).ok());
}

TEST_F(Certificates, NameTheFileThatIsWrong) {
  EXPECT_TRUE(absl::StrContains(Parse("", pair_.key).message(), "cert.pem"));
  EXPECT_TRUE(absl::StrContains(Parse(pair_.cert, "").message(), "key.pem"));
  EXPECT_TRUE(absl::StrContains(Parse(pair_.cert, pair_.cert).message(), "key.pem"));
  EXPECT_TRUE(absl::StrContains(Parse(pair_.cert.substr(0, pair_.cert.size() / 2), pair_.key).message(), "cert.pem"));
  EXPECT_TRUE(absl::StrContains(Parse(pair_.cert + ca_.pem().substr(0, ca_.pem().size() / 2), pair_.key).message(), "cert.pem"));
  EXPECT_TRUE(absl::StrContains(Parse(pair_.cert, pair_.key.substr(0, pair_.key.size() / 2)).message(), "key.pem"));
  EXPECT_TRUE(absl::StrContains(Parse(pair_.cert, other_.key).message(), "not that of the certificate"));
  EXPECT_TRUE(absl::StrContains(Parse(pair_.cert, pair_.key, "-----BEGIN").message(), "ca.pem"));
}

TEST_F(Certificates, StayWhileAPairIsHalfWritten) {
  TempFolder folder;
  const std::vector<std::string> paths = {folder.Write("cert", pair_.cert), folder.Write("key", pair_.key), ""};
  const auto files = Reloaded<TlsFiles>::Make("certificate", paths, [paths](const std::vector<std::string>& contents) {
    return TlsFiles::Parse(paths, contents);
  });
  ASSERT_TRUE(files.ok()) << files.status();
  folder.Write("cert", other_.cert);
  (*files)->Reload();
  EXPECT_EQ((*files)->Get()->cert, pair_.cert);
  folder.Write("key", other_.key.substr(0, 40));
  (*files)->Reload();
  EXPECT_EQ((*files)->Get()->key, pair_.key);
  folder.Write("key", other_.key);
  (*files)->Reload();
  EXPECT_EQ((*files)->Get()->cert, other_.cert);
  EXPECT_EQ((*files)->Get()->key, other_.key);
}

TEST_F(Certificates, AreReadWhenTheDoorIsMade) {
  TempFolder folder;
  SecurityOptions options = {.tls_cert = folder.Write("cert", pair_.cert), .tls_key = folder / "no-key"};
  const auto door = FrontDoor::Make(options, {"127.0.0.1:0"});
  EXPECT_EQ(door.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(door.status().message(), "no-key")) << door.status();
  options.tls_key = folder.Write("key", pair_.key);
  EXPECT_TRUE(FrontDoor::Make(options, {"127.0.0.1:0"}).ok());
}

}  // namespace
}  // namespace eager::server
