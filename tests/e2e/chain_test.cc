// Chains of elementwise ops in one pass: the same bytes as one op after the other, and the same errors.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "client/core/context_state.h"
#include "client/eager.h"
#include "client/transport/inprocess_stream.h"
#include "server/exec/chain.h"

namespace eager {
namespace {

const Shape kLarge{3, 30011};  // no multiple of any tile or vector

using Program = std::function<std::vector<Tensor>()>;

class ChainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto stream = internal::MakeInProcessServer(0);
    ASSERT_TRUE(stream.ok()) << stream.status();
    auto session = internal::Session::Connect(*std::move(stream));
    ASSERT_TRUE(session.ok()) << session.status();
    Context::SetDefault(Context(std::make_shared<internal::ContextState>(*std::move(session), ConnectOptions())));
  }
  void TearDown() override {
    Disconnect();
    server::SetFusion(true);
  }

  static std::vector<std::string> Bytes(const Program& program, bool fusion) {
    server::SetFusion(fusion);
    std::vector<std::string> bytes;
    for (int round = 0; round < 2; ++round) {  // numbers that the program writes are tensors by the second
      bytes.clear();
      Context::Default().Sync();
      const std::vector<Tensor> results = program();
      for (const Tensor& t : results) bytes.emplace_back(t.numpy().bytes());
    }
    return bytes;
  }
  static void ExpectSame(const Program& program) { EXPECT_EQ(Bytes(program, true), Bytes(program, false)); }

  static Tensor Normal(DType dtype = float32) { return cast(random::normal(kLarge), dtype); }
};

TEST_F(ChainTest, GivesTheSameBytes) {
  for (DType dtype : {float32, float64, float16, bfloat16}) {
    const Tensor x = Normal(dtype), y = Normal(dtype);
    ExpectSame([&] { return std::vector{x * y + x}; });
    ExpectSame([&] { return std::vector{nn::gelu(x)}; });
    ExpectSame([&] { return std::vector{where(x > 0, x, -x)}; });
    ExpectSame([&] { return std::vector{2 * (exp(x) - 1) / (tanh(y) * 3 + 4)}; });
  }
}

TEST_F(ChainTest, KeepsWhatIsStillThere) {
  const Tensor x = Normal(), y = Normal();
  ExpectSame([&] {
    const Tensor product = x * y, sum = product + x + y;
    return std::vector{sum * product, product};
  });
  // Longer than a chain may get, with something in the middle that stays.
  ExpectSame([&] {
    Tensor t = x, middle;
    for (int i = 0; i < 40; ++i) {
      t = t * y + x;
      if (i == 10) middle = t;
    }
    return std::vector{t, middle};
  });
}

// What flows between ops shares memory: with the op that reads it last, if that op allows it.
TEST_F(ChainTest, KeepsValuesApart) {
  for (DType dtype : {float32, float64, bfloat16}) {
    const Tensor x = Normal(dtype), y = Normal(dtype);
    ExpectSame([&] {  // read by several ops, in any place
      const Tensor a = x * y, b = exp(a), c = a - b, d = b * c, e = a + d;
      return std::vector{(e - c) * (b + a)};
    });
    ExpectSame([&] {  // the same value more than once
      const Tensor a = x + y, b = a * a, c = add_n({b, a, b});
      return std::vector{add_n({c, x, c})};
    });
    ExpectSame([&] {
      const Tensor a = x - y, b = x * 2, c = x + 1;
      return std::vector{add_n({a, b, c}) - 1, add_n({y, y - 1})};
    });
    ExpectSame([&] {  // elements of other sizes in between
      const Tensor a = x + 1, more = greater(a, y), less = logical_not(more);
      const Tensor b = where(logical_or(less, a > 0), a, y * a);
      return std::vector{where(more, b, b) - where(less, x, b * a)};
    });
    ExpectSame([&] {
      const Tensor low = minimum(x, y), high = maximum(x, y), a = x * 3;
      return std::vector{clip_by_value(a, low, high) + clip_by_value(a, low - 1, low) * 2};
    });
  }
}

TEST_F(ChainTest, EndsAtOpsOfAnotherKind) {
  const Tensor x = Normal(), y = Normal();
  ExpectSame([&] { return std::vector{reduce_sum(x * y + x, 1) * 2 + 1}; });
  ExpectSame([&] { return std::vector{matmul(x * y - x, y, {.transpose_b = true}) + 1}; });
  ExpectSame([&] { return std::vector{cast(x * y + 1, float64) * 2 + 1}; });
  ExpectSame([&] { return std::vector{(x * reduce_max(y, 1, true) + x) * y}; });  // broadcast along rows
}

TEST_F(ChainTest, DoesNotSwallowErrors) {
  const Tensor x = Normal(), integers = cast(Normal() * 100, int32), zeros = zeros_like(integers);
  const auto divide = [&] { return floordiv(integers, zeros) * 2 + 1; };
  for (bool fusion : {true, false}) {
    server::SetFusion(fusion);
    EXPECT_THROW(divide().numpy(), Error);
    EXPECT_EQ((x * 0 + 1 + 1).read<float>()[5], 2.0f);  // the session lives
  }
}

TEST_F(ChainTest, LeavesTapesAlone) {
  const Tensor x = Normal(), y = Normal();
  ExpectSame([&] {
    GradientTape tape;
    tape.watch(x);
    const Tensor z = exp(x * y) * x + 1;
    return std::vector{z, *tape.gradient(z, x)};
  });
}

TEST_F(ChainTest, ComputesVariablesValues) {
  const Tensor x = Normal();
  ExpectSame([&] {
    Variable v(zeros_like(x));
    for (int i = 0; i < 3; ++i) v.assign(v * 0.5f + x);
    return std::vector{v.read_value()};
  });
}

}  // namespace
}  // namespace eager
