// Models: their weights, names, checkpoint edges and summaries. The texts and orders were printed by tf_keras 2.21.
#include "client/keras/model.h"

#include "client/gradient_tape.h"
#include "client/keras/layers.h"
#include "client/keras/sequential.h"
#include "client/math.h"
#include "tests/client/keras/values.h"
#include "tests/support/in_process.h"

namespace eager::keras {
namespace {

using layers::Dense;
using Strings = std::vector<std::string>;

class ModelTest : public ::testing::Test {
 protected:
  ModelTest() { clear_session(); }
  std::unique_ptr<testing::InProcessServer> server_ = testing::InProcessServer::Make().value();
};

Strings Names(const std::vector<Variable>& variables) {
  Strings names;
  for (const Variable& v : variables) names.push_back(v.name());
  return names;
}

Strings EdgeNames(Module& module) {
  Strings names;
  for (const Tracked& edge : module.checkpoint_edges()) names.push_back(edge.name);
  return names;
}

// The guide's model.
class Line : public Model {
 public:
  Variable W{5.0f, {.name = "weight"}}, B{10.0f, {.name = "bias"}};
  Tensor call(const Tensor& inputs, bool training) override { return inputs * W + B; }
  EAGER_TRACK(W, B)
};

TEST_F(ModelTest, TheGuidesModelOfTwoVariables) {
  Line model;
  EXPECT_EQ(float(model(1.f)), 15);
  EXPECT_EQ(float(model(2.0)), 20);
  EXPECT_THROW(model(2), Error);  // an int32 tensor beside a float32 variable, as in Python
}

class Net : public Model {
 public:
  Tensor call(const Tensor& x, bool training) override {
    Tensor y = d2(d1(x)) * w;
    y = block(y);
    return norm(y, training);
  }
  Dense d1{32, {.activation = "relu"}}, d2{2}, block{2};
  layers::BatchNormalization norm;
  Variable w{1.f, {.name = "weight"}};
  EAGER_TRACK(d1, d2, w, block, norm)
};

TEST_F(ModelTest, SubclassesKeepLayersByAttribute) {
  Net net;
  EXPECT_EQ(Names(net.variables()), Strings{"weight:0"});
  EXPECT_ERROR(kFailedPrecondition, "\"net\" has not been built", net.summary_text());
  net(RampTensor({3, 8}));
  const Strings trained{"net/dense/kernel:0",
                        "net/dense/bias:0",
                        "net/dense_1/kernel:0",
                        "net/dense_1/bias:0",
                        "net/dense_2/kernel:0",
                        "net/dense_2/bias:0",
                        "net/batch_normalization/gamma:0",
                        "net/batch_normalization/beta:0"};
  const Strings averages{"net/batch_normalization/moving_mean:0", "net/batch_normalization/moving_variance:0"};
  Strings all = trained;
  all.insert(all.end(), averages.begin(), averages.end());
  all.push_back("weight:0");
  EXPECT_EQ(Names(net.weights()), all);
  Strings trainable = trained;
  trainable.push_back("weight:0");
  EXPECT_EQ(Names(net.trainable_variables()), trainable);
  EXPECT_EQ(Names(net.non_trainable_variables()), averages);
  EXPECT_EQ(EdgeNames(net), (Strings{"d1", "d2", "w", "block", "norm"}));
  EXPECT_EQ(EdgeNames(net.d1), (Strings{"kernel", "_kernel", "bias"}));
  EXPECT_EQ(EdgeNames(net.norm), (Strings{"gamma", "beta", "moving_mean", "moving_variance"}));
  EXPECT_EQ(net.summary_text(), R"(Model: "net"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   
=================================================================
 dense (Dense)               multiple                  288       
                                                                 
 dense_1 (Dense)             multiple                  66        
                                                                 
 dense_2 (Dense)             multiple                  6         
                                                                 
 batch_normalization (Batch  multiple                  8         
 Normalization)                                                  
                                                                 
=================================================================
Total params: 369 (1.44 KB)
Trainable params: 365 (1.43 KB)
Non-trainable params: 4 (16.00 Byte)
_________________________________________________________________
)");
  EXPECT_EQ(&net.get_layer("dense_1"), &net.d2);
  EXPECT_ERROR(kInvalidArgument, "no such layer: x; existing layers are: dense, dense_1", net.get_layer("x"));
  net.set_trainable(false);
  EXPECT_TRUE(net.trainable_variables().empty());
  EXPECT_EQ(net.non_trainable_variables().size(), 11u);
}

TEST_F(ModelTest, InsideAModuleAsTensorFlowWalks) {
  class Both : public Module {
   public:
    Net n;
    Dense a{3};
    layers::BatchNormalization bn;
    EAGER_TRACK(n, a, bn)
  } both;
  both.n(RampTensor({3, 8}));
  both.a(RampTensor({1, 2}));
  both.bn(RampTensor({1, 2}));
  EXPECT_EQ(Names(both.variables()),
            (Strings{"dense_3/kernel:0", "dense_3/bias:0", "batch_normalization_1/moving_mean:0",
                     "batch_normalization_1/moving_variance:0", "batch_normalization_1/gamma:0",
                     "batch_normalization_1/beta:0", "weight:0", "net/dense/kernel:0", "net/dense/bias:0",
                     "net/dense_1/kernel:0", "net/dense_1/bias:0", "net/dense_2/kernel:0", "net/dense_2/bias:0",
                     "net/batch_normalization/moving_mean:0", "net/batch_normalization/moving_variance:0",
                     "net/batch_normalization/gamma:0", "net/batch_normalization/beta:0"}));
}

TEST_F(ModelTest, SequentialKnowsItsShapesFromTheFirstLayer) {
  Sequential model({
      layers::Conv2D(16, {3, 3}, {.activation = "relu", .input_shape = {None, None, 1}}),
      layers::Conv2D(16, {3, 3}, {.activation = "relu"}),
      layers::GlobalAveragePooling2D(),
      Dense(10),
  });
  EXPECT_EQ(Names(model.variables()), (Strings{"conv2d/kernel:0", "conv2d/bias:0", "conv2d_1/kernel:0",
                                               "conv2d_1/bias:0", "dense/kernel:0", "dense/bias:0"}));
  EXPECT_EQ(model.summary_text(), R"(Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   
=================================================================
 conv2d (Conv2D)             (None, None, None, 16)    160       
                                                                 
 conv2d_1 (Conv2D)           (None, None, None, 16)    2320      
                                                                 
 global_average_pooling2d (  (None, 16)                0         
 GlobalAveragePooling2D)                                         
                                                                 
 dense (Dense)               (None, 10)                170       
                                                                 
=================================================================
Total params: 2650 (10.35 KB)
Trainable params: 2650 (10.35 KB)
Non-trainable params: 0 (0.00 Byte)
_________________________________________________________________
)");
  EXPECT_EQ(EdgeNames(model), (Strings{"layer_with_weights-0", "layer-0", "layer_with_weights-1", "layer-1", "layer-2",
                                       "layer_with_weights-2", "layer-3", "_functional"}));
  const Tracked keras3 = model.checkpoint_edges().back();
  const auto& operations = std::get<std::vector<Tracked>>(std::get<std::vector<Tracked>>(keras3.part).at(0).part);
  ASSERT_EQ(operations.size(), 5u);
  EXPECT_EQ(operations[0].name, "0");
  EXPECT_TRUE(std::get<std::vector<Tracked>>(operations[0].part).empty());
  EXPECT_EQ(std::get<Module*>(operations[4].part), &model.get_layer("dense"));
}

TEST_F(ModelTest, SummariesOfAllKindsOfLayers) {
  Sequential model({layers::Flatten({.input_shape = {28, 28}}), layers::Reshape({28, 28, 1}), layers::MaxPooling2D(),
                    layers::AveragePooling2D(3, {.strides = 2, .padding = "same"}), layers::DepthwiseConv2D(3),
                    layers::LayerNormalization(), layers::Activation("relu"), layers::ReLU(), layers::Softmax(),
                    layers::GlobalMaxPooling2D()},
                   {.name = "many"});
  EXPECT_EQ(model.summary_text(), R"(Model: "many"
_________________________________________________________________
 Layer (type)                Output Shape              Param #   
=================================================================
 flatten (Flatten)           (None, 784)               0         
                                                                 
 reshape (Reshape)           (None, 28, 28, 1)         0         
                                                                 
 max_pooling2d (MaxPooling2  (None, 14, 14, 1)         0         
 D)                                                              
                                                                 
 average_pooling2d (Average  (None, 7, 7, 1)           0         
 Pooling2D)                                                      
                                                                 
 depthwise_conv2d (Depthwis  (None, 5, 5, 1)           10        
 eConv2D)                                                        
                                                                 
 layer_normalization (Layer  (None, 5, 5, 1)           2         
 Normalization)                                                  
                                                                 
 activation (Activation)     (None, 5, 5, 1)           0         
                                                                 
 re_lu (ReLU)                (None, 5, 5, 1)           0         
                                                                 
 softmax (Softmax)           (None, 5, 5, 1)           0         
                                                                 
 global_max_pooling2d (Glob  (None, 1)                 0         
 alMaxPooling2D)                                                 
                                                                 
=================================================================
Total params: 12 (48.00 Byte)
Trainable params: 12 (48.00 Byte)
Non-trainable params: 0 (0.00 Byte)
_________________________________________________________________
)");
}

TEST_F(ModelTest, LongNamesAndManyParameters) {
  Sequential model({layers::Embedding(100000, 64, {.input_shape = {3}}), layers::Flatten(),
                    Dense(700, {.name = "a_very_long_layer_name_indeed_really_long"})},
                   {.name = "bigmodel"});
  const std::string text = model.summary_text();
  EXPECT_NE(text.find(R"( embedding (Embedding)       (None, 3, 64)             6400000   
                                                                 
 flatten (Flatten)           (None, 192)               0         
                                                                 
 a_very_long_layer_name_ind  (None, 700)               135100    
 eed_really_long (Dense)                                         
                                                                 
=================================================================
Total params: 6535100 (24.93 MB)
)"),
            std::string::npos)
      << text;
}

TEST_F(ModelTest, SequentialIsBuiltByItsFirstBatch) {
  Sequential model({Dense(4), Dense(2)});
  EXPECT_ERROR(kFailedPrecondition, "weights of model \"sequential\" have not been made yet", model.variables());
  EXPECT_TRUE(model.has_weights());
  EXPECT_EQ(EdgeNames(model),
            (Strings{"layer_with_weights-0", "layer-0", "layer_with_weights-1", "layer-1", "_functional"}));
  model(RampTensor({3, 8}));
  EXPECT_EQ(Names(model.variables()),
            (Strings{"dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0"}));
  EXPECT_NE(model.summary_text().find(" dense (Dense)               (3, 4)                    36        \n"),
            std::string::npos);
  model(RampTensor({5, 8}));  // so the number of examples is any
  EXPECT_NE(model.summary_text().find(" dense (Dense)               (None, 4)                 36        \n"),
            std::string::npos);
  EXPECT_ERROR(kInvalidArgument, "Input 0 of layer \"dense\" is incompatible with the layer: expected axis -1",
               model(RampTensor({2, 3})));
}

TEST_F(ModelTest, SequentialIsBuiltForAShape) {
  Sequential model;
  model.add(Dense(4)).add(layers::Dropout(0.5)).add(Dense(2));
  model.build_for({None, 3});
  EXPECT_EQ(model.count_params(), 26);
  EXPECT_ERROR(kInvalidArgument, "\"dense\" is already in model", model.add(Dense(1, {.name = "dense"})));
  EXPECT_ERROR(kInvalidArgument, "an InputLayer comes first", model.add(layers::InputLayer({3})));
  model.add(Dense(1));
  EXPECT_EQ(model.count_params(), 29);
  EXPECT_EQ(Sequential({layers::InputLayer({3}), Dense(2)}).count_params(), 8);
  EXPECT_EQ(Sequential({layers::InputLayer({3}), Dense(2)}).layers().size(), 1u);
  EXPECT_ERROR(kInvalidArgument, "should be defined", Sequential({Dense(2, {.input_shape = {None}})}));
}

class Nest : public Model {
 public:
  Sequential q{Dense(2)}, q2{Dense(2, {.input_shape = {3}})};
  Dense d{3};
  Tensor call(const Tensor& x, bool training) override { return q2(d(q(x))); }
  EAGER_TRACK(q, q2, d)
};

TEST_F(ModelTest, ModelsInModels) {
  Nest net;
  net(RampTensor({2, 2}));
  EXPECT_EQ(Names(net.weights()), (Strings{"dense/kernel:0", "dense/bias:0", "dense_1/kernel:0", "dense_1/bias:0",
                                           "nest/dense_2/kernel:0", "nest/dense_2/bias:0"}));
  EXPECT_EQ(net.summary_text({.expand_nested = true, .show_trainable = true}), R"(Model: "nest"
____________________________________________________________________________
 Layer (type)                Output Shape              Param #   Trainable  
============================================================================
 sequential (Sequential)     (2, 2)                    6         Y          
|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
| dense (Dense)              (2, 2)                    6         Y         |
¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯
 sequential_1 (Sequential)   (None, 2)                 8         Y          
|¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯|
| dense_1 (Dense)            (None, 2)                 8         Y         |
¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯¯
 dense_2 (Dense)             multiple                  9         Y          
                                                                            
============================================================================
Total params: 23 (92.00 Byte)
Trainable params: 23 (92.00 Byte)
Non-trainable params: 0 (0.00 Byte)
____________________________________________________________________________
)");
}

// A layer of the user's own, as layer.h shows it.
class Linear : public Layer {
 public:
  explicit Linear(int64_t units) : units_(units) {}
  void build(const PartialShape& input) override { w_ = add_weight("w", {input[-1], units_}, "ones"); }
  Tensor call(const Tensor& x, bool training) override { return matmul(x, *w_); }

 private:
  int64_t units_;
  std::optional<Variable> w_;
};

TEST_F(ModelTest, LayersOfOnesOwn) {
  Sequential model({Linear(2), Dense(1)});
  model(RampTensor({2, 3}));
  EXPECT_EQ(Names(model.variables()), (Strings{"linear/w:0", "dense/kernel:0", "dense/bias:0"}));
  EXPECT_NE(model.summary_text().find(" linear (Linear)             (2, 2)                    6         \n"),
            std::string::npos);
  EXPECT_ERROR(kUnimplemented, "has no call()", Model()(1.f));
}

TEST_F(ModelTest, ABuildThatFailsIsDoneAgain) {
  Dense dense(2, {.bias_initializer = [](const Shape& shape, DType) { return zeros({shape[0] + 1}); }});
  dense.build_for({None, 2});
  Sequential model({Dense(2, {.kernel_initializer = "identity"})});
  model(RampTensor({1, 3}));
  EXPECT_EQ(model.count_params(), 8);
}

TEST_F(ModelTest, LayersAreShared) {
  auto shared = std::make_shared<Dense>(3);
  Sequential a({shared, Dense(1)}), b({shared});
  a(RampTensor({1, 2}));
  EXPECT_EQ(b(RampTensor({1, 2})).shape(), (Shape{1, 3}));
  EXPECT_EQ(b.variables().size(), 2u);
}

}  // namespace
}  // namespace eager::keras
