// What is on the disk of named variables: saved whole or not at all, checked when it is read, confined to its folder.

#include "server/state/state_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/bundle/checkpoint_state.h"
#include "server/state/names.h"
#include "tests/support/temp_folder.h"

namespace eager::server {
namespace {

using absl::StatusCode;
using testing::TempFolder;

HostTensor Value(float x) {
  const std::vector<float> values(1000, x);
  return HostTensor::FromSpan<float>(Shape{1000}, values);
}

class StateFolderTest : public ::testing::Test {
 protected:
  std::unique_ptr<StateFolder> Open() {
    auto folder = StateFolder::Open(root_);
    EXPECT_TRUE(folder.ok()) << folder.status();
    return folder.ok() ? *std::move(folder) : nullptr;
  }
  void Put(const std::string& tenant, const std::string& name, float x) {
    ASSERT_TRUE(tenants_.Get(tenant)->variables().Put(name, Value(x), *devices_).ok());
  }
  // The value of a variable as the next start loads it; nullopt if it is not there.
  std::optional<float> Loaded(const std::string& tenant, const std::string& name) {
    TenantSet next;
    const absl::Status status = Open()->Load(next, *devices_);
    EXPECT_TRUE(status.ok()) << status;
    const auto found = next.Get(tenant)->variables().Find(name);
    if (!found.ok()) return std::nullopt;
    return (*found)->Read()->data<float>()[999];
  }
  std::string TenantFile(const std::string& tenant, const std::string& file) const {
    return absl::StrCat(root_, "/tenants/", FileNameOf(tenant), "/", file);
  }
  int Bundles(const std::string& tenant) const {
    int n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TenantFile(tenant, ""))) n += entry.path().extension() == ".index";
    return n;
  }
  // Changes a byte in the middle of a file.
  static void Spoil(const std::string& path) {
    std::string bytes = testing::ReadFile(path);
    ASSERT_FALSE(bytes.empty()) << path;
    bytes[bytes.size() / 2] ^= 1;
    testing::WriteFile(path, bytes);
  }

  TempFolder temp_;
  const std::string root_ = temp_ / "state";
  std::unique_ptr<DeviceSet> devices_ = *DeviceSet::Make({"cpu", 0});
  TenantSet tenants_;
};

TEST_F(StateFolderTest, GivesBackWhatItSavedOfEveryTenant) {
  Put("default", "w", 1);
  Put("default", "b", 2);
  Put("../evil/..", "w", 3);
  ASSERT_TRUE(tenants_.Get("idle") != nullptr);
  auto saved = Open()->Save(tenants_);
  ASSERT_TRUE(saved.ok()) << saved.status();
  EXPECT_EQ(saved->tenants, 2);
  EXPECT_EQ(saved->size.variables, 3);
  EXPECT_EQ(saved->size.bytes, 12000);
  EXPECT_EQ(Loaded("default", "w"), 1);
  EXPECT_EQ(Loaded("default", "b"), 2);
  EXPECT_EQ(Loaded("../evil/..", "w"), 3);
  EXPECT_EQ(Loaded("idle", "w"), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(root_ + "/tenants/idle"));
  EXPECT_FALSE(std::filesystem::exists(temp_ / "evil"));
}

TEST_F(StateFolderTest, SavesWhatHasChangedAndKeepsTwo) {
  const auto folder = Open();
  for (int i = 1; i <= 4; ++i) {
    Put("t", "w", static_cast<float>(i));
    EXPECT_EQ(folder->Save(tenants_)->tenants, 1);
    EXPECT_EQ(folder->Save(tenants_)->tenants, 0);
  }
  EXPECT_EQ(Bundles("t"), 2);
  const auto state = bundle::ReadState(root_ + "/tenants/t");
  ASSERT_TRUE(state.ok() && state->has_value());
  EXPECT_TRUE(absl::EndsWith((*state)->latest, "ckpt-4")) << (*state)->latest;
  EXPECT_EQ((*state)->all.size(), 2u);
}

TEST_F(StateFolderTest, DeletedVariablesStayAway) {
  Put("t", "w", 1);
  ASSERT_TRUE(Open()->Save(tenants_).ok());
  // Also when nothing else happens between a start and its end.
  TenantSet next;
  const auto folder = Open();
  ASSERT_TRUE(folder->Load(next, *devices_).ok());
  ASSERT_TRUE(next.Get("t")->variables().Delete("w").ok());
  ASSERT_TRUE(folder->Save(next).ok());
  TenantSet last;
  EXPECT_TRUE(folder->Load(last, *devices_).ok());
  EXPECT_TRUE(last.Get("t")->variables().List().empty());
}

TEST_F(StateFolderTest, ABrokenSaveGivesWayToTheOneBefore) {
  Put("t", "w", 1);
  ASSERT_TRUE(Open()->Save(tenants_).ok());
  Put("t", "w", 2);
  ASSERT_TRUE(Open()->Save(tenants_).ok());
  EXPECT_EQ(Loaded("t", "w"), 2);
  Spoil(TenantFile("t", "ckpt-2.data-00000-of-00001"));
  EXPECT_EQ(Loaded("t", "w"), 1);
  // What is saved then does not go by the broken one's name, and takes its place.
  {
    const auto folder = Open();
    TenantSet next;
    ASSERT_TRUE(folder->Load(next, *devices_).ok());
    ASSERT_TRUE(next.Get("t")->variables().Put("w", Value(3), *devices_).ok());
    ASSERT_TRUE(folder->Save(next).ok());
  }
  EXPECT_EQ(Loaded("t", "w"), 3);
  EXPECT_FALSE(std::filesystem::exists(TenantFile("t", "ckpt-2.index")));
  // The file that says which is the newest may be lost as well.
  std::filesystem::remove(TenantFile("t", "checkpoint"));
  EXPECT_EQ(Loaded("t", "w"), 3);
  testing::WriteFile(TenantFile("t", "checkpoint"), "\xFFgarbage");
  EXPECT_EQ(Loaded("t", "w"), 3);
  // None is whole: better no start than one that forgets.
  for (const char* save : {"ckpt-1.index", "ckpt-3.index"}) Spoil(TenantFile("t", save));
  TenantSet next;
  const absl::Status status = Open()->Load(next, *devices_);
  EXPECT_EQ(status.code(), StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(status.message(), TenantFile("t", "ckpt"))) << status;
}

TEST_F(StateFolderTest, WhatIsHalfWrittenIsNotThere) {
  Put("t", "w", 1);
  ASSERT_TRUE(Open()->Save(tenants_).ok());
  // A daemon that was killed before it had written the file `checkpoint`, and one in the middle of a bundle.
  for (const char* part : {".index", ".data-00000-of-00001"}) {
    std::filesystem::copy(TenantFile("t", absl::StrCat("ckpt-1", part)), TenantFile("t", absl::StrCat("ckpt-2", part)));
  }
  testing::WriteFile(TenantFile("t", "ckpt-3.data-0.tempstate0123456789abcdef"), "half");
  EXPECT_EQ(Loaded("t", "w"), 1);
  Put("t", "w", 4);
  ASSERT_TRUE(Open()->Save(tenants_).ok());
  EXPECT_EQ(Loaded("t", "w"), 4);
  EXPECT_EQ(Bundles("t"), 2);
  EXPECT_FALSE(std::filesystem::exists(TenantFile("t", "ckpt-3.data-0.tempstate0123456789abcdef")));
}

// No file may be larger than this while it lives: as a full disk, also for root.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

TEST_F(StateFolderTest, AFailedSaveLeavesTheLastOneAndTheNextOneWorks) {
  Put("t", "w", 1);
  Put("u", "w", 1);
  const auto folder = Open();
  ASSERT_TRUE(folder->Save(tenants_).ok());
  Put("t", "w", 2);
  const auto loaded = [&] {
    TenantSet next;
    EXPECT_TRUE(folder->Load(next, *devices_).ok());
    return (*next.Get("t")->variables().Find("w"))->Read()->data<float>()[0];
  };
  {
    const FullDisk full(1000);
    EXPECT_FALSE(folder->Save(tenants_).ok());
  }
  EXPECT_EQ(loaded(), 1);
  EXPECT_EQ(Bundles("t"), 1);
  // The bundle can be written, and the file that names it cannot; the other tenant's is saved.
  std::filesystem::remove(TenantFile("t", "checkpoint"));
  std::filesystem::create_directories(TenantFile("t", "checkpoint/in-the-way"));
  Put("u", "w", 5);
  EXPECT_FALSE(folder->Save(tenants_).ok());
  EXPECT_EQ(loaded(), 1);
  EXPECT_EQ(Bundles("t"), 1);
  EXPECT_EQ(Bundles("u"), 2);
  std::filesystem::remove_all(TenantFile("t", "checkpoint"));
  ASSERT_TRUE(folder->Save(tenants_).ok());
  EXPECT_EQ(loaded(), 2);
}

TEST_F(StateFolderTest, IsOneDaemonsAtATime) {
  const auto folder = Open();
  const auto second = StateFolder::Open(root_ + "/");
  EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(second.status().message(), root_)) << second.status();
  testing::WriteFile(temp_ / "file", "");
  EXPECT_FALSE(StateFolder::Open(temp_ / "file").ok());
}

TEST_F(StateFolderTest, ExportsAndImportsByName) {
  Put("t", "w", 1);
  const auto folder = Open();
  Tenant& tenant = *tenants_.Get("t");
  for (const char* bad : {"", ".", "..", "../x", "a/b", ".hidden", "a b", "\n"}) {
    EXPECT_EQ(folder->Export(tenant, bad).status().code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_EQ(folder->Import(tenant, bad, *devices_).status().code(), StatusCode::kInvalidArgument) << bad;
  }
  ASSERT_EQ(folder->Export(tenant, "best-1.5")->variables, 1);
  Put("t", "w", 2);
  EXPECT_EQ(folder->Import(*tenants_.Get("other"), "best-1.5", *devices_).status().code(), StatusCode::kNotFound);
  ASSERT_EQ(folder->Import(tenant, "best-1.5", *devices_)->bytes, 4000);
  EXPECT_EQ((*tenant.variables().Find("w"))->Read()->data<float>()[0], 1);
  // Of two variables one does not fit: neither changes.
  ASSERT_TRUE(tenant.variables().Put("a", Value(7), *devices_).ok());
  ASSERT_TRUE(folder->Export(tenant, "both").ok());
  ASSERT_TRUE(tenant.variables().Put("a", Value(8), *devices_).ok());
  ASSERT_TRUE(tenant.variables().Delete("w").ok());
  ASSERT_TRUE(tenant.variables().Put("w", HostTensor::Scalar(1), *devices_).ok());
  const auto refused = folder->Import(tenant, "both", *devices_);
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(refused.status().message(), "'w'")) << refused.status();
  EXPECT_EQ((*tenant.variables().Find("a"))->Read()->data<float>()[0], 8);
}

TEST(StateNames, AreSafeAndComeBack) {
  for (const std::string& tenant : {std::string("default"), std::string("a/b"), std::string(".."), std::string("team.ai-2_x"), std::string("%2F"),
                                    std::string("\0\n", 2), std::string("m\xC3\xBCller")}) {
    const std::string name = FileNameOf(tenant);
    EXPECT_EQ(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%-_."), std::string::npos) << name;
    EXPECT_NE(name[0], '.');
    EXPECT_EQ(TenantOf(name), tenant);
  }
  for (const char* odd : {"", "a b", "%2f", "%41", "%4", "%", "..", "lost+found"}) EXPECT_EQ(TenantOf(odd), std::nullopt) << odd;
}

}  // namespace
}  // namespace eager::server
