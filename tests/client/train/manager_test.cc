// CheckpointManager: which checkpoints stay, and what the folder's list says.

#include "tests/client/train/support.h"

namespace eager::train {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ManagerTest : public WithServer {
 protected:
  bool Exists(const std::string& name) const { return std::filesystem::exists(At(name + ".index")); }

  double now_ = 1000000;
  CheckpointManagerOptions Options(int keep, double hours = 0) {
    return {.max_to_keep = keep, .keep_checkpoint_every_n_hours = hours, .clock = [this] { return now_; }};
  }
};

TEST_F(ManagerTest, KeepsTheLastOnes) {
  Variable v = Var({1});
  Checkpoint ckpt({{"v", v}});
  CheckpointManager manager(ckpt, folder_.path().string(), Options(2));
  EXPECT_EQ(manager.latest_checkpoint(), std::nullopt);
  for (int i = 1; i <= 4; ++i) {
    now_ += 10;
    EXPECT_EQ(manager.save(), At("ckpt-" + std::to_string(i)));
  }
  EXPECT_THAT(manager.checkpoints(), ElementsAre(At("ckpt-3"), At("ckpt-4")));
  EXPECT_FALSE(Exists("ckpt-2"));
  EXPECT_FALSE(std::filesystem::exists(At("ckpt-2.data-00000-of-00001")));
  EXPECT_TRUE(Exists("ckpt-3"));
  EXPECT_EQ(testing::ReadFile(At("checkpoint")),
            "model_checkpoint_path: \"ckpt-4\"\n"
            "all_model_checkpoint_paths: \"ckpt-3\"\n"
            "all_model_checkpoint_paths: \"ckpt-4\"\n"
            "all_model_checkpoint_timestamps: 1000030\n"
            "all_model_checkpoint_timestamps: 1000040\n"
            "last_preserved_timestamp: 999999\n");
}

TEST_F(ManagerTest, GoesOnInANewProcess) {
  Variable v = Var({1});
  {
    Checkpoint ckpt({{"v", v}});
    CheckpointManager manager(ckpt, At("new/folder"), Options(2));
    for (int i = 0; i < 3; ++i, now_ += 1) manager.save();
  }
  Variable w = Var({0});
  Checkpoint ckpt({{"v", w}});
  CheckpointManager manager(ckpt, At("new/folder"), Options(2));
  EXPECT_THAT(manager.checkpoints(), ElementsAre(At("new/folder/ckpt-2"), At("new/folder/ckpt-3")));
  EXPECT_EQ(manager.restore_or_initialize(), At("new/folder/ckpt-3"));
  EXPECT_THAT(w.read<float>(), ElementsAre(1));
  EXPECT_EQ(manager.save(), At("new/folder/ckpt-4"));
  EXPECT_FALSE(Exists("new/folder/ckpt-2"));
}

TEST_F(ManagerTest, OneOfEachSoManyHoursStays) {
  Variable v = Var({1});
  Checkpoint ckpt({{"v", v}});
  CheckpointManager manager(ckpt, folder_.path().string(), Options(1, /*hours=*/1));
  for (int i = 1; i <= 10; ++i) {
    now_ += 1800;
    manager.save();
  }
  for (int i = 1; i <= 9; ++i) EXPECT_EQ(Exists("ckpt-" + std::to_string(i)), i % 2 == 0) << i;
  EXPECT_THAT(manager.checkpoints(), ElementsAre(At("ckpt-10")));
}

TEST_F(ManagerTest, AllStayWithoutALimit) {
  Variable v = Var({1});
  Checkpoint ckpt({{"v", v}});
  CheckpointManager manager(ckpt, folder_.path().string(), Options(0));
  for (int i = 0; i < 7; ++i) manager.save();
  EXPECT_TRUE(Exists("ckpt-1"));
  EXPECT_EQ(manager.checkpoints().size(), 7u);
}

TEST_F(ManagerTest, NumbersAndNamesAsGiven) {
  Variable v = Var({1});
  Checkpoint ckpt({{"v", v}});
  CheckpointManagerOptions options = Options(2);
  options.checkpoint_name = "model";
  int initialized = 0;
  options.init_fn = [&] { ++initialized; };
  CheckpointManager manager(ckpt, folder_.path().string(), options);
  EXPECT_EQ(manager.restore_or_initialize(), std::nullopt);
  EXPECT_EQ(initialized, 1);
  EXPECT_EQ(manager.save(100), At("model-100"));
  EXPECT_EQ(manager.save(7), At("model-7"));
  EXPECT_EQ(manager.save(100), At("model-100"));  // goes to the end
  EXPECT_THAT(manager.checkpoints(), ElementsAre(At("model-7"), At("model-100")));
  EXPECT_EQ(int64_t(ckpt.save_counter()), 0);
}

TEST_F(ManagerTest, AListThatCannotBeRead) {
  testing::WriteFile(At("checkpoint"), "\x01\x02");
  Variable v = Var({1});
  Checkpoint ckpt({{"v", v}});
  EXPECT_THAT(ThrownBy([&] { CheckpointManager(ckpt, folder_.path().string()); }).text, HasSubstr(At("checkpoint")));
}

}  // namespace
}  // namespace eager::train
