// What layers compute, and their gradients, against Keras 2 (tf_keras 2.21 on TensorFlow 2.21's own kernels): the input and
// the weights are ramps (values.h), and the gradients are those of tf.reduce_sum(y * ramp(y.shape)) by the input and by
// layer.trainable_weights, in that order. Non-trainable weights are compared after the call.
#include "client/keras/layers.h"
#include "tests/client/keras/layer_values.h"

namespace eager::keras {
namespace {

TEST_F(LayerValuesTest, Conv2DWithStrides) {
  Check(layers::Conv2D(2, {2, 3}, {.strides = {2, 1}, .padding = "same", .activation = "relu"}), {1, 3, 4, 2}, false,
        {{1, 2, 4, 2}, {4.5968f, 0.0f, 3.1248f, 0.0f, 0.0f, 4.2048f, 0.0f, 0.0f, 1.1008f, 0.0f, 0.0f, 0.5488001f,
          0.0f, 0.0f, 0.6752f, 0.0f}},
        {{{1, 3, 4, 2}, {-1.68f, 3.3216f, -4.3424f, -4.688f, 3.5392f, 1.0336f, -1.088f, -2.5568f, -3.344f,
          -2.2208f, 4.2496f, 3.904f, -2.1216f, 0.8672001f, 1.088f, -0.3808f, 0.7664f, 0.8960001f, 0.5407999f, 0.6704f,
          4.464f, 2.1136f, 0.1776f, 1.776f}},
         {{2, 3, 2, 2}, {-0.9135999f, -1.4768f, -1.6832f, -0.1456f, 10.1312f, -0.9152f, -1.9824f, -1.6848f,
          -1.3312f, -0.3536001f, 7.8144f, -1.1232f, 1.6896f, 0.9248f, -0.768f, -2.5568f, -2.8672f, -0.544f,
          -0.2047999f, 1.4688f, -1.744f, -2.0128f, 4.7968f, 0.0f}},
         {{2}, {-0.76f, -0.52f}}});
}

TEST_F(LayerValuesTest, Conv2DWithDilation) {
  Check(layers::Conv2D(1, 2, {.dilation_rate = 2, .use_bias = false}), {1, 4, 4, 1}, false,
        {{1, 2, 2, 1}, {4.1024f, 4.112f, 2.848f, -1.8288f}},
        {{{1, 4, 4, 1}, {4.0f, 1.04f, 1.04f, 0.2704f, -1.92f, 3.2f, -0.4992f, 0.832f, -1.92f, -0.4992f, 3.2f,
          0.832f, 0.9216f, -1.536f, -1.536f, 2.56f}},
         {{2, 2, 1, 1}, {1.9792f, -2.688f, -5.216f, -1.8032f}}});
}

TEST_F(LayerValuesTest, DepthwiseConv2D) {
  Check(layers::DepthwiseConv2D(2, {.depth_multiplier = 2}), {1, 3, 3, 2}, false,
        {{1, 2, 2, 4}, {-0.9312f, 4.6864f, 3.7552f, -1.7424f, -1.08f, -1.856f, 0.03039974f, 2.8448f, 0.07680011f,
          1.2192f, 2.9232f, -4.3024f, -8.7984f, 2.272f, 4.0464f, -0.8464f}},
        {{{1, 3, 3, 2}, {4.2704f, 3.4816f, -0.9344f, -3.2f, 1.864f, 1.5184f, -6.208f, 7.3216f, -2.1216f, -5.5264f,
          3.0336f, 3.552f, 3.7376f, 3.9968f, -3.136f, -2.0128f, 1.3264f, 2.1904f}},
         {{2, 2, 2, 2}, {1.0688f, 5.2064f, 2.7952f, -0.1424001f, 0.92f, -1.336f, -0.9296002f, 4.4448f, 2.0768f,
          1.7392f, 1.9632f, -2.7024f, -6.7984f, 2.792f, 3.0864f, 0.7536001f}},
         {{4}, {-0.7599999f, 1.12f, -1.04f, -3.2f}}});
}

TEST_F(LayerValuesTest, MaxPooling2D) {
  Check(layers::MaxPooling2D(), {1, 4, 5, 1}, false,
        {{1, 2, 2, 1}, {1.36f, 1.76f, 1.48f, 1.08f}},
        {{{1, 4, 5, 1}, {0.0f, 0.0f, 0.0f, 0.0f, 0.0f, -2.0f, 0.0f, 0.0f, -0.52f, 0.0f, 0.0f, 0.0f, 0.0f, -1.6f,
          0.0f, 0.0f, 0.96f, 0.0f, 0.0f, 0.0f}}});
}

TEST_F(LayerValuesTest, MaxPooling2DSame) {
  Check(layers::MaxPooling2D({3, 2}, {.strides = {{1, 2}}, .padding = "same"}), {1, 3, 4, 1}, false,
        {{1, 3, 2, 1}, {1.36f, 0.96f, 1.76f, 0.96f, 1.76f, 0.68f}},
        {{{1, 3, 4, 1}, {0.0f, 0.0f, -2.12f, 0.0f, 0.0f, -2.0f, 0.0f, 0.0f, 0.84f, 0.0f, 1.36f, 0.0f}}});
}

TEST_F(LayerValuesTest, AveragePooling2DSame) {
  Check(layers::AveragePooling2D(2, {.padding = "same"}), {1, 3, 3, 1}, false,
        {{1, 2, 2, 1}, {-1.06f, 1.16f, -0.46f, 1.76f}},
        {{{1, 3, 3, 1}, {-0.5f, -0.5f, -0.26f, -0.5f, -0.5f, -0.26f, 0.48f, 0.48f, -1.6f}}});
}

TEST_F(LayerValuesTest, BatchNormalizationOfImagesUsed) {
  Check(layers::BatchNormalization(), {1, 2, 2, 2}, false,
        {{1, 2, 2, 2}, {-2.0f, -0.52f, -6.185026f, 0.2580514f, -4.658057f, -1.874386f, -3.131088f, -1.096334f}},
        {{{1, 2, 2, 2}, {2.82772f, 0.3746173f, -1.357306f, 1.152669f, 0.1696632f, -0.9797684f, 1.696632f,
          -0.201717f}},
         {{2}, {1.170676f, 6.246578f}},
         {{2}, {-2.36f, -0.4799999f}}},
        {{-2.0f, -0.52f}, {2.0f, 0.52f}});
}

TEST_F(LayerValuesTest, BatchNormalizationOfImagesTrained) {
  Check(layers::BatchNormalization({.momentum = 0.9}), {2, 2, 2, 2}, true,
        {{2, 2, 2, 2}, {0.9120135f, -0.3963633f, -3.944077f, 0.1172045f, -2.17226f, -1.290352f, -0.4004432f,
          -0.7767838f, -5.256534f, -0.2632161f, -3.484717f, 0.2503517f, -1.7129f, -1.157205f, 0.05891657f,
          -0.6436366f}},
        {{{2, 2, 2, 2}, {0.001959233f, 0.0001034114f, -0.001307981f, 0.000532972f, -0.0001159004f, -0.0006443621f,
          0.001076229f, -0.0002147874f, -0.002190985f, 0.0002147874f, -0.0009989783f, 0.0006443621f, 0.0001931756f,
          -0.000532972f, 0.001385232f, -0.0001034114f}},
         {{2}, {9.74614f, 8.740894f}},
         {{2}, {-1.8f, -2.08f}}},
        {{-1.8225f, -0.494f}, {1.969734f, 0.6045486f}});
}

}  // namespace
}  // namespace eager::keras
