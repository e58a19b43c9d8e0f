// The daemon's settings as a file, what it says of them, reading them again, and its log.

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/eager.h"
#include "tests/support/daemon_process.h"

namespace eager {
namespace {

using Json = nlohmann::json;
using testing::Daemon;

class Settings : public ::testing::Test {
 protected:
  Settings() : path_(absl::StrCat(::testing::TempDir(), "/settings_test.", getpid(), ".toml")) {}
  ~Settings() override { std::remove(path_.c_str()); }

  void Write(const std::string& text) { std::ofstream(path_, std::ios::trunc) << text; }
  std::string Flag() const { return absl::StrCat("--config=", path_); }
  std::string Refused(const std::string& text) {
    Write(text);
    Daemon daemon({Flag()});
    EXPECT_EQ(daemon.ExitCode(), 2) << text;
    return daemon.errors();
  }

  const std::string path_;
};

TEST_F(Settings, AreRefusedWithTheirLine) {
  EXPECT_EQ(Refused("\nsesion-grace = 1\n"),
            absl::StrCat("eagerd: ", path_, ":2: key 'sesion-grace': there is no such key, did you mean 'session-grace'?\n"));
  EXPECT_EQ(Refused("log-level = 'loud'\n"),
            absl::StrCat("eagerd: ", path_, ":1: key 'log-level': expected one of debug, error, info, off, warning, got loud\n"));
  EXPECT_TRUE(absl::StrContains(Refused("[limit]\ncpu-memory = '1GiB'\nsesions = 1\n"), ":3: key 'limit': unknown limit 'sesions'"));
  EXPECT_TRUE(absl::StrContains(Refused(absl::StrCat("[", std::string(200000, '.'), "]")), absl::StrCat(path_, ":1: ")));
}

TEST_F(Settings, ArePrintedAsAFileThatSaysTheSame) {
  Write("session-grace = 5\n[limit]\nsessions = 7\n");
  Daemon first({Flag(), "--grace=1", "--print-config"}, {"EAGERD_DEVICES=cpu"});
  EXPECT_EQ(first.ExitCode(), 0);
  EXPECT_TRUE(absl::StrContains(first.output(), absl::StrCat("session-grace = 5  # ", path_, ":1\n"))) << first.output();
  EXPECT_TRUE(absl::StrContains(first.output(), "grace = 1  # --grace\n")) << first.output();
  EXPECT_TRUE(absl::StrContains(first.output(), "devices = \"cpu\"  # EAGERD_DEVICES\n")) << first.output();
  EXPECT_TRUE(absl::StrContains(first.output(), absl::StrCat("limit = [\"sessions=7\"]  # ", path_, ":"))) << first.output();
  EXPECT_TRUE(absl::StrContains(first.output(), "log-level = \"info\"  # default\n")) << first.output();
  Write(first.output());
  Daemon second({Flag(), "--print-config"});
  EXPECT_EQ(second.ExitCode(), 0) << second.errors();
  const auto without_sources = [](const std::string& text) {
    std::string out;
    for (absl::string_view line : absl::StrSplit(text, '\n')) absl::StrAppend(&out, line.substr(0, line.find("  # ")), "\n");
    return out;
  };
  EXPECT_EQ(without_sources(first.output()), without_sources(second.output()));
}

TEST_F(Settings, CanBeChecked) {
  Write("listen = ['127.0.0.1:0']\n");
  EXPECT_EQ(Daemon({Flag(), "--check-config"}).ExitCode(), 0);
  Write("listen = ['0.0.0.0:0']\n");
  EXPECT_EQ(Daemon({Flag(), "--check-config"}).ExitCode(), 2);
  Write("limits = '/no/such/file'\n");
  EXPECT_EQ(Daemon({Flag(), "--check-config"}).ExitCode(), 2);
}

TEST_F(Settings, AreReadAgainOrNotAtAll) {
  Write("listen = ['127.0.0.1:0']\nlog-format = 'json'\n[limit]\nsession-handles = 100000\n");
  Daemon daemon({Flag()});
  std::string ready = daemon.ReadUntil("\"event\":\"ready\"");
  ready += daemon.ReadUntil("}\n");
  std::string address;
  for (absl::string_view line : absl::StrSplit(ready, '\n', absl::SkipEmpty())) {
    const Json json = Json::parse(std::string(line), nullptr, false);
    ASSERT_FALSE(json.is_discarded()) << line;
    if (json["event"] == "listening") address = json["address"];
  }
  const auto handles = [&](int n) {  // whether a session may hold so many
    Connect(address);
    std::vector<Tensor> held;
    bool all = true;
    try {
      for (int i = 0; i < n; ++i) held.push_back(constant(static_cast<float>(i)) + 1.0f);
      static_cast<void>(static_cast<float>(held.back()));
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), absl::StatusCode::kResourceExhausted) << e.what();
      all = false;
    }
    held.clear();
    Disconnect();
    return all;
  };
  EXPECT_TRUE(handles(200));
  Write("listen = ['127.0.0.1:1']\nlog-format = 'json'\ndevices = 'cpu'\n[limit]\nsession-handles = 50\n");
  daemon.Signal(SIGHUP);
  const std::string reloaded = daemon.ReadUntil("restart_needed");
  EXPECT_TRUE(absl::StrContains(reloaded, "\"changed\":\"limit\"")) << reloaded;
  EXPECT_TRUE(absl::StrContains(daemon.ReadUntil("}"), "\"changed\":\"listen,devices\""));
  EXPECT_FALSE(handles(200));
  Write("[limit]\nsession-handles = 100000\nwrong = 1\n");
  daemon.Signal(SIGHUP);
  EXPECT_TRUE(absl::StrContains(daemon.ReadUntil("kept"), "unknown limit 'wrong'"));
  EXPECT_FALSE(handles(200));
  daemon.Terminate();
  EXPECT_EQ(daemon.ExitCode(), 0);
}

TEST_F(Settings, TheLogNamesSessionAndTenantAndNoValues) {
  Daemon daemon({"--listen=127.0.0.1:0", "--log-format=json", "--log-level=debug"});
  const std::string ready = daemon.ReadUntil("\"event\":\"ready\"");
  const size_t at = ready.find("\"address\":\"") + 11;
  Connect(ready.substr(at, ready.find('"', at) - at));
  const Tensor secret = constant(std::string("xyzzy")), number = constant(12345.5f);
  EXPECT_THROW(static_cast<void>((reshape(number, {2})).numpy()), Error);
  static_cast<void>(secret.numpy());
  Disconnect();
  daemon.Terminate();
  EXPECT_EQ(daemon.ExitCode(), 0);
  std::string session;
  bool ended = false;
  for (absl::string_view line : absl::StrSplit(daemon.output(), '\n', absl::SkipEmpty())) {
    const Json json = Json::parse(std::string(line), nullptr, false);
    if (json.is_discarded()) continue;  // the rest of a line that was read before
    if (json["event"] == "stream_open") {
      session = json["session"];
      EXPECT_EQ(json["tenant"], "default");
      EXPECT_EQ(json["level"], "info");
    }
    if (json["event"] == "stream_end") {
      EXPECT_EQ(json["session"], session);
      ended = true;
    }
  }
  EXPECT_FALSE(session.empty()) << daemon.output();
  EXPECT_TRUE(ended) << daemon.output();
  EXPECT_FALSE(absl::StrContains(daemon.output(), "xyzzy"));
  EXPECT_FALSE(absl::StrContains(daemon.output(), "12345"));
}

}  // namespace
}  // namespace eager
