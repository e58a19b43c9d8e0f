#include "client/module.h"

#include <array>
#include <map>

#include "client/constant.h"
#include "gtest/gtest.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

// The orders below are what tf.Module gives for the same classes (TensorFlow 2.21).
class ModuleTest : public ::testing::Test {
 protected:
  static std::vector<float> Values(const std::vector<Variable>& variables) {
    std::vector<float> values;
    for (const Variable& v : variables) values.push_back(static_cast<float>(v));
    return values;
  }

  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

class MyModuleOne : public Module {
 public:
  MyModuleOne() {
    for (int x = 0; x < 10; ++x) vs.emplace_back(static_cast<float>(x));
  }
  Variable v0{1.0f};
  std::vector<Variable> vs;
  EAGER_TRACK(v0, vs)
};

class MyOtherModule : public Module {
 public:
  MyModuleOne m;
  Variable v{10.0f};
  EAGER_TRACK(m, v)
};

TEST_F(ModuleTest, TheGuidesTwelveVariables) {
  const MyOtherModule m;
  EXPECT_EQ(Values(m.variables()), (std::vector<float>{10, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(m.trainable_variables().size(), 12u);
  ASSERT_EQ(m.submodules().size(), 1u);
  EXPECT_EQ(m.submodules()[0], &m.m);
  EXPECT_EQ(m.name(), "my_other_module");
}

class Leaf : public Module {
 public:
  explicit Leaf(float value, bool trainable = true) : w(value, {.name = "w", .trainable = trainable}) {}
  Variable w;
  EAGER_TRACK(w)
};

class Tree : public Module {
 public:
  Variable z{0.0f}, a{1.0f};
  std::map<std::string, Leaf> by_key{{"y", Leaf(3)}, {"x", Leaf(2)}};
  std::vector<std::map<std::string, Variable>> nested{{{"k", Variable(4.0f)}}};
  std::array<Leaf, 2> pair{Leaf(5), Leaf(6, false)};
  std::optional<Variable> none, some{Variable(7.0f)};
  std::shared_ptr<Leaf> shared = std::make_shared<Leaf>(8);
  std::shared_ptr<Leaf> again = shared;
  EAGER_TRACK(z, a, by_key, nested, pair, none, some, shared, again)
};

TEST_F(ModuleTest, MembersByNameAndKeyThenSubmodules) {
  const Tree tree;
  // Own: a, nested, some, z; then again, by_key (x, y), pair; `shared` was met as `again`.
  EXPECT_EQ(Values(tree.variables()), (std::vector<float>{1, 4, 7, 0, 8, 2, 3, 5, 6}));
  EXPECT_EQ(Values(tree.non_trainable_variables()), (std::vector<float>{6}));
  EXPECT_EQ(tree.trainable_variables().size(), 8u);
  EXPECT_EQ(tree.submodules().size(), 5u);
}

TEST_F(ModuleTest, CheckpointEdgesAreInOrderOfDeclaration) {
  Tree tree;
  std::vector<std::string> names;
  for (const Tracked& edge : tree.checkpoint_edges()) names.push_back(edge.name);
  EXPECT_EQ(names, (std::vector<std::string>{"z", "a", "by_key", "nested", "pair", "some", "shared", "again"}));
}

class Inner : public Module {
 public:
  Variable v{0.0f};
  std::shared_ptr<Leaf> part = std::make_shared<Leaf>(1);
  EAGER_TRACK(v, part)
};

class Outer : public Module {
 public:
  std::shared_ptr<Leaf> late = std::make_shared<Leaf>(9);
  struct First : public Inner {
    std::shared_ptr<Leaf> c, own = std::make_shared<Leaf>(3);
    std::vector<Tracked> tracked() override { return internal::Track("c, own", c, own); }
  };
  First a;
  Inner b;
  Outer() { a.c = late; }
  EAGER_TRACK(a, b, late)
};

TEST_F(ModuleTest, WhatIsMetFirstAboveIsWalkedThroughThere) {
  const Outer outer;
  // a's `c` is outer's `late` too, which was met before a was walked through: it stays the last.
  EXPECT_EQ(Values(outer.variables()), (std::vector<float>{3, 0, 1, 9}));
  // First all parts of the root, then a's, then b's.
  const std::vector<Module*> expected{const_cast<Outer::First*>(&outer.a), const_cast<Inner*>(&outer.b),
                                      outer.late.get(), outer.a.own.get(), outer.b.part.get()};
  EXPECT_EQ(outer.submodules(), expected);
}

class HTTPServer2D : public Module {};
template <class T>
class Box : public Module {};

TEST_F(ModuleTest, NamesAreTheClassesInSnakeCase) {
  EXPECT_EQ(HTTPServer2D().name(), "http_server2_d");
  EXPECT_EQ(Box<std::vector<std::string>>().name(), "box");
  EXPECT_EQ(Module("given").name(), "given");
  class Local : public Module {};
  EXPECT_EQ(Local().name(), "local");
}

TEST_F(ModuleTest, ACopyHasTheSameVariables) {
  const Leaf leaf(1);
  Leaf copy = leaf;
  copy.w.assign(5.0f);
  EXPECT_EQ(float(leaf.w), 5);
}

}  // namespace
}  // namespace eager
