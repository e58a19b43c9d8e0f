// Flags, environment and file as one: which counts, what is refused and in which words.

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/config/checks.h"
#include "server/config/layers.h"

namespace eager::server {
namespace {

// Some flags of each form.
struct Told {
  std::vector<std::string> listen = {"127.0.0.1:1"};
  std::string state, config, check;
  double grace = 10;
  int64_t memory = 0;
  int threads = 0;
  bool fusion = true, insecure = false, tf32 = true;
  int health = 0;
  std::vector<std::string> limits;
};

void Add(CLI::App& app, Told& told) {
  app.add_option("--listen", told.listen)->envname("T_LISTEN")->delimiter(',')->allow_extra_args(false)->capture_default_str();
  app.add_option("--state", told.state)->envname("T_STATE");
  app.add_option("--grace", told.grace)->envname("T_GRACE")->check(Seconds())->type_name("SECONDS")->capture_default_str();
  app.add_option("--memory", told.memory)->envname("T_MEMORY")->transform(ByteSize())->type_name("SIZE")->capture_default_str();
  app.add_option("--threads", told.threads)->envname("T_THREADS")->check(CLI::Range(0, 8))->capture_default_str();
  app.add_flag("--fusion,!--no-fusion", told.fusion)->envname("T_FUSION")->default_str("true");
  app.add_flag("--insecure", told.insecure)->envname("T_INSECURE");
  app.add_option("--tf32", told.tf32)->envname("T_TF32")->capture_default_str();
  app.add_option("--health", told.health)->envname("T_HEALTH")
      ->transform(OneOf(std::map<std::string, int>{{"open", 0}, {"closed", 1}}))->type_name("open|closed")->default_str("open");
  app.add_option("--limit", told.limits)->envname("T_LIMIT")->delimiter(',')->allow_extra_args(false)->type_name("NAME=VALUE");
  app.add_option("--config", told.config)->envname("T_CONFIG")->configurable(false);
  app.add_option("--check", told.check)->configurable(false);
}

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() : path_(absl::StrCat(testing::TempDir(), "/config_test.", getpid(), ".toml")) {}
  ~ConfigTest() override { std::remove(path_.c_str()); }

  absl::Status Parse(const std::string& file, std::vector<std::string> args = {}, std::map<std::string, std::string> environment = {}) {
    std::ofstream(path_, std::ios::binary) << file;
    told_ = Told();
    layers_ = Layers();
    CLI::App app;
    Add(app, told_);
    args.insert(args.begin(), {"program", "--config", path_});
    std::vector<const char*> argv;
    for (const std::string& arg : args) argv.push_back(arg.c_str());
    return layers_.Parse(app, static_cast<int>(argv.size()), argv.data(),
                         [&](const std::string& name) { return environment[name]; });
  }
  // What is refused, without the file's name.
  std::string Refused(const std::string& file) {
    const absl::Status status = Parse(file);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << file;
    std::string message(status.message());
    EXPECT_TRUE(absl::StrContains(message, path_)) << message;
    return message.substr(std::min(message.size(), message.find(path_) + path_.size()));
  }
  std::string SourceOf(const std::string& name) const {
    for (const Effective& e : layers_.effective()) {
      if (e.name == name) return absl::StartsWith(e.source, path_) ? absl::StrCat("file", e.source.substr(path_.size())) : e.source;
    }
    return "";
  }

  const std::string path_;
  Told told_;
  Layers layers_;
};

TEST_F(ConfigTest, AFileHasTheNamesOfFlags) {
  ASSERT_EQ(Parse("# all forms\nlisten = ['a:1', \"b:2\"]\nstate = \"/x y\"\ngrace = 2.5\nmemory = \"4GiB\"\nthreads = 3\n"
                  "fusion = false\ninsecure = true\ntf32 = false\nhealth = \"closed\"\n[limit]\nsessions = \"5\"\nhandles = 7\n"),
            absl::OkStatus());
  EXPECT_EQ(absl::StrJoin(told_.listen, ";"), "a:1;b:2");
  EXPECT_EQ(told_.state, "/x y");
  EXPECT_EQ(told_.grace, 2.5);
  EXPECT_EQ(told_.memory, int64_t{4} << 30);
  EXPECT_EQ(told_.threads, 3);
  EXPECT_FALSE(told_.fusion);
  EXPECT_TRUE(told_.insecure);
  EXPECT_FALSE(told_.tf32);
  EXPECT_EQ(told_.health, 1);
  std::sort(told_.limits.begin(), told_.limits.end());
  EXPECT_EQ(absl::StrJoin(told_.limits, ";"), "handles=7;sessions=5");
  EXPECT_EQ(SourceOf("grace"), "file:4");
}

TEST_F(ConfigTest, AFlagCountsBeforeAVariableBeforeTheFileBeforeTheDefault) {
  const std::string file = "grace = 1\nthreads = 1\nstate = 'file'\n";
  ASSERT_EQ(Parse(file, {"--grace", "3"}, {{"T_GRACE", "2"}, {"T_THREADS", "2"}}), absl::OkStatus());
  EXPECT_EQ(told_.grace, 3);
  EXPECT_EQ(told_.threads, 2);
  EXPECT_EQ(told_.state, "file");
  EXPECT_TRUE(told_.fusion);
  EXPECT_EQ(SourceOf("grace"), "--grace");
  EXPECT_EQ(SourceOf("threads"), "T_THREADS");
  EXPECT_EQ(SourceOf("state"), "file:3");
  EXPECT_EQ(SourceOf("fusion"), "default");
  ASSERT_EQ(Parse("fusion = true\ninsecure = false\nlisten = ['file:1']", {"--no-fusion"}, {{"T_INSECURE", "true"}, {"T_LISTEN", "x:1,y:2"}}),
            absl::OkStatus());
  EXPECT_FALSE(told_.fusion);
  EXPECT_TRUE(told_.insecure);
  EXPECT_EQ(absl::StrJoin(told_.listen, ";"), "x:1;y:2");
}

TEST_F(ConfigTest, WhatIsWrongIsNamedWithItsLine) {
  EXPECT_EQ(Refused("\ngrce = 1\n"), ":2: key 'grce': there is no such key, did you mean 'grace'?");
  EXPECT_EQ(Refused("In_secure = true"), ":1: key 'In_secure': there is no such key, did you mean 'insecure'?");
  EXPECT_EQ(Refused("zzzzzzzzzz = 1"), ":1: key 'zzzzzzzzzz': there is no such key");
  EXPECT_EQ(Refused("check = 'x'"), ":1: key 'check': this is a flag alone, and not for files");
  EXPECT_EQ(Refused("config = 'x'"), ":1: key 'config': this is a flag alone, and not for files");
  EXPECT_EQ(Refused("grace = \"10\""), ":1: key 'grace': expected a number");
  EXPECT_EQ(Refused("grace = nan"), ":1: key 'grace': expected seconds, 0 to 1e+09, got nan");
  EXPECT_EQ(Refused("grace = -1"), ":1: key 'grace': expected seconds, 0 to 1e+09, got -1");
  EXPECT_EQ(Refused("memory = -1"), ":1: key 'memory': expected a size such as 4GiB, 0 or more, got -1");
  EXPECT_EQ(Refused("memory = 1.5"), ":1: key 'memory': expected a size such as \"4GiB\", or a number of bytes");
  EXPECT_EQ(Refused("fusion = 1"), ":1: key 'fusion': expected true or false");
  EXPECT_EQ(Refused("state = true"), ":1: key 'state': expected a string");
  EXPECT_EQ(Refused("state = ['a']"), ":1: key 'state': expected a string");
  EXPECT_EQ(Refused("listen = [\n'a:1',\n2]"), ":3: key 'listen': expected a list of strings");
  EXPECT_EQ(Refused("listen = []"), ":1: key 'listen': expected at least one");
  EXPECT_EQ(Refused("listen = ['a:1,b:2']"), ":1: key 'listen': an entry of a list has no comma");
  EXPECT_EQ(Refused("health = 'ajar'"), ":1: key 'health': expected one of closed, open, got ajar");
  EXPECT_EQ(Refused("[state]\nx = 1"), ":2: key 'state': expected a string");
  EXPECT_EQ(Refused("state = 1979-05-27"), ":1: key 'state': expected a string, a number or a boolean");
  EXPECT_EQ(Refused("state = \"a\\u0000b\""), ":1: key 'state': a NUL in a string");
  EXPECT_TRUE(absl::StartsWith(Refused("grace = 1\ngrace = 2"), ":2: no TOML")) << Refused("grace = 1\ngrace = 2");
  EXPECT_TRUE(absl::StartsWith(Refused("\n\ngrace 1"), ":3: no TOML"));
  EXPECT_TRUE(absl::StartsWith(Refused("grace = 1 \xff"), ":1: no TOML"));
  EXPECT_TRUE(absl::StrContains(Refused(std::string(2 << 20, '#')), "more than 1 MiB"));
}

TEST_F(ConfigTest, ANameOfManyPartsIsRefused) {
  std::string name = "a";
  for (int i = 0; i < 100000; ++i) name += ".a";
  EXPECT_EQ(Refused(absl::StrCat("\n[", name, "]\n")), ":2: more dots than any name or number here has");
  EXPECT_EQ(Refused(absl::StrCat(name, " = 1")), ":1: more dots than any name or number here has");
  EXPECT_EQ(Parse(absl::StrCat("state = '", name, "'  # ", name, "\n\n")), absl::OkStatus());
  EXPECT_EQ(told_.state, name);
  EXPECT_EQ(Refused(absl::StrCat("state = \"\"\"\n.........\n\"\"\"\n", name, " = 1")), ":4: more dots than any name or number here has");
  std::string deep = "state = ";
  for (int i = 0; i < 100000; ++i) deep += "[\n";
  EXPECT_TRUE(absl::StrContains(Refused(deep), "no TOML"));
}

TEST_F(ConfigTest, AFileThatCannotBeReadIsNamed) {
  CLI::App app;
  Told told;
  Add(app, told);
  const char* argv[] = {"program", "--config", "/no/such/file"};
  const absl::Status status = Layers().Parse(app, 3, argv, [](const std::string&) { return ""; });
  EXPECT_TRUE(absl::StrContains(status.message(), "/no/such/file cannot be read: No such file")) << status;
  CLI::App again;
  Add(again, told);
  const char* folder[] = {"program", "--config", "/tmp"};
  EXPECT_TRUE(absl::StrContains(Layers().Parse(again, 3, folder, [](const std::string&) { return ""; }).message(), "/tmp"));
}

TEST_F(ConfigTest, AVariableIsNamed) {
  EXPECT_EQ(Parse("", {}, {{"T_GRACE", "soon"}}).message(), "T_GRACE: expected seconds, 0 to 1e+09, got soon");
  EXPECT_EQ(Parse("", {}, {{"T_LISTEN", ""}}), absl::OkStatus());
}

TEST_F(ConfigTest, FlagsAreCheckedAsWell) {
  for (const char* grace : {"nan", "inf", "-1", "1e10", "", "1s"}) {
    EXPECT_THROW(Parse("", {"--grace", grace}).IgnoreError(), CLI::ParseError) << grace;
  }
  for (const char* memory : {"-1", "1.5GiB", "many", "GiB", "9000000000GiB", "4 parsec", "0x10"}) {
    EXPECT_THROW(Parse("", {"--memory", memory}).IgnoreError(), CLI::ParseError) << memory;
  }
  ASSERT_EQ(Parse("", {"--memory", "64 mib"}), absl::OkStatus());
  EXPECT_EQ(told_.memory, 64 << 20);
}

TEST_F(ConfigTest, WhatIsPrintedIsAFileThatSaysTheSame) {
  ASSERT_EQ(Parse("memory = '4GiB'\nstate = \"a \\\"b\\\"\\n\\\\ # c\"\nlimit = { sessions = 5, cpu-memory = '1GiB' }", {"--grace", "0.1"},
                  {{"T_FUSION", "false"}, {"T_LISTEN", "a:1,unix:/b"}}),
            absl::OkStatus());
  const std::string printed = layers_.ToFile();
  EXPECT_TRUE(absl::StrContains(printed, "\ngrace = 0.1  # --grace\n")) << printed;
  EXPECT_TRUE(absl::StrContains(printed, "fusion = false  # T_FUSION\n")) << printed;
  EXPECT_TRUE(absl::StrContains(printed, absl::StrCat("memory = \"4GiB\"  # ", path_, ":1\n"))) << printed;
  EXPECT_TRUE(absl::StrContains(printed, "threads = 0  # default\n")) << printed;
  EXPECT_FALSE(absl::StrContains(printed, "\nconfig")) << printed;
  const Told before = told_;
  const Layers layers = layers_;
  ASSERT_EQ(Parse(printed), absl::OkStatus()) << printed;
  EXPECT_TRUE(Changed(layers, layers_).empty()) << absl::StrJoin(Changed(layers, layers_), ",");
  EXPECT_EQ(told_.state, before.state);
  EXPECT_EQ(told_.listen, before.listen);
  EXPECT_EQ(told_.limits, before.limits);
  EXPECT_EQ(told_.grace, before.grace);
  EXPECT_EQ(told_.memory, before.memory);
}

TEST_F(ConfigTest, TellsWhatDiffers) {
  ASSERT_EQ(Parse("grace = 1"), absl::OkStatus());
  const Layers before = layers_;
  ASSERT_EQ(Parse("grace = 2\nlimit = ['sessions=4']"), absl::OkStatus());
  EXPECT_EQ(absl::StrJoin(Changed(before, layers_), ","), "grace,limit");
}

TEST(Nearest, IsTheNameThatWasMeant) {
  const std::vector<std::string> names = {"session-grace", "grace", "listen", "tls-cert"};
  EXPECT_EQ(Nearest("sesion-grace", names), "session-grace");
  EXPECT_EQ(Nearest("session_grace", names), "session-grace");
  EXPECT_EQ(Nearest("LISTEN", names), "listen");
  EXPECT_EQ(Nearest("quality", names), "");
  EXPECT_EQ(Nearest("", names), "");
}

}  // namespace
}  // namespace eager::server
