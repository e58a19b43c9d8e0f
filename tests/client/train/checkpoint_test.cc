// Saving, and restoring into the same program.

#include "bundle/object_graph.pb.h"
#include "client/core/tape_state.h"
#include "client/gradient_tape.h"
#include "common/bundle/reader.h"
#include "tests/client/train/support.h"

namespace eager::train {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CheckpointTest : public WithServer {};

TEST_F(CheckpointTest, SaveAndRestore) {
  Line model({1, 2}, 3);
  Variable step(constant(int64_t{7}), {.name = "step"});
  Checkpoint ckpt({{"model", model}, {"step", step}});
  EXPECT_EQ(ckpt.save(At("run/ckpt")), At("run/ckpt-1"));
  EXPECT_EQ(ckpt.save(At("run/ckpt")), At("run/ckpt-2"));
  EXPECT_EQ(testing::ReadFile(At("run/checkpoint")),
            "model_checkpoint_path: \"ckpt-2\"\nall_model_checkpoint_paths: \"ckpt-2\"\n");
  model.w.assign(constant({5.0f, 5.0f}));
  step.assign(constant(int64_t{0}));

  ckpt.restore(At("run/ckpt-1")).assert_consumed().assert_existing_objects_matched();
  EXPECT_THAT(model.w.read<float>(), ElementsAre(1, 2));
  EXPECT_EQ(int64_t(step), 7);
  EXPECT_EQ(int64_t(ckpt.save_counter()), 1);

  Line other;
  Variable other_step(constant(int64_t{0}));
  Checkpoint fresh({{"step", other_step}, {"model", other}});
  fresh.restore(latest_checkpoint(At("run"))).assert_consumed();
  EXPECT_THAT(other.w.read<float>(), ElementsAre(1, 2));
  EXPECT_EQ(float(other.b), 3);
  EXPECT_EQ(fresh.save(At("run/ckpt")), At("run/ckpt-3"));
}

TEST_F(CheckpointTest, OneObject) {
  Variable v = Var({1, 2});
  Checkpoint ckpt({{"v", v}});
  ckpt.write(At("p"));
  v.assign(constant({0.0f, 0.0f}));
  ckpt.read(At("p")).assert_consumed();
  EXPECT_THAT(v.read<float>(), ElementsAre(1, 2));
  EXPECT_FALSE(std::filesystem::exists(At("checkpoint")));
  EXPECT_THAT(load_checkpoint(At("p")).keys(),
              ElementsAre("_CHECKPOINTABLE_OBJECT_GRAPH", "v/.ATTRIBUTES/VARIABLE_VALUE"));
}

// TensorFlow's bytes for the same objects.
TEST_F(CheckpointTest, TheFilesOfTensorFlow) {
  Variable v = Var({1, 2, 3}, "vee"), step(constant(int64_t{7}), {.name = "global_step"});
  Checkpoint({{"v", v}, {"step", step}}).write(At("p"));
  const std::string index = testing::ReadFile(At("p.index"));
  EXPECT_EQ(index.size(), 241u);
  // The checksums of the graph, of step and of v, as TensorFlow stores them.
  EXPECT_NE(index.find("\x35\x98\x44\xc7\xd5"), std::string::npos);
  EXPECT_NE(index.find("\x35\xbb\xd7\x9f\x11"), std::string::npos);
  EXPECT_NE(index.find("\x35\x73\x5b\x89\x71"), std::string::npos);
}

class Tree : public Module {
 public:
  Variable W = Var({1}, "weight"), B = Var({2}, "bias");
  std::vector<std::vector<Variable>> layers{{Var({3}), Var({4})}, {Var({5})}};
  std::map<std::string, Variable> child{{"a.b/c", Var({6}, "odd")}, {"shared", W}};
  std::vector<Variable> none;
  EAGER_TRACK(W, B, layers, child, none)
};

TEST_F(CheckpointTest, GraphOfAModule) {
  Tree tree;
  Checkpoint ckpt({{"model", tree}});
  ckpt.save(At("ckpt"));
  const auto bytes = (*bundle::BundleReader::Open(At("ckpt-1")))->Read("_CHECKPOINTABLE_OBJECT_GRAPH");
  bundle::pb::ObjectGraph graph;
  ASSERT_TRUE(graph.ParseFromString(std::string(bytes->string_at(0))));
  std::string text;
  for (const auto& node : graph.nodes()) {
    for (const auto& edge : node.children()) text += edge.local_name() + ":" + std::to_string(edge.node_id()) + " ";
    for (const auto& attribute : node.attributes()) text += attribute.full_name() + "=" + attribute.checkpoint_key();
    text += node.has_checkpoint_values().value() ? "\n" : "-\n";
  }
  EXPECT_EQ(text,
            "model:1 save_counter:2 \n"
            "W:3 B:4 layers:5 child:6 none:7 \n"
            "save_counter=save_counter/.ATTRIBUTES/VARIABLE_VALUE\n"
            "weight=model/W/.ATTRIBUTES/VARIABLE_VALUE\n"
            "bias=model/B/.ATTRIBUTES/VARIABLE_VALUE\n"
            "0:8 1:9 \n"
            "a.b/c:10 shared:3 \n"
            "-\n"
            "0:11 1:12 \n"
            "0:13 \n"
            "odd=model/child/a..b.Sc/.ATTRIBUTES/VARIABLE_VALUE\n"
            "Variable=model/layers/0/0/.ATTRIBUTES/VARIABLE_VALUE\n"
            "Variable=model/layers/0/1/.ATTRIBUTES/VARIABLE_VALUE\n"
            "Variable=model/layers/1/0/.ATTRIBUTES/VARIABLE_VALUE\n");
  for (Variable& v : tree.layers[0]) v.assign(constant({0.0f}));
  ckpt.restore(At("ckpt-1")).assert_consumed();
  EXPECT_THAT(tree.layers[0][1].read<float>(), ElementsAre(4));
}

TEST_F(CheckpointTest, NestedCheckpoints) {
  Variable x = Var({1}, "x"), y = Var({2}, "y");
  Checkpoint inner({{"y", y}});
  Checkpoint outer({{"x", x}, {"nested", inner}});
  outer.write(At("p"));
  EXPECT_TRUE(load_checkpoint(At("p")).has_tensor("nested/y/.ATTRIBUTES/VARIABLE_VALUE"));
  y.assign(constant({0.0f}));
  outer.read(At("p")).assert_consumed();
  EXPECT_THAT(y.read<float>(), ElementsAre(2));
}

TEST_F(CheckpointTest, WeightsHaveTheModelAsRoot) {
  Line model({1, 2}, 3);
  save_weights(model, At("Model/weights"));
  EXPECT_EQ(testing::ReadFile(At("Model/checkpoint")),
            "model_checkpoint_path: \"weights\"\nall_model_checkpoint_paths: \"weights\"\n");
  EXPECT_THAT(
      load_checkpoint(At("Model")).keys(),
      ElementsAre("_CHECKPOINTABLE_OBJECT_GRAPH", "b/.ATTRIBUTES/VARIABLE_VALUE", "w/.ATTRIBUTES/VARIABLE_VALUE"));
  Line fresh;
  load_weights(fresh, At("Model/weights")).assert_consumed();
  EXPECT_THAT(fresh.w.read<float>(), ElementsAre(1, 2));
  EXPECT_EQ(float(fresh.b), 3);
}

TEST_F(CheckpointTest, EveryDTypeThroughTheServer) {
  std::vector<HostTensor> values{HostTensor::FromSpan<float>(Shape{2}, {1.5f, -0.0f}),
                                 HostTensor::FromSpan<double>(Shape{1}, {1e300}),
                                 HostTensor::FromSpan<int32_t>(Shape{1, 2}, {1, -2}),
                                 HostTensor::FromSpan<uint8_t>(Shape{2}, {0, 255}),
                                 HostTensor::FromSpan<int16_t>(Shape{1}, {-3}),
                                 HostTensor::FromSpan<int8_t>(Shape{1}, {-4}),
                                 HostTensor::FromSpan<int64_t>(Shape(), {1LL << 60}),
                                 HostTensor::FromSpan<bool>(Shape{3}, {true, false, true}),
                                 HostTensor::FromSpan<uint16_t>(Shape{1}, {65535}),
                                 HostTensor::FromSpan<uint32_t>(Shape{0}, {}),
                                 HostTensor::FromSpan<uint64_t>(Shape{1}, {~0ull}),
                                 HostTensor::Scalar(Float16(0.5f)),
                                 HostTensor::Scalar(BFloat16(0.25f)),
                                 HostTensor::Strings(Shape{2}, {"", "text"}),
                                 HostTensor(TensorSpec{DType::kComplex64, Shape{2}}),
                                 HostTensor(TensorSpec{DType::kComplex128, Shape{1, 1}})};
  std::vector<Variable> saved, fresh;
  for (const HostTensor& value : values) {
    saved.emplace_back(constant(value));
    fresh.emplace_back(constant(value.dtype() == DType::kString ? HostTensor::Strings(value.shape(), {"x", "y"})
                                                                : HostTensor(value.spec())));
  }
  Checkpoint({{"all", saved}}).write(At("p"));
  Checkpoint({{"all", fresh}}).read(At("p")).assert_consumed();
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(fresh[i].numpy().bytes(), values[i].bytes()) << values[i].spec().ToString();
}

TEST_F(CheckpointTest, ManyAndLargeVariables) {
  std::vector<Variable> variables;
  for (int i = 0; i < 100; ++i) variables.push_back(Var({float(i)}));
  HostTensor large(TensorSpec{DType::kFloat32, Shape{3, 1000000}});
  large.values<float>()[2999999] = 5;
  variables.emplace_back(constant(large));
  Checkpoint ckpt({{"v", variables}});
  ckpt.write(At("p"), {.max_shard_bytes = 1 << 20});
  EXPECT_TRUE(std::filesystem::exists(At("p.data-00001-of-00003")));
  variables[99].assign(constant({0.0f}));
  variables[100].assign(constant(HostTensor(large.spec())));
  ckpt.read(At("p")).assert_consumed();
  EXPECT_THAT(variables[99].read<float>(), ElementsAre(99));
  EXPECT_EQ(variables[100].read<float>()[2999999], 5);
}

TEST_F(CheckpointTest, ATapeSeesNothingOfIt) {
  Line model({1, 2}, 3);
  Checkpoint ckpt({{"model", model}});
  GradientTape tape;
  ckpt.save(At("p"));
  ckpt.restore(At("p-1"));
  EXPECT_TRUE(eager::internal::ActiveTapes().back()->watched_variables.empty());
}

TEST_F(CheckpointTest, TwoPartsOfOneName) {
  Variable a = Var({1}), b = Var({2});
  Checkpoint ckpt({{"v", a}, {"v", b}});
  EXPECT_THAT(ThrownBy([&] { ckpt.write(At("p")); }).text, HasSubstr("two parts of the name 'v'"));
  Checkpoint twice({{"v", a}, {"v", a}});  // the same one
  twice.write(At("p"));
}

TEST_F(CheckpointTest, FoldersThatCannotBeWritten) {
  Line model;
  Checkpoint ckpt({{"model", model}});
  testing::WriteFile(At("file"), "");
  const Thrown thrown = ThrownBy([&] { ckpt.save(At("file/ckpt")); });
  EXPECT_NE(thrown.code, absl::StatusCode::kOk);
  EXPECT_THAT(thrown.text, HasSubstr(At("file")));
  EXPECT_THAT(thrown.text, HasSubstr("checkpoint_test.cc"));
  EXPECT_EQ(ckpt.save(At("ckpt")), At("ckpt-2"));  // the session goes on
}

TEST_F(CheckpointTest, Listings) {
  Line model;
  Checkpoint({{"model", model}}).save(At("ckpt"));
  const auto variables = list_variables(folder_.path().string());
  ASSERT_EQ(variables.size(), 4u);
  EXPECT_EQ(variables[2].name, "model/w/.ATTRIBUTES/VARIABLE_VALUE");
  EXPECT_EQ(variables[2].spec.ToString(), "float32[2]");
  EXPECT_EQ(latest_checkpoint(At("nowhere")), std::nullopt);
  EXPECT_EQ(ThrownBy([&] { load_checkpoint(At("nothing")); }).code, absl::StatusCode::kNotFound);
  EXPECT_EQ(ThrownBy([&] { load_checkpoint(At("ckpt-1")).get_tensor("w"); }).code, absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace eager::train
