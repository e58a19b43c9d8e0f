// eager-exchange: the C++ side of checkpoints.py. Prints nothing; exits 1 with an error.
//
//   write PREFIX              a checkpoint of the objects below, with values that checkpoints.py knows too
//   copy FROM TO [BYTES]      restores FROM into fresh objects, all of it, and writes TO, in data files of at most
//   BYTES copy-weights FROM TO      the same with load_weights and save_weights, for a Keras 2 Sequential of two Dense
//   layers manage FOLDER N           N saves of a CheckpointManager that keeps two

#include <eager/eager.h>

#include <cstring>
#include <iostream>

#include "client/inprocess.h"

namespace tf = eager;
using namespace std::string_literals;

namespace {

constexpr const char* kDTypes[] = {"float32", "float64", "float16", "bfloat16",  "int8",
                                   "int16",   "int32",   "int64",   "uint8",     "uint16",
                                   "uint32",  "uint64",  "bool",    "complex64", "complex128"};

// Bytes that count up; for bool alternating.
tf::HostTensor Counting(tf::DType dtype, const tf::Shape& shape, uint8_t start) {
  tf::HostTensor t(tf::TensorSpec{dtype, shape});
  auto* bytes = static_cast<uint8_t*>(t.data());
  for (size_t i = 0; i < t.num_bytes(); ++i) {
    const auto n = static_cast<uint8_t>(start + i);
    bytes[i] = dtype == tf::DType::kBool ? n % 2 : n % 60;  // no NaN, whose bits may change on the way through NumPy
  }
  return t;
}

class Layer : public tf::Module {
 public:
  Layer(int64_t inputs, int64_t outputs, uint8_t start)
      : kernel(tf::constant(Counting(tf::float32, {inputs, outputs}, start)), {.name = "layer/kernel"}),
        bias(tf::constant(Counting(tf::float32, {outputs}, start)), {.name = "layer/bias"}) {}
  tf::Variable kernel, bias;
  EAGER_TRACK(kernel, bias)
};

class Net : public tf::Module {
 public:
  explicit Net(uint8_t start)
      : layers{Layer(3, 4, start), Layer(4, 2, static_cast<uint8_t>(start + 7))}, odd{{"a.b/c", layers[0].bias}} {
    for (const char* dtype : kDTypes) {
      dtypes.emplace(dtype, tf::Variable(tf::constant(Counting(*tf::ParseDType(dtype), {2, 3}, start))));
    }
    dtypes.emplace("empty", tf::Variable(tf::constant(Counting(tf::float32, {0, 3}, start))));
    dtypes.emplace("string", tf::Variable(tf::constant(tf::HostTensor::Strings(
                                 {2}, start == 0 ? std::vector{""s, ""s} : std::vector{"text"s, "\x01\xff\0x"s}))));
  }
  std::vector<Layer> layers;
  std::map<std::string, tf::Variable> odd, dtypes;
  EAGER_TRACK(layers, odd, dtypes)
};

// The names that Keras 2 gives the layers of tf_keras.Sequential([Dense(4), Dense(2)]), those of its aliases as well.
class Sequential : public tf::Module {
 public:
  Layer first{3, 4, 0}, second{4, 2, 0};
  std::vector<tf::Tracked> tracked() override {
    return {
        {"layer_with_weights-0", &first}, {"layer-0", &first}, {"layer_with_weights-1", &second}, {"layer-1", &second}};
  }
};

// tf_keras.Sequential([Conv2D(4, 3), BatchNormalization(), GlobalAveragePooling2D(), Dense(3)]) and its Adam.
void CopyCnn(const std::string& from, const std::string& to) {
  namespace layers = tf::keras::layers;
  tf::keras::Sequential model({layers::Conv2D(4, 3, {.input_shape = {8, 8, 1}}), layers::BatchNormalization(),
                               layers::GlobalAveragePooling2D(), layers::Dense(3)});
  tf::keras::optimizers::Adam optimizer;
  tf::train::Checkpoint checkpoint({{"model", model}, {"optimizer", optimizer}});
  const tf::train::CheckpointLoadStatus status = checkpoint.restore(from);
  optimizer.build(model.trainable_variables());
  status.assert_consumed();
  checkpoint.write(to);
}

struct Program {
  explicit Program(uint8_t start) : net(start), step(tf::constant(int64_t{start}), {.name = "step"}) {}
  Net net;
  tf::Variable step;
  tf::train::Checkpoint checkpoint{{{"model", net}, {"step", step}}};
};

int Run(const std::vector<std::string>& args) {
  const std::string command = args.empty() ? "" : args[0];
  if (command == "write" && args.size() == 2) {
    Program(5).checkpoint.save(args[1]);
  } else if (command == "copy" && args.size() >= 3) {
    Program fresh(0);
    fresh.checkpoint.restore(args[1]).assert_consumed();
    fresh.checkpoint.write(args[2], {.max_shard_bytes = args.size() > 3 ? std::stoull(args[3]) : 0});
  } else if (command == "copy-weights" && args.size() == 3) {
    Sequential fresh;
    tf::train::load_weights(fresh, args[1]).assert_consumed();
    tf::train::save_weights(fresh, args[2]);
  } else if (command == "copy-cnn" && args.size() == 3) {
    CopyCnn(args[1], args[2]);
  } else if (command == "manage" && args.size() == 3) {
    Program program(5);
    tf::train::CheckpointManager manager(program.checkpoint, args[1], {.max_to_keep = 2});
    for (int i = std::stoi(args[2]); i > 0; --i) manager.save();
  } else {
    std::cerr
        << "usage: eager-exchange write PREFIX | copy FROM TO [BYTES] | copy-weights FROM TO | copy-cnn FROM TO | "
           "manage FOLDER N\n";
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    tf::ConnectInProcess();
    const int status = Run({argv + 1, argv + argc});
    tf::Disconnect();
    return status;
  } catch (const std::exception& e) {
    std::cerr << "eager-exchange: " << e.what() << "\n";
    return 1;
  }
}
