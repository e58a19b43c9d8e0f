// Tokens and certificates: who calls.

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/auth/token.h"
#include "server/rpc/security/authenticator.h"
#include "server/rpc/security/token_table.h"
#include "tests/support/temp_folder.h"

namespace eager::server {
namespace {

using absl::StatusCode;
using testing::TempFolder;

std::string Line(absl::string_view tenant, absl::string_view role, absl::string_view token) {
  return absl::StrCat(tenant, " ", role, " ", ToText(HashToken(token)), "\n");
}

std::string ErrorOf(absl::string_view text) {
  const auto table = TokenTable::Parse("tokens", text);
  EXPECT_EQ(table.status().code(), StatusCode::kInvalidArgument);
  return std::string(table.status().message());
}

TEST(Token, IsLongAndNeverTheSame) {
  const std::string a = NewToken().value(), b = NewToken().value();
  EXPECT_EQ(a.size(), 64u);
  EXPECT_NE(a, b);
}

TEST(Token, HashIsSha256) {
  // FIPS 180-2, B.1.
  EXPECT_EQ(ToText(HashToken("abc")), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ParseTokenHash(ToText(HashToken("abc"))).value(), HashToken("abc"));
  EXPECT_FALSE(SameHash(HashToken("abc"), HashToken("abd")));
}

TEST(TokenTable, FindsEachLine) {
  const auto table = TokenTable::Parse("tokens", absl::StrCat("# who\n\n", Line("alice", "use", "a"), "\t", Line("bob", "admin", "b"),
                                                              Line("alice", "admin", "c"), "# ", Line("eve", "use", "d")));
  ASSERT_TRUE(table.ok()) << table.status();
  ASSERT_NE((*table)->Find("a"), nullptr);
  EXPECT_EQ((*table)->Find("a")->tenant, "alice");
  EXPECT_FALSE((*table)->Find("a")->admin);
  EXPECT_EQ((*table)->Find("b")->tenant, "bob");
  EXPECT_TRUE((*table)->Find("b")->admin);
  EXPECT_TRUE((*table)->Find("c")->admin);
  EXPECT_EQ((*table)->Find("d"), nullptr);
  EXPECT_EQ((*table)->Find(""), nullptr);
  EXPECT_EQ((*table)->Find(ToText(HashToken("a"))), nullptr);  // whoever reads the file cannot call
}

TEST(TokenTable, NamesTheLineThatIsWrong) {
  const std::string good = Line("alice", "use", "a");
  EXPECT_TRUE(absl::StrContains(ErrorOf(good + "bob use"), "tokens, line 2: expected 'TENANT use|admin sha256:HASH', got 2"));
  EXPECT_TRUE(absl::StrContains(ErrorOf(good + Line("bob", "root", "b")), "line 2: the role is 'use' or 'admin', not 'root'"));
  EXPECT_TRUE(absl::StrContains(ErrorOf("\n" + Line("b/c", "use", "b")), "line 2: a tenant's name"));
  EXPECT_TRUE(absl::StrContains(ErrorOf("bob use sha256:12"), "line 1: expected sha256: and 64"));
  EXPECT_TRUE(absl::StrContains(ErrorOf("bob use " + std::string(64, 'a')), "expected sha256:"));
  EXPECT_TRUE(absl::StrContains(ErrorOf(good + Line("bob", "use", "a")), "line 2: this token stands"));
  EXPECT_TRUE(absl::StrContains(ErrorOf("# nobody\n"), "holds no token"));
}

class Callers : public ::testing::Test {
 protected:
  std::unique_ptr<Authenticator> Make(SecurityOptions options, bool tokens) {
    if (tokens) options.auth_tokens = folder_.Write("tokens", Line("alice", "use", "a") + Line("root", "admin", "r"));
    auto made = Authenticator::Make(options);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *std::move(made) : nullptr;
  }
  TempFolder folder_;
};

TEST_F(Callers, AreTheDefaultTenantWhereNobodyAsks) {
  const auto all = Make({}, false);
  EXPECT_EQ(all->Identify({}, true)->tenant, "default");
  EXPECT_TRUE(all->Identify({}, true)->admin);
  EXPECT_FALSE(all->Identify({}, false)->admin);
  EXPECT_FALSE(all->guards());
}

TEST_F(Callers, ComeWithATokenThatIsKnown) {
  const auto guard = Make({}, true);
  EXPECT_EQ(guard->Identify({.authorization = "Bearer a"}, true)->tenant, "alice");
  EXPECT_FALSE(guard->Identify({.authorization = "bearer a"}, true)->admin);
  EXPECT_TRUE(guard->Identify({.authorization = "Bearer r"}, false)->admin);
  for (absl::string_view bad : {"Bearer b", "Bearer ", "Bearer", "a", "", "Basic a", "Bearer a ", "Bearer  a"}) {
    EXPECT_EQ(guard->Identify({.authorization = bad}, true).status().code(), StatusCode::kUnauthenticated) << bad;
  }
  EXPECT_EQ(guard->Identify({}, true).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(guard->Identify({.authorization = "Bearer a", .ambiguous = true}, true).status().code(), StatusCode::kUnauthenticated);
  // A name in a certificate is worth nothing where nobody checks certificates.
  EXPECT_EQ(guard->Identify({.common_name = "alice"}, true).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(Callers, AreWhomTheirCertificateNames) {
  SecurityOptions options;
  options.tls_client_ca = "ca.pem";
  options.admin_tenants = {"ops"};
  const auto guard = Make(options, false);
  EXPECT_EQ(guard->Identify({.common_name = "carol"}, false)->tenant, "carol");
  EXPECT_FALSE(guard->Identify({.common_name = "carol"}, false)->admin);
  EXPECT_TRUE(guard->Identify({.common_name = "ops"}, false)->admin);
  EXPECT_EQ(guard->Identify({.authorization = "Bearer x", .common_name = "carol"}, false)->tenant, "carol");
  for (absl::string_view bad : {"", "two words", "a\nb", "../x"}) {
    EXPECT_EQ(guard->Identify({.common_name = bad}, false).status().code(), StatusCode::kUnauthenticated) << bad;
  }
  EXPECT_EQ(guard->Identify({}, true).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(Callers, ATokenCountsMoreThanACertificate) {
  SecurityOptions options;
  options.tls_client_ca = "ca.pem";
  const auto guard = Make(options, true);
  EXPECT_EQ(guard->Identify({.authorization = "Bearer a", .common_name = "carol"}, false)->tenant, "alice");
  EXPECT_EQ(guard->Identify({.common_name = "carol"}, false)->tenant, "carol");
  EXPECT_EQ(guard->Identify({.authorization = "Bearer x", .common_name = "carol"}, false).status().code(),
            StatusCode::kUnauthenticated);
}

TEST_F(Callers, NeedOpenServicesToAskWithoutAToken) {
  SecurityOptions options;
  const auto open = Make(options, true);
  EXPECT_TRUE(open->Admit("/grpc.health.v1.Health/Check", {}).ok());
  EXPECT_EQ(open->Admit("/eager.v1.TensorService/Hello", {}).code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(open->Admit("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", {}).code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(open->Admit("", {}).code(), StatusCode::kUnauthenticated);
  EXPECT_TRUE(open->Admit("/eager.v1.TensorService/Hello", {.authorization = "Bearer a"}).ok());
  options.health = Exposure::kClosed;
  options.reflection = Exposure::kOff;
  const auto closed = Make(options, true);
  EXPECT_EQ(closed->Admit("/grpc.health.v1.Health/Check", {}).code(), StatusCode::kUnauthenticated);
  EXPECT_TRUE(closed->Admit("/grpc.health.v1.Health/Check", {.authorization = "Bearer a"}).ok());
  EXPECT_EQ(closed->Admit("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", {.authorization = "Bearer a"}).code(),
            StatusCode::kUnimplemented);
}

TEST_F(Callers, ChangeWithTheFile) {
  const auto guard = Make({}, true);
  folder_.Write("tokens", Line("bob", "use", "b"));
  guard->Reload();
  EXPECT_EQ(guard->Identify({.authorization = "Bearer b"}, true)->tenant, "bob");
  EXPECT_FALSE(guard->Identify({.authorization = "Bearer a"}, true).ok());
  for (const char* broken : {"bob use", "", "# all gone\n"}) {
    folder_.Write("tokens", broken);
    guard->Reload();
    EXPECT_EQ(guard->Identify({.authorization = "Bearer b"}, true)->tenant, "bob") << "'" << broken << "'";
  }
  std::filesystem::remove(folder_ / "tokens");
  guard->Reload();
  EXPECT_TRUE(guard->Identify({.authorization = "Bearer b"}, true).ok());
  folder_.Write("tokens", Line("carol", "use", "c"));
  guard->Reload();
  EXPECT_TRUE(guard->Identify({.authorization = "Bearer c"}, true).ok());
}

TEST_F(Callers, NeedAFileThatCanBeRead) {
  SecurityOptions options;
  options.auth_tokens = folder_ / "none";
  const auto made = Authenticator::Make(options);
  EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(made.status().message(), options.auth_tokens)) << made.status();
  options.auth_tokens = folder_.path().string();  // a folder
  EXPECT_EQ(Authenticator::Make(options).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace eager::server
