#include "client/examples/guide/images.h"

#include <algorithm>
#include <filesystem>

namespace tf = eager;

namespace guide {
namespace {

constexpr int64_t kBatch = 32;
constexpr const char* kFashionMnist = "/usr/share/datasets/fashion-mnist";

std::string DataPath(const Options& options) {
  if (!options.data.empty()) return options.data;
  if (std::filesystem::exists(kFashionMnist)) return kFashionMnist;
  throw tf::Error(absl::NotFoundError("there are no images to train on: install Debian's package dataset-fashion-mnist, or "
                                      "say with --data where MNIST's files are (train-images-idx3-ubyte.gz, …), or what "
                                      "client/examples/datasets/fetch_digits.sh prints"),
                  std::source_location::current());
}

// Images as uint8 (n, 28, 28), and their classes: MNIST's files in a folder, or a table of 784 pixels and the class a row.
tf::data::LabelledImages Load(const std::string& path) {
  if (std::filesystem::is_directory(path)) return tf::data::load_mnist(path).train;
  const tf::data::CsvTable table = tf::data::load_csv(path, {.dtypes = {tf::uint8}, .label_column = -1});
  const tf::NDArray pixels = table.features();
  return {pixels.reshape({pixels.shape()[0], 28, 28}), *table.labels};
}

}  // namespace

tf::data::Dataset<tf::Tensor, tf::Tensor> Images(Guide& guide) {
  const std::string path = DataPath(guide.options());
  const tf::data::LabelledImages train = Load(path);
  const int64_t all = train.images.shape()[0];
  // Whole batches, since the guide's training step asks for 32 rows.
  const int64_t count = std::min(guide.options().examples > 0 ? guide.options().examples : all, all) / kBatch * kBatch;
  guide.out() << count << " images from " << path << "\n";

  // A table of digits is sorted by its classes.
  const int64_t shuffled = std::filesystem::is_directory(path) ? 1000 : count;
  const tf::Slice rows(0, count);
  tf::Tensor images = tf::cast(tf::constant(train.images[rows])[{tf::ellipsis, tf::newaxis}], tf::float32) / 255;
  tf::Tensor labels = tf::cast(tf::constant(train.labels[rows]), tf::int64);
  return tf::data::from_tensor_slices(std::pair(images, labels)).shuffle(shuffled).batch(kBatch);
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
