// What layers compute, and their gradients, against Keras 2 (tf_keras 2.21 on TensorFlow 2.21's own kernels): the input and
// the weights are ramps (values.h), and the gradients are those of tf.reduce_sum(y * ramp(y.shape)) by the input and by
// layer.trainable_weights, in that order. Non-trainable weights are compared after the call.
#include "client/keras/layers.h"
#include "tests/client/keras/layer_values.h"

namespace eager::keras {
namespace {

TEST_F(LayerValuesTest, DenseOnRows) {
  Check(layers::Dense(2, {.activation = "tanh"}), {2, 3}, false,
        {{2, 2}, {0.8821991f, 0.9902155f, 0.7266535f, 0.9821016f}},
        {{{2, 3}, {0.8921646f, -0.4095097f, 0.03944241f, -0.876675f, 0.5257914f, -0.1315681f}},
         {{3, 2}, {0.1619459f, 0.1110718f, 0.1762222f, 0.01207705f, 0.1904986f, -0.0869177f}},
         {{2}, {0.009646177f, -0.06688834f}}});
}

TEST_F(LayerValuesTest, DenseOnMoreAxes) {
  Check(layers::Dense(2), {2, 2, 3}, false,
        {{2, 2, 2}, {1.3856f, 2.6576f, 0.9216001f, 2.3536f, 0.4576001f, 2.0496f, 0.4784f, -3.7488f}},
        {{{2, 2, 3}, {4.2704f, -1.088f, -0.4672f, -1.088f, 3.4816f, -2.2912f, -0.4672f, -2.2912f, 1.864f, 2.2544f,
          -1.6f, 0.5248f}},
         {{3, 2}, {3.568f, 1.744f, 0.07519996f, 1.0336f, 1.4304f, -0.808f}},
         {{2}, {-2.36f, -0.4799999f}}});
}

TEST_F(LayerValuesTest, GlobalAveragePooling2D) {
  Check(layers::GlobalAveragePooling2D(), {2, 2, 3, 2}, false,
        {{2, 2}, {0.01333331f, -0.5266666f, -0.4066667f, 0.4f}},
        {{{2, 2, 3, 2}, {-0.3333333f, -0.08666667f, -0.3333333f, -0.08666667f, -0.3333333f, -0.08666667f,
          -0.3333333f, -0.08666667f, -0.3333333f, -0.08666667f, -0.3333333f, -0.08666667f, 0.16f, -0.2666667f, 0.16f,
          -0.2666667f, 0.16f, -0.2666667f, 0.16f, -0.2666667f, 0.16f, -0.2666667f, 0.16f, -0.2666667f}}});
}

TEST_F(LayerValuesTest, GlobalMaxPooling2D) {
  Check(layers::GlobalMaxPooling2D({.keepdims = true}), {2, 2, 3, 2}, false,
        {{2, 1, 1, 2}, {1.76f, 1.36f, 1.48f, 1.88f}},
        {{{2, 2, 3, 2}, {-0.0f, -0.0f, -0.0f, -0.0f, -0.0f, -0.52f, -0.0f, -0.0f, -2.0f, -0.0f, -0.0f, -0.0f, 0.0f,
          -0.0f, 0.0f, -0.0f, 0.96f, -0.0f, 0.0f, -1.6f, 0.0f, -0.0f, 0.0f, -0.0f}}});
}

TEST_F(LayerValuesTest, BatchNormalizationUsed) {
  Check(layers::BatchNormalization(), {4, 3}, false,
        {{4, 3}, {-2.0f, -0.52f, 0.96f, -2.565544f, -0.8081672f, 1.351714f, -3.131088f, -1.096334f, 1.743429f,
          -3.696632f, -1.384501f, -1.821172f}},
        {{{4, 3}, {2.82772f, 0.3746173f, 0.9401146f, 2.262176f, 0.08645014f, 1.331829f, 1.696632f, -0.201717f,
          1.723543f, 1.131088f, -0.4898842f, -1.841058f}},
         {{3}, {-1.809741f, 1.374336f, 7.437678f}},
         {{3}, {-5.6f, 0.32f, 2.2f}}},
        {{-2.0f, -0.52f, 0.96f}, {2.0f, 0.52f, 0.96f}});
}

TEST_F(LayerValuesTest, BatchNormalizationTrained) {
  Check(layers::BatchNormalization({.momentum = 0.9}), {4, 3}, true,
        {{4, 3}, {0.6765976f, 0.1759156f, 1.234949f, -1.107801f, -0.2880281f, 1.503192f, -2.8922f, -0.7519718f,
          1.771435f, -4.6766f, -1.215916f, -0.6695765f}},
        {{{4, 3}, {0.01331854f, 0.003462255f, 0.0001341403f, 0.004439414f, 0.001154065f, 0.0002650023f,
          -0.004439831f, -0.00115408f, 0.0003957748f, -0.01331878f, -0.003462195f, -0.0007948875f}},
         {{3}, {1.784397f, 1.784399f, 5.723357f}},
         {{3}, {-5.6f, 0.32f, 2.2f}}},
        {{-1.94f, -0.46f, 0.919f}, {1.82f, 0.488f, 1.06883f}});
}

TEST_F(LayerValuesTest, BatchNormalizationOfAnotherAxis) {
  Check(layers::BatchNormalization({.axis = 1, .scale = false}), {2, 3, 2}, true,
        {{2, 3, 2}, {-3.354267f, -1.596096f, 0.1360226f, -1.772407f, 0.8526353f, 2.074941f, -2.403904f, -0.645733f,
          0.7324068f, -1.176023f, 1.513341f, -0.6009178f}},
        {{{2, 3, 2}, {-0.001910925f, 0.0005699992f, 0.000364542f, -0.000696063f, -7.323176e-05f, 0.0007605553f,
          -0.0005699396f, 0.001911044f, 0.000696063f, -0.0003646612f, 0.0003775358f, -0.001064897f}},
         {{3}, {-3.44f, 0.32f, 0.04000008f}}},
        {{-1.9886f, -0.514f, 0.9505f}, {1.987076f, 0.532784f, 0.965051f}});
}

TEST_F(LayerValuesTest, LayerNormalization) {
  Check(layers::LayerNormalization(), {2, 4}, false,
        {{2, 4}, {0.1104205f, -0.6424392f, 2.425085f, -0.4697913f, -1.563616f, -1.246143f, -0.3805712f, -1.949107f}},
        {{{2, 4}, {0.7493891f, -1.220235f, 0.6305244f, -0.1596779f, 0.8536682f, -0.3871104f, -0.5135859f,
          0.04702803f}},
         {{4}, {2.136604f, 1.776703f, 3.140799f, 1.191302f}},
         {{4}, {-2.12f, 0.84f, -0.2400001f, -1.32f}}});
}

TEST_F(LayerValuesTest, LayerNormalizationOfTwoAxes) {
  Check(layers::LayerNormalization({.axis = {1, 2}, .center = false}), {2, 2, 3}, false,
        {{2, 2, 3}, {2.742271f, 0.08487982f, 1.002888f, 1.671479f, -0.01958765f, 1.864744f, 1.640735f, -0.2005826f,
          1.528165f, 0.7910299f, -0.08540514f, -1.869351f}},
        {{{2, 2, 3}, {1.079646f, -1.19173f, 0.1122924f, 0.1131831f, -1.191869f, 1.078477f, 1.993309f, -0.6525791f,
          0.2715981f, 0.9261526f, -0.7548531f, -1.783628f}},
         {{2, 3}, {3.726712f, 0.1928858f, 3.804524f, 2.066994f, 0.4643748f, 4.448847f}}});
}

TEST_F(LayerValuesTest, LayerNormalizationOfAnInnerAxis) {
  Check(layers::LayerNormalization({.axis = {1}}), {2, 3, 2}, false,
        {{2, 3, 2}, {0.6373575f, -1.564073f, -1.092372f, 0.05237192f, 1.169245f, 2.225931f, 0.6373574f, -4.447917f,
          -1.092372f, -0.52f, 1.169245f, -0.2149997f}},
        {{{2, 3, 2}, {0.2454951f, 0.01870184f, 0.4237251f, -0.01200904f, -0.6692203f, -0.006692797f, -0.06859457f,
          -0.6029135f, -0.1218984f, 1.207639f, 0.190493f, -0.6047252f}},
         {{3}, {4.675821f, 4.75509f, 4.216504f}},
         {{3}, {-3.44f, 0.32f, 0.04000008f}}});
}

}  // namespace
}  // namespace eager::keras
