// Restoring into programs that differ from the file, or are not there yet.

#include "absl/strings/str_cat.h"
#include "common/bundle/writer.h"
#include "tests/client/train/support.h"
#include "tests/golden/golden.h"

namespace eager::train {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Code = absl::StatusCode;

class RestoreTest : public WithServer {
 protected:
  void SetUp() override {
    WithServer::SetUp();
    Line line({1, 2}, 3);
    Checkpoint({{"model", line}}).save(At("ckpt"));
  }
};

TEST_F(RestoreTest, AnotherShapeChangesNothing) {
  Line other({0, 0, 0}, 9);
  Checkpoint ckpt({{"model", other}});
  const Thrown thrown = ThrownBy([&] { ckpt.restore(At("ckpt-1")); });
  EXPECT_EQ(thrown.code, Code::kInvalidArgument);
  EXPECT_THAT(thrown.text, AllOf(HasSubstr("'model/w' (weight:0)"), HasSubstr("float32[3]"), HasSubstr("float32[2]"),
                                 HasSubstr("'model/w/.ATTRIBUTES/VARIABLE_VALUE'"), HasSubstr("ckpt-1"),
                                 HasSubstr("restore_test.cc")));
  EXPECT_EQ(float(other.b), 9);
}

TEST_F(RestoreTest, AnotherDType) {
  Variable w(constant({1, 2}));
  std::map<std::string, Variable> model{{"w", w}};
  EXPECT_THAT(ThrownBy([&] {
                Checkpoint({{"model", model}}).restore(At("ckpt-1"));
              }).text,
              AllOf(HasSubstr("int32[2]"), HasSubstr("float32[2]")));
}

TEST_F(RestoreTest, ChangedBytesChangeNothing) {
  std::string data = testing::ReadFile(At("ckpt-1.data-00000-of-00001"));
  data[16] = static_cast<char>(data[16] ^ 1);  // behind the counter and a part of w
  testing::WriteFile(At("ckpt-1.data-00000-of-00001"), data);
  Line line({8, 8}, 9);
  Checkpoint ckpt({{"model", line}});
  const Thrown thrown = ThrownBy([&] { ckpt.restore(At("ckpt-1")); });
  EXPECT_EQ(thrown.code, Code::kDataLoss);
  EXPECT_THAT(thrown.text, AllOf(HasSubstr("ckpt-1.data-00000-of-00001"), HasSubstr("key 'model/")));
  EXPECT_THAT(line.w.read<float>(), ElementsAre(8, 8));
  EXPECT_EQ(float(line.b), 9);
}

TEST_F(RestoreTest, MissingAndExtraValues) {
  Line line;
  Variable extra = Var({1}, "extra");
  Checkpoint more({{"model", line}, {"extra", extra}});
  const CheckpointLoadStatus status = more.restore(At("ckpt-1"));
  EXPECT_THAT(line.w.read<float>(), ElementsAre(1, 2));
  Thrown thrown = ThrownBy([&] { status.assert_existing_objects_matched(); });
  EXPECT_EQ(thrown.code, Code::kFailedPrecondition);
  EXPECT_THAT(thrown.text, HasSubstr("'extra' (extra:0)"));

  std::map<std::string, Variable> half{{"w", line.w}};
  Checkpoint less({{"model", half}});
  const CheckpointLoadStatus partial = less.restore(At("ckpt-1"));
  partial.assert_existing_objects_matched();
  thrown = ThrownBy([&] { partial.assert_consumed(); });
  EXPECT_EQ(thrown.code, Code::kFailedPrecondition);
  EXPECT_THAT(thrown.text, HasSubstr("model/b/.ATTRIBUTES/VARIABLE_VALUE"));
}

TEST_F(RestoreTest, ValuesLeftOverAreToldUnlessExpected) {
  const auto said = [&](auto then) {
    Line line;
    std::map<std::string, Variable> half{{"w", line.w}};
    ::testing::internal::CaptureStderr();
    then(Checkpoint({{"model", half}}).restore(At("ckpt-1")));
    return ::testing::internal::GetCapturedStderr();
  };
  EXPECT_THAT(said([](const auto&) {}), HasSubstr("model/b/.ATTRIBUTES/VARIABLE_VALUE"));
  EXPECT_EQ(said([](const auto& status) { status.expect_partial(); }), "");
  EXPECT_EQ(said([](const auto& status) { status.assert_existing_objects_matched(); }), "");
}

TEST_F(RestoreTest, NothingInCommon) {
  class Other : public Module {
   public:
    Variable kernel = Var({1});
    EAGER_TRACK(kernel)
  } module;
  EXPECT_THAT(ThrownBy([&] { load_weights(module, At("ckpt-1")); }).text, HasSubstr("nothing of the checkpoint"));
}

TEST_F(RestoreTest, NoCheckpoint) {
  Line line;
  Checkpoint ckpt({{"model", line}});
  const CheckpointLoadStatus status = ckpt.restore(latest_checkpoint(At("nowhere")));
  status.expect_partial();
  EXPECT_THAT(ThrownBy([&] { status.assert_consumed(); }).text, HasSubstr("no checkpoint was given"));
  EXPECT_EQ(ThrownBy([&] { ckpt.restore(At("nothing")); }).code, Code::kNotFound);
}

TEST_F(RestoreTest, AFileWithoutCounter) {
  Line line({4, 5}, 6);
  Checkpoint ckpt({{"model", line}});
  ckpt.write(At("plain"));
  ckpt.read(At("plain")).assert_consumed();
  EXPECT_THAT(ThrownBy([&] { ckpt.restore(At("plain")).assert_consumed(); }).text, HasSubstr("save_counter"));
}

class Model : public Module {
 public:
  std::vector<std::shared_ptr<Lazy>> layers{std::make_shared<Lazy>(), std::make_shared<Lazy>()};
  EAGER_TRACK(layers)
};

TEST_F(RestoreTest, LayersThatAreBuiltLater) {
  Model model;
  for (auto& layer : model.layers) layer->build(2);
  model.layers[0]->kernel->assign(constant({1.0f, 2.0f}));
  model.layers[1]->kernel->assign(constant({3.0f, 4.0f}));
  save_weights(model, At("weights"));

  Model fresh;
  const CheckpointLoadStatus status = load_weights(fresh, At("weights"));
  status.assert_existing_objects_matched();  // there is none yet
  EXPECT_THAT(ThrownBy([&] { status.assert_consumed(); }).text, HasSubstr("layers/1/kernel"));
  std::filesystem::remove(At("weights.index"));  // the values are read when they are needed, the file is open
  std::filesystem::remove(At("weights.data-00000-of-00001"));
  fresh.layers[1]->build(2);
  EXPECT_THAT(fresh.layers[1]->kernel->read<float>(), ElementsAre(3, 4));
  fresh.layers[0]->build(2);
  EXPECT_THAT(fresh.layers[0]->kernel->read<float>(), ElementsAre(1, 2));
  status.assert_consumed();

  Model small;
  save_weights(model, At("weights"));
  load_weights(small, At("weights")).expect_partial();
  EXPECT_THAT(ThrownBy([&] { small.layers[0]->build(3); }).text,
              AllOf(HasSubstr("'layers/0/kernel'"), HasSubstr("float32[3]")));
}

TEST_F(RestoreTest, ALayerThatMovesBeforeItIsBuilt) {
  std::vector<Lazy> layers(1);
  layers[0].build(1);
  layers[0].kernel->assign(constant({7.0f}));
  Checkpoint({{"layers", layers}}).write(At("p"));
  std::vector<Lazy> fresh(1);
  Checkpoint ckpt({{"layers", fresh}});
  ckpt.read(At("p")).expect_partial();
  fresh.reserve(100);
  fresh[0].build(1);
  EXPECT_THAT(fresh[0].kernel->read<float>(), ElementsAre(7));
}

// Slots, as Keras's legacy optimizers have them.
class Momentum : public Module {
 public:
  std::vector<std::pair<Variable, Variable>> slots;
  void build(const std::vector<Variable>& variables) {
    for (const Variable& v : variables)
      slots.emplace_back(v, Variable(constant(HostTensor(TensorSpec{v.dtype(), v.shape()}))));
    finish_build();
  }
  std::optional<Variable> slot_variable(const Variable& of, const std::string& slot) override {
    if (slot != "momentum") return std::nullopt;
    for (const auto& [variable, state] : slots) {
      if (variable.handle().state() == of.handle().state()) return state;
    }
    return std::nullopt;
  }
};

class DenseLayer : public Module {
 public:
  DenseLayer(int64_t n, int64_t m)
      : kernel(constant(HostTensor(TensorSpec{DType::kFloat32, Shape{n, m}}))),
        bias(constant(HostTensor(TensorSpec{DType::kFloat32, Shape{m}}))) {}
  Variable kernel, bias;
  EAGER_TRACK(kernel, bias)
};

class TwoLayers : public Module {
 public:
  DenseLayer first{3, 4}, second{4, 2};
  std::vector<Tracked> tracked() override {
    return {{"layer_with_weights-0", &first}, {"layer_with_weights-1", &second}};
  }
};

TEST_F(RestoreTest, SlotsOfALegacyOptimizer) {
  const auto golden = golden::FindFolder();
  ASSERT_TRUE(golden.ok());
  ASSERT_TRUE(golden::CopyFolder(*golden, "checkpoints/keras_legacy_momentum", folder_.path() / "old").ok());
  const CheckpointReader file = load_checkpoint(At("old"));
  const auto expect = [&](const Variable& slot, const std::string& of) {
    EXPECT_EQ(
        slot.numpy().bytes(),
        file.get_tensor("model/" + of + "/.OPTIMIZER_SLOT/optimizer/momentum/.ATTRIBUTES/VARIABLE_VALUE").bytes());
  };
  for (const bool before : {true, false}) {
    TwoLayers model;
    Momentum optimizer;
    Checkpoint ckpt({{"model", model}, {"optimizer", optimizer}});
    if (before) optimizer.build(model.variables());
    const CheckpointLoadStatus status = ckpt.restore(latest_checkpoint(At("old"))).expect_partial();
    if (!before) optimizer.build(model.variables());
    status.assert_existing_objects_matched();
    EXPECT_EQ(model.second.kernel.numpy().bytes(),
              file.get_tensor("model/layer_with_weights-1/kernel/.ATTRIBUTES/VARIABLE_VALUE").bytes());
    expect(*optimizer.slot_variable(model.first.kernel, "momentum"), "layer_with_weights-0/kernel");
    expect(*optimizer.slot_variable(model.second.bias, "momentum"), "layer_with_weights-1/bias");
  }
}

class NamesOnly : public RestoreTest {
 protected:
  void SetUp() override {
    WithServer::SetUp();
    auto writer = bundle::BundleWriter::Open(At("old"));
    ASSERT_TRUE((*writer)->Add("weight", HostTensor::FromSpan<float>(Shape{2}, {1, 2})).ok());
    ASSERT_TRUE((*writer)->Add("bias", HostTensor::Scalar(3.0f)).ok());
    ASSERT_TRUE((*writer)->Finish().ok());
  }
};

TEST_F(NamesOnly, AreEnough) {
  Line line;
  Checkpoint ckpt({{"anything", line}});
  ckpt.restore(At("old")).assert_consumed();
  EXPECT_THAT(line.w.read<float>(), ElementsAre(1, 2));
  EXPECT_EQ(float(line.b), 3);
}

TEST_F(NamesOnly, MustBeUnique) {
  Line a, b;
  Checkpoint ckpt({{"a", a}, {"b", b}});
  EXPECT_THAT(ThrownBy([&] { ckpt.restore(At("old")); }).text,
              AllOf(HasSubstr("'a/w'"), HasSubstr("'b/w'"), HasSubstr("'weight'")));
}

// Edges to one object under several names, for readers that know it by one or the other.
class Aliased : public Module {
 public:
  explicit Aliased(std::string known_as) : known_as_(std::move(known_as)) {}
  Variable kernel = Var({0}, "kernel");
  std::vector<Tracked> tracked() override { return {{"kernel", kernel}}; }
  std::vector<Tracked> checkpoint_edges() override {
    if (known_as_.empty()) return {{"kernel", kernel}, {"_kernel", kernel}};
    return {{known_as_, kernel}};
  }

 private:
  const std::string known_as_;
};

TEST_F(RestoreTest, AliasEdges) {
  Aliased both("");
  both.kernel.assign(constant({5.0f}));
  save_weights(both, At("w"));
  EXPECT_EQ(load_checkpoint(At("w")).keys().size(), 2u);  // one value
  for (const char* name : {"kernel", "_kernel"}) {
    Aliased one(name);
    load_weights(one, At("w")).assert_consumed();
    EXPECT_THAT(one.kernel.read<float>(), ElementsAre(5)) << name;
  }
}

// Two names of one value in the file, of two variables in the program: the first gets it, and the asserts tell of the
// other.
TEST_F(RestoreTest, AValueForTwoVariables) {
  Variable one = Var({1}), a = Var({0}, "a"), b = Var({0}, "b");
  Checkpoint({{"a", one}, {"b", one}}).write(At("tied"));
  Checkpoint ckpt({{"a", a}, {"b", b}});
  const CheckpointLoadStatus status = ckpt.read(At("tied"));
  EXPECT_THAT(a.read<float>(), ElementsAre(1));
  EXPECT_THAT(ThrownBy([&] { status.assert_existing_objects_matched(); }).text, HasSubstr("'b' (b:0)"));
}

// And the other way round: one variable where the file has two values.
TEST_F(RestoreTest, TwoValuesForAVariable) {
  Variable one = Var({1}), two = Var({2}), v = Var({0});
  Checkpoint({{"a", one}, {"b", two}}).write(At("apart"));
  Checkpoint ckpt({{"a", v}, {"b", v}});
  const CheckpointLoadStatus status = ckpt.read(At("apart"));
  EXPECT_THAT(v.read<float>(), ElementsAre(1));
  EXPECT_THAT(ThrownBy([&] { status.assert_consumed(); }).text, HasSubstr("b/.ATTRIBUTES/VARIABLE_VALUE"));
}

TEST_F(RestoreTest, ACycle) {
  class Node : public Module {
   public:
    Variable v = Var({1});
    Module* back = nullptr;
    std::vector<Tracked> tracked() override { return {{"v", v}, {"self", this}}; }
  } node;
  save_weights(node, At("w"));
  node.v.assign(constant({0.0f}));
  load_weights(node, At("w")).assert_consumed();
  EXPECT_THAT(node.v.read<float>(), ElementsAre(1));
}

}  // namespace
}  // namespace eager::train
