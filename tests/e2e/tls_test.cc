// TLS and certificates of clients, over real connections.

#include <sys/stat.h>

#include "absl/strings/match.h"
#include "tests/e2e/security_fixture.h"

namespace eager {
namespace {

using grpc::StatusCode;
using testing::CertificateAuthority;

using TlsTest = Secured;

TEST_F(TlsTest, CarriesASession) {
  Start(Tls());
  const ChannelOptions options = Trusting(ca_);
  Context context = Context::Connect(address(), {.tls = {.ca = options.ca}});
  Context::SetDefault(context);
  EXPECT_EQ((constant({1, 2}) + 1).read<int32_t>(), (std::vector<int32_t>{2, 3}));
  const Tensor large = fill({1 << 20}, 2.0f);  // by Download
  EXPECT_EQ(large.read<float>().back(), 2.0f);
  const Tensor up = constant(large.numpy());  // by Upload
  EXPECT_EQ(float(reduce_sum(up)), 2.0f * (1 << 20));
  Disconnect();
}

TEST_F(TlsTest, OnlyWithWhoTheClientTrusts) {
  Start(Tls());
  EXPECT_TRUE(Hello(Trusting(ca_)).ok());
  EXPECT_EQ(Hello({}).error_code(), StatusCode::UNAVAILABLE) << "plaintext";
  EXPECT_EQ(Hello(Trusting(CertificateAuthority())).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, OnlyForTheNameOfTheCertificate) {
  const server::SecurityOptions options = Tls();
  WriteCertificate(ca_, {.common_name = "eagerd", .alternative_names = "DNS:eagerd.example"});
  Start(options);
  ChannelOptions trusting = Trusting(ca_);
  EXPECT_EQ(Hello(trusting).error_code(), StatusCode::UNAVAILABLE);
  trusting.server_name = "eagerd.example";
  const grpc::Status status = Hello(trusting);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(TlsTest, NotWithACertificateThatIsOver) {
  const server::SecurityOptions options = Tls();
  WriteCertificate(ca_, {.common_name = "eagerd", .from_hours = -48, .to_hours = -24});
  Start(options);
  EXPECT_EQ(Hello(Trusting(ca_)).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, SaysWhyAConnectFails) {
  Start(Tls());
  const ChannelOptions stranger = Trusting(CertificateAuthority());
  try {
    Context::Connect(address(), {.timeout_seconds = 0.5, .tls = {.ca = stranger.ca}});
    FAIL() << "connected";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(absl::StrContains(e.what(), "andshake")) << e.what();
  }
}

TEST_F(TlsTest, TakesNewCertificatesWhileSessionsLive) {
  Start(Tls());
  const ChannelOptions trusting = Trusting(ca_);
  Context context = Context::Connect(address(), {.tls = {.ca = trusting.ca}});
  Context::SetDefault(context);
  const Tensor before = constant({1, 2});
  before.numpy();

  const CertificateAuthority next;
  WriteCertificate(next);
  server_->Reload();
  EXPECT_EQ((before + 1).read<int32_t>(), (std::vector<int32_t>{2, 3}));  // on its old connection
  EXPECT_EQ(Hello(Trusting(ca_)).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Hello(Trusting(next)).ok());

  // A key that does not fit changes nothing.
  folder_.Write("server.key", ca_.Issue({.common_name = "eagerd"}).key);
  server_->Reload();
  EXPECT_TRUE(Hello(Trusting(next)).ok());
  EXPECT_EQ((before + 2).read<int32_t>(), (std::vector<int32_t>{3, 4}));
  Disconnect();
}

class MutualTls : public Secured {
 protected:
  server::SecurityOptions Mutual(bool required) {
    server::SecurityOptions options = Tls();
    options.tls_client_ca = folder_.Write("clients.pem", clients_.pem());
    options.tls_client_required = required;
    options.admin_tenants = {"ops"};
    return options;
  }
  ChannelOptions Client(const std::string& name) {
    return As(Trusting(ca_), clients_.Issue({.common_name = name, .alternative_names = ""}));
  }
  const CertificateAuthority clients_;
};

TEST_F(MutualTls, NamesTheTenant) {
  Start(Mutual(true));
  const ChannelOptions carol = Client("carol");
  Context context = Context::Connect(address(), {.tls = {.ca = carol.ca, .cert = carol.cert, .key = carol.key}});
  context.Sync();
  const v1::ListSessionsResponse own = Sessions(carol);
  ASSERT_EQ(own.sessions_size(), 1);
  EXPECT_EQ(own.sessions(0).tenant(), "carol");
  EXPECT_EQ(Sessions(Client("dave")).sessions_size(), 0);
  EXPECT_EQ(Sessions(Client("ops")).sessions_size(), 1);  // an admin
  context.Close();
}

TEST_F(MutualTls, LetsNobodyElseIn) {
  Start(Mutual(true));
  EXPECT_TRUE(Hello(Client("carol")).ok());
  EXPECT_EQ(Hello(Trusting(ca_)).error_code(), StatusCode::UNAVAILABLE) << "no certificate";
  EXPECT_EQ(Hello(As(Trusting(ca_), ca_.Issue({.common_name = "carol"}))).error_code(), StatusCode::UNAVAILABLE) << "another's";
  EXPECT_EQ(Hello(As(Trusting(ca_), clients_.Issue({.common_name = "carol", .from_hours = -2, .to_hours = -1}))).error_code(),
            StatusCode::UNAVAILABLE)
      << "one that is over";
  EXPECT_EQ(Hello(Client("two words")).error_code(), StatusCode::UNAUTHENTICATED);
}

TEST_F(MutualTls, OptionalCertificatesLeaveTokens) {
  server::SecurityOptions options = Mutual(false);
  options.auth_tokens = Tokens();
  Start(options);
  EXPECT_EQ(Hello(Trusting(ca_)).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(Hello(Client("carol")).ok());
  ChannelOptions token = Trusting(ca_);
  token.token = "alice-token";
  EXPECT_TRUE(Hello(token).ok());
  EXPECT_EQ(Hello(As(Trusting(ca_), ca_.Issue({.common_name = "carol"}))).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(MutualTls, TakesAnotherAuthorityOfClients) {
  Start(Mutual(true));
  const CertificateAuthority next;
  folder_.Write("clients.pem", next.pem());
  server_->Reload();
  EXPECT_EQ(Hello(Client("carol")).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Hello(As(Trusting(ca_), next.Issue({.common_name = "carol"}))).ok());
}

TEST_F(TlsTest, UnixSocketsAreForTheirOwnerAlone) {
  const std::string path = folder_ / "socket";
  Start(Tls(), {"unix:" + path});
  struct stat file {};
  ASSERT_EQ(stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  EXPECT_TRUE(Hello({}).ok()) << "in plaintext";
  server_->Shutdown(absl::ZeroDuration());
  Start({.unix_socket_mode = 0660}, {"unix:" + path + "2"});
  ASSERT_EQ(stat((path + "2").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0660u);
}

}  // namespace
}  // namespace eager
