#include "client/examples/guide/images.h"

#include <algorithm>
#include <filesystem>

namespace tf = eager;

namespace guide {
namespace {

constexpr int64_t kBatch = 32;
constexpr const char* kFashionMnist = "/usr/share/datasets/fashion-mnist";

std::string DataFolder(const Options& options) {
  if (!options.data.empty()) return options.data;
  if (std::filesystem::exists(kFashionMnist)) return kFashionMnist;
  throw tf::Error(absl::NotFoundError("there are no images to train on: install Debian's package dataset-fashion-mnist, or "
                                      "say with --data where MNIST's files are (train-images-idx3-ubyte.gz, …)"),
                  std::source_location::current());
}

}  // namespace

tf::data::Dataset<tf::Tensor, tf::Tensor> Images(Guide& guide) {
  const std::string folder = DataFolder(guide.options());
  const tf::data::LabelledImages train = tf::data::load_mnist(folder).train;
  const int64_t all = train.images.shape()[0];
  // Whole batches, since the guide's training step asks for 32 rows.
  const int64_t count = std::min(guide.options().examples > 0 ? guide.options().examples : all, all) / kBatch * kBatch;
  guide.out() << count << " images from " << folder << "\n";

  const tf::Slice rows(0, count);
  tf::Tensor images = tf::cast(tf::constant(train.images[rows])[{tf::ellipsis, tf::newaxis}], tf::float32) / 255;
  tf::Tensor labels = tf::cast(tf::constant(train.labels[rows]), tf::int64);
  return tf::data::from_tensor_slices(std::pair(images, labels)).shuffle(1000).batch(kBatch);
}

tf::keras::Sequential ImageModel() {
  namespace layers = tf::keras::layers;
  return tf::keras::Sequential({
      layers::Conv2D(16, {3, 3}, {.activation = "relu", .input_shape = {tf::keras::None, tf::keras::None, 1}}),
      layers::Conv2D(16, {3, 3}, {.activation = "relu"}),
      layers::GlobalAveragePooling2D(),
      layers::Dense(10),
  });
}

}  // namespace guide
