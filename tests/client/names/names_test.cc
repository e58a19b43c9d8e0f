// TensorFlow's Python-level functions in C++ against what the real ones gave: generate.py has the same calls.
#include <eager/eager.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>

#include "tests/conformance/check.h"
#include "tests/support/in_process.h"

namespace eager {
namespace {

using In = std::vector<Tensor>;
using Out = std::vector<Tensor>;
using Call = Out (*)(const In& x);

constexpr double kInf = std::numeric_limits<double>::infinity();

Out Joined(std::initializer_list<Out> parts) {
  Out all;
  for (const Out& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const std::map<std::string, Call> kReductions = {
    {"reduce_sum_all", [](const In& x) { return Out{reduce_sum(x[0])}; }},
    {"reduce_sum_axis", [](const In& x) { return Out{reduce_sum(x[0], 1)}; }},
    {"reduce_sum_axes_kept", [](const In& x) { return Out{reduce_sum(x[0], {0, -1}, true)}; }},
    {"reduce_sum_no_axes", [](const In& x) { return Out{reduce_sum(x[0], std::vector<int64_t>{})}; }},
    {"reduce_mean_integers", [](const In& x) { return Out{reduce_mean(x[0], 0)}; }},
    {"reduce_max", [](const In& x) { return Out{reduce_max(x[0], -1)}; }},
    {"reduce_min", [](const In& x) { return Out{reduce_min(x[0], {1, 2})}; }},
    {"reduce_prod", [](const In& x) { return Out{reduce_prod(x[0], 1)}; }},
    {"reduce_any", [](const In& x) { return Out{reduce_any(x[0], 1)}; }},
    {"reduce_all", [](const In& x) { return Out{reduce_all(x[0], 0, true)}; }},
    {"reduce_variance", [](const In& x) { return Out{math::reduce_variance(x[0], {0, 2})}; }},
    {"reduce_std", [](const In& x) { return Out{reduce_std(x[0], 1)}; }},
    {"reduce_std_all_kept", [](const In& x) { return Out{reduce_std(x[0], {}, true)}; }},
    {"reduce_logsumexp", [](const In& x) { return Out{reduce_logsumexp(x[0] * 100, 1)}; }},
    {"reduce_logsumexp_infinite", [](const In& x) { return Out{reduce_logsumexp(x[0])}; }},
    {"reduce_logsumexp_kept", [](const In& x) { return Out{reduce_logsumexp(x[0], std::nullopt, true)}; }},
    {"count_nonzero", [](const In& x) { return Out{count_nonzero(x[0], 1)}; }},
    {"count_nonzero_int32", [](const In& x) { return Out{count_nonzero(x[0], {}, false, DType::kInt32)}; }},
    {"zero_fraction", [](const In& x) { return Out{zero_fraction(x[0])}; }},
    {"argmax", [](const In& x) { return Out{argmax(x[0], 1)}; }},
    {"argmin_int32", [](const In& x) { return Out{argmin(x[0], -1, DType::kInt32)}; }},
    {"cumsum_exclusive_reverse", [](const In& x) { return Out{cumsum(x[0], 1, {.exclusive = true, .reverse = true})}; }},
    {"cumsum_last", [](const In& x) { return Out{cumsum(x[0], -1)}; }},
    {"cumprod", [](const In& x) { return Out{cumprod(x[0], 1, {.reverse = true})}; }},
    {"norm", [](const In& x) { return Out{norm(x[0])}; }},
    {"norm_axis_kept", [](const In& x) { return Out{norm(x[0], "euclidean", 1, true)}; }},
    {"norm_1", [](const In& x) { return Out{norm(x[0], 1, -1)}; }},
    {"norm_3", [](const In& x) { return Out{norm(x[0], 3)}; }},
    {"norm_inf", [](const In& x) { return Out{norm(x[0], kInf, 2)}; }},
    {"norm_inf_all", [](const In& x) { return Out{norm(x[0], kInf)}; }},
    {"norm_fro", [](const In& x) { return Out{norm(x[0], "fro", {1, 2})}; }},
    {"norm_matrix_1", [](const In& x) { return Out{norm(x[0], 1, {-2, -1})}; }},
    {"norm_matrix_inf", [](const In& x) { return Out{norm(x[0], kInf, {-2, -1}, true)}; }},
    {"unsorted_segment_sum", [](const In& x) { return Out{unsorted_segment_sum(x[0], x[1], 4)}; }},
    {"unsorted_segment_mean", [](const In& x) { return Out{unsorted_segment_mean(x[0], x[1], 4)}; }},
    {"unsorted_segment_sqrt_n", [](const In& x) { return Out{unsorted_segment_sqrt_n(x[0], x[1], 4)}; }},
    {"unsorted_segment_mean_of_matrix_ids", [](const In& x) { return Out{unsorted_segment_mean(x[0], x[1], 3)}; }},
    {"segment_sum", [](const In& x) { return Out{segment_sum(x[0], x[1])}; }},
    {"segment_mean", [](const In& x) { return Out{segment_mean(x[0], x[1])}; }},
};

const std::map<std::string, Call> kElements = {
    {"truediv_integers", [](const In& x) { return Out{truediv(x[0], x[1])}; }},
    {"truediv_uint8", [](const In& x) { return Out{truediv(x[0], 7)}; }},
    {"floordiv", [](const In& x) { return Out{floordiv(x[0], 4)}; }},
    {"floormod", [](const In& x) { return Out{x[0] % -4}; }},
    {"truncatediv", [](const In& x) { return Out{truncatediv(x[0], 4)}; }},
    {"truncatemod", [](const In& x) { return Out{truncatemod(x[0], 4)}; }},
    {"squared_difference", [](const In& x) { return Out{squared_difference(x[0], x[1])}; }},
    {"atan2", [](const In& x) { return Out{atan2(x[0], x[1])}; }},
    {"add_n", [](const In& x) { return Out{add_n({x[0], x[1], x[2]})}; }},
    {"divide_no_nan", [](const In& x) { return Out{divide_no_nan(x[0], constant({0.0f, 2.0f, -1.0f}))}; }},
    {"multiply_no_nan", [](const In& x) { return Out{multiply_no_nan(x[0], constant({0.0f, 1.0f, 2.0f, 0.0f, 0.0f}))}; }},
    {"xdivy", [](const In& x) { return Out{xdivy(x[0], x[1])}; }},
    {"xlogy", [](const In& x) { return Out{xlogy(x[0], x[1])}; }},
    {"xlog1py", [](const In& x) { return Out{xlog1py(x[0], x[1])}; }},
    {"reciprocal_no_nan", [](const In& x) { return Out{reciprocal_no_nan(x[0])}; }},
    {"logical_xor", [](const In& x) { return Out{logical_xor(x[0], constant({true, false, false}))}; }},
    {"functions", [](const In& in) {
       const Tensor& x = in[0];
       return Out{rsqrt(x), reciprocal(x), expm1(x), log1p(x), sin(x), cos(x), tan(x), asin(x / 8), acos(x / 8), atan(x), sinh(x),
                  cosh(x), asinh(x), acosh(x + 1), atanh(x / 8), erf(x), erfc(x), log_sigmoid(x * 50)};
     }},
    {"rounding", [](const In& x) { return Out{floor(x[0]), ceil(x[0]), round(x[0]), rint(x[0]), sign(x[0])}; }},
    {"predicates", [](const In& x) { return Out{is_nan(x[0]), is_inf(x[0]), is_finite(x[0])}; }},
    {"bitwise", [](const In& x) {
       return Out{bitwise::bitwise_and(x[0], 6), bitwise::bitwise_or(x[0], 6), bitwise::bitwise_xor(x[0], 6), bitwise::invert(x[0]),
                  bitwise::left_shift(x[0], 3), bitwise::right_shift(x[0], 1)};
     }},
    {"operators_of_integers", [](const In& x) { return Out{x[0] & x[1], x[0] | x[1], x[0] ^ x[1], ~x[0]}; }},
    {"operators_of_bool", [](const In& x) {
       return Out{x[0] & constant({true, false, true}), x[0] | constant({false, true, false}), x[0] ^ true, ~x[0]};
     }},
    {"where", [](const In& x) { return Out{where(x[0] > 0, x[0], -1.0)}; }},
    {"matmul", [](const In& x) { return Out{matmul(x[0], x[1])}; }},
    {"matmul_transposed", [](const In& x) { return Out{matmul(x[1], x[0], {.transpose_a = true, .transpose_b = true})}; }},
    {"matmul_batch", [](const In& x) { return Out{matmul(x[0], x[1])}; }},
    {"matmul_batch_adjoint", [](const In& x) { return Out{matmul(x[0], x[0], {.adjoint_a = true})}; }},
    {"matmul_broadcast", [](const In& x) { return Out{matmul(x[0], x[1])}; }},
    {"tensordot_1", [](const In& x) { return Out{tensordot(x[0], x[1], 1)}; }},
    {"tensordot_0", [](const In& x) { return Out{tensordot(x[0], x[1], 0)}; }},
    {"tensordot_lists", [](const In& x) { return Out{tensordot(x[0], x[1], {{0, 2}, {2, 0}})}; }},
    {"tensordot_one_pair", [](const In& x) { return Out{tensordot(x[0], x[1], {1, -1})}; }},
    {"tensordot_all", [](const In& x) { return Out{tensordot(x[0], x[1], 2)}; }},
    {"clip_by_value", [](const In& x) { return Out{clip_by_value(x[0], -0.5, 1.0)}; }},
    {"clip_by_value_integers", [](const In& x) { return Out{clip_by_value(x[0], {-1, 0, 1}, 2)}; }},
    {"clip_by_norm", [](const In& x) { return Out{clip_by_norm(x[0], 1.5)}; }},
    {"clip_by_norm_axes", [](const In& x) { return Out{clip_by_norm(x[0], 2.0, {1})}; }},
    {"global_norm", [](const In& x) { return Out{global_norm({x[0], x[1]})}; }},
    {"clip_by_global_norm", [](const In& x) {
       const std::vector<std::optional<Tensor>> list = {x[0], std::nullopt, x[1]};
       const auto [clipped, norm] = clip_by_global_norm(list, 2.0);
       EXPECT_FALSE(clipped[1].has_value());
       return Out{*clipped[0], *clipped[2], norm};
     }},
    {"clip_by_global_norm_small", [](const In& x) { return clip_by_global_norm({x[0]}, 200.0).tensors; }},
    {"clip_by_global_norm_used", [](const In& x) { return clip_by_global_norm(In{x[0]}, 2.0, 8.0).tensors; }},
};

const std::map<std::string, Call> kArrays = {
    {"shape_size_rank", [](const In& x) { return Out{shape(x[0]), size(x[0], DType::kInt64), rank(x[0])}; }},
    {"transpose", [](const In& x) { return Out{transpose(x[0]), transpose(x[0], {1, 0, 2})}; }},
    {"squeeze", [](const In& x) { return Out{squeeze(x[0]), squeeze(x[0], 0), squeeze(x[0], {0, -2})}; }},
    {"reverse", [](const In& x) { return Out{reverse(x[0], {0, -1})}; }},
    {"roll", [](const In& x) { return Out{roll(x[0], 2, 1), roll(x[0], {1, -1}, {0, 2})}; }},
    {"concat_stack", [](const In& x) { return Out{concat({x[0], x[1]}, -1), stack({x[0], x[1]}, -1), concat({x[0]}, 0)}; }},
    {"unstack", [](const In& x) { return unstack(x[0], 1); }},
    {"split", [](const In& x) { return Joined({split(x[0], 2, -1), split(x[0], {1, -1}, 1)}); }},
    {"strided_slice", [](const In& x) {
       return Out{strided_slice(x[0], {0, 1, 0}, {2, 3, 4}, Operand({1, 1, 2})), strided_slice(x[0], {1}, {2})};
     }},
    {"strided_slice_masks", [](const In& x) {
       return Out{strided_slice(x[0], {0, 1, 0}, {0, 2, 3}, Operand({1, 1, -1}),
                                {.begin_mask = 5, .end_mask = 1, .shrink_axis_mask = 2})};
     }},
    {"pad", [](const In& x) {
       return Out{pad(x[0], {{1, 0}, {2, 1}}), pad(x[0], {{1, 1}, {2, 0}}, {.mode = "REFLECT"}),
                  pad(x[0], constant({{1, 1}, {2, 0}}), {.mode = "symmetric"}), pad(x[0], {{0, 1}, {1, 0}}, {.constant_values = 9})};
     }},
    {"repeat", [](const In& x) { return Out{repeat(x[0], 2), repeat(x[0], {1, 0, 2}, 1), repeat(x[0], 2, 0)}; }},
    {"boolean_mask", [](const In& x) { return Out{boolean_mask(x[0], x[1])}; }},
    {"boolean_mask_axis", [](const In& x) { return Out{boolean_mask(x[0], x[1], 1)}; }},
    {"boolean_mask_leading", [](const In& x) { return Out{boolean_mask(x[0], x[1]), x[0][x[1]]}; }},
    {"tile_expand_broadcast", [](const In& x) {
       return Out{tile(x[0], {1, 2}), expand_dims(x[0], 1), broadcast_to(x[0], {2, 2, 3})};
     }},
    {"gather", [](const In& x) { return Out{gather(x[0], x[1]), gather(x[0], x[1], {.axis = -1}), gather(x[0], x[1], {.axis = 1})}; }},
    {"gather_batch", [](const In& x) {
       return Out{gather(x[0], x[1], {.batch_dims = 1}), gather(x[0], x[1], {.axis = 2, .batch_dims = 1})};
     }},
    {"gather_nd", [](const In& x) { return Out{gather_nd(x[0], x[1])}; }},
    {"gather_nd_batch", [](const In& x) { return Out{gather_nd(x[0], x[1], 1)}; }},
    {"gather_nd_batch_2", [](const In& x) { return Out{gather_nd(x[0], x[1], 2)}; }},
    {"scatter_nd", [](const In& x) { return Out{scatter_nd(x[0], x[1], {5})}; }},
    {"tensor_scatter_nd", [](const In& x) {
       return Out{tensor_scatter_nd_add(x[0], x[1], x[2]), tensor_scatter_nd_sub(x[0], x[1], x[2]),
                  tensor_scatter_nd_update(x[0], x[1], x[2])};
     }},
    {"make", [](const In&) { return Out{zeros({2, 1}), ones({3}, DType::kBool), fill({2}, 7), zeros({2}, DType::kInt64)}; }},
    {"likes", [](const In& x) {
       return Out{zeros_like(x[0]), ones_like(x[0], DType::kFloat64), zeros_like(x[0], DType::kBool)};
     }},
    {"range", [](const In&) {
       return Out{range(5), range(1, 9, 3), range(3.5), range(0, 1, 0.25), range(0, 4, 1, DType::kInt64), range(2, -1, -1)};
     }},
    {"linspace", [](const In&) {
       return Out{linspace(0.0, 10.0, 5), linspace(3.0, 1.0, 1), linspace(1.0, 2.0, 0), linspace(constant(0.0), 1, 4)};
     }},
    {"linspace_nd", [](const In& x) { return Out{linspace(x[0], x[1], 4), linspace(x[0], x[1], 3, -1)}; }},
    {"eye", [](const In&) {
       return Out{eye(3), eye(2, {.num_columns = 4, .dtype = DType::kInt32}),
                  eye(2, {.batch_shape = {2, 1}, .dtype = DType::kFloat64})};
     }},
    {"one_hot", [](const In& x) {
       return Out{one_hot(x[0], 3), one_hot(x[0], 3, {.axis = 0}), one_hot(x[0], 3, {.on_value = 5.0, .off_value = -1.0, .axis = 1}),
                  one_hot(x[0], 4, {.dtype = DType::kInt64}), one_hot(x[0], 2, {.on_value = true, .off_value = false})};
     }},
    {"meshgrid", [](const In& x) {
       return Joined({meshgrid({x[0], x[1]}), meshgrid({x[0], x[1], x[0][Slice(0, 2)]}, "ij"), meshgrid({x[0], x[1], x[0]})});
     }},
    {"sequence_mask", [](const In& x) {
       return Out{sequence_mask(x[0]), sequence_mask(x[0], 2), sequence_mask(x[0], 5, DType::kFloat32)};
     }},
    {"index_by_tensor", [](const In& x) {
       return Out{x[0][x[1]], x[0][{Slice(), x[1], newaxis}], x[0][{x[1], ellipsis, x[1]}]};
     }},
};

constexpr auto kDescending = SortDirection::kDescending;

const std::map<std::string, Call> kNn = {
    {"sort", [](const In& x) { return Out{sort(x[0]), sort(x[0], 0, kDescending), sort(x[0], 1)}; }},
    {"sort_integers", [](const In& x) { return Out{sort(x[0]), sort(x[0], -1, kDescending)}; }},
    {"sort_unsigned", [](const In& x) { return Out{sort(x[0])}; }},
    {"argsort", [](const In& x) { return Out{argsort(x[0]), argsort(x[0], -1, kDescending), argsort(x[0], 0)}; }},
    {"top_k", [](const In& x) {
       const nn::TopK top = math::top_k(x[0], 2);
       return Out{top.values, top.indices};
     }},
    {"in_top_k", [](const In& x) { return Out{nn::in_top_k(x[1], x[0], 1)}; }},
    {"crelu", [](const In& x) { return Out{nn::crelu(x[0])}; }},
    {"conv1d", [](const In& x) { return Out{nn::conv1d(x[0], x[1], 1, "SAME"), nn::conv1d(x[0], x[1], 2, "VALID")}; }},
    {"pool1d", [](const In& x) { return Out{nn::max_pool1d(x[0], 2, 2, "SAME"), nn::avg_pool1d(x[0], 3, 1, "VALID")}; }},
    {"embedding_lookup", [](const In& x) { return Out{nn::embedding_lookup(x[0], x[1]), nn::embedding_lookup(x[0], x[1], 1.0)}; }},
    {"log_poisson_loss", [](const In& x) {
       return Out{nn::log_poisson_loss(x[0], x[1]), nn::log_poisson_loss(x[0], x[1], true)};
     }},
    {"weighted_moments", [](const In& x) {
       const nn::Moments a = nn::weighted_moments(x[0], {0, 1}, x[1]), b = nn::weighted_moments(x[0], {2}, x[1], true);
       return Out{a.mean, a.variance, b.mean, b.variance};
     }},
    {"moments_batch_norm", [](const In& x) {
       const nn::Moments m = nn::moments(x[0], {0, 1});
       return Out{m.mean, m.variance,
                  nn::batch_normalization(x[0], 0.5, constant(2.0f), Operand(1.0), Operand(3.0), 1e-3)};
     }},
    {"l2_normalize", [](const In& x) { return Out{math::l2_normalize(x[0], -1), nn::l2_normalize(x[0], {0, 1}, 1e3)}; }},
    {"cross_entropies", [](const In& x) {
       return Out{nn::sigmoid_cross_entropy_with_logits(x[0], x[1]), nn::weighted_cross_entropy_with_logits(x[0], x[1], 2.5),
                  nn::softmax_cross_entropy_with_logits(x[0], x[1]), nn::softmax_cross_entropy_with_logits(x[0], x[1], 0)};
     }},
    {"pools", [](const In& x) { return Out{nn::max_pool(x[0], 2, 2, "VALID"), nn::avg_pool(x[0], {3, 2}, {1, 2}, "SAME")}; }},
    {"conv_family", [](const In& x) {
       const Tensor valid = nn::conv2d(x[0], x[1], 1, "VALID");
       return Out{nn::conv2d(x[0], x[1], {1, 2}, "SAME"), nn::depthwise_conv2d(x[0], x[2], 1, "VALID"),
                  nn::conv2d_transpose(valid, x[1], {1, 4, 5, 2}, 1, "VALID")};
     }},
    {"activations", [](const In& x) {
       return Out{nn::leaky_relu(x[0]), nn::gelu(x[0]), nn::silu(x[0]), nn::softsign(x[0]), nn::softplus(x[0]),
                  nn::log_softmax(x[0], 0), nn::bias_add(x[0], constant({1.0f, 2.0f, 3.0f}))};
     }},
};

void Check(const golden::Json& c, Call call) {
  const auto tolerance = conformance::Tolerance::Of(c);
  const In inputs = conformance::Upload(golden::ParseTensors(c.at("inputs")).value());
  GradientTape tape;
  for (const Tensor& x : inputs) {
    if (IsFloating(x.dtype())) tape.watch(x);
  }
  const Out outputs = call(inputs);
  const std::vector<HostTensor> want = golden::ParseTensors(c.at("outputs")).value();
  ASSERT_EQ(outputs.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(conformance::Difference(absl::StrCat("output ", i), outputs[i], want[i], tolerance), "");
  }
  if (!c.contains("gradients")) return;
  std::vector<Source> targets;
  for (const Tensor& t : outputs) {
    if (IsFloating(t.dtype())) targets.emplace_back(t);
  }
  const auto gradients = tape.gradient(targets, std::vector<Source>(inputs.begin(), inputs.end()));
  const std::vector<HostTensor> slopes = golden::ParseTensors(c.at("gradients")).value();
  for (size_t i = 0; i < slopes.size(); ++i) {
    EXPECT_EQ(conformance::Difference(absl::StrCat("gradient ", i), gradients[i], slopes[i], tolerance), "");
  }
}

TEST(NamesTest, AreTensorFlows) {
  const auto server = testing::InProcessServer::Make().value();
  std::map<std::string, Call> calls;
  for (const auto& family : {kReductions, kElements, kArrays, kNn}) calls.insert(family.begin(), family.end());
  const std::vector<golden::Case> cases = golden::ReadCases(NAMES_FOLDER, "names.jsonl").value();
  for (const golden::Case& c : cases) {
    const std::string id = c.json.at("id");
    SCOPED_TRACE(id);
    const auto call = calls.find(id);
    if (call == calls.end()) {
      ADD_FAILURE() << "the test lacks this call";
      continue;
    }
    try {
      Check(c.json, call->second);
    } catch (const Error& e) {
      ADD_FAILURE() << e.what();
    }
    calls.erase(call);
  }
  for (const auto& [id, call] : calls) ADD_FAILURE() << id << " is not in names.jsonl";
}

}  // namespace
}  // namespace eager
