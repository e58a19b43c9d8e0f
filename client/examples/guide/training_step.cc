// A training loop of one's own, with its losses drawn.

#include <filesystem>
#include <numeric>

#include "client/examples/guide/images.h"

namespace tf = eager;

namespace guide {

void TrainingStep(Guide& guide) {
  constexpr int kEpochs = 3;
  std::ostream& out = guide.out();
  auto dataset = Images(guide);
  tf::keras::Sequential model = ImageModel();
  tf::keras::optimizers::Adam optimizer;
  tf::keras::losses::SparseCategoricalCrossentropy loss_object({.from_logits = true});
  std::vector<float> loss_history;

  const auto train_step = [&](const tf::Tensor& images, const tf::Tensor& labels) {
    tf::GradientTape tape;
    tf::Tensor logits = model(images, /*training=*/true);
    tf::debugging::assert_equal(logits.shape(), tf::Shape{32, 10});
    tf::Tensor loss_value = loss_object(labels, logits);
    const auto grads = tape.gradient(loss_value, model.trainable_variables());
    optimizer.apply(grads, model.trainable_variables());
    return loss_value;
  };

  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    std::vector<tf::Tensor> losses;  // read at the end: until then nothing waits for the server
    tf::keras::ProgressBar progress(dataset.cardinality(), tf::keras::Resolve(tf::keras::Verbose::kAuto, out), out);
    tf::keras::metrics::Mean mean("loss");
    const auto figures = [&] { return tf::keras::Logs::Values{{"loss", float(mean.result())}}; };
    for (auto& [images, labels] : dataset) {
      losses.push_back(train_step(images, labels));
      mean(losses.back());
      progress.Step(std::ssize(losses), figures);
    }
    progress.Finish(std::ssize(losses), figures());
    const std::vector<float> values = tf::stack(std::vector<tf::Operand>(losses.begin(), losses.end())).read<float>();
    loss_history.insert(loss_history.end(), values.begin(), values.end());
    out << "Epoch " << epoch << " finished\n";
  }

  const std::string picture = guide.folder("plots") + "/loss.png";
  try {
    tf::plot::line(loss_history, {.xlabel = "Batch #", .ylabel = "Loss [entropy]", .path = picture});
    out << "the losses are drawn in " << picture << "\n";
    guide.ExpectTrue("the picture is drawn", std::filesystem::file_size(picture) > 1000);
  } catch (const tf::Error& e) {
    if (e.code() != absl::StatusCode::kNotFound) throw;
    out << "no picture: " << e.what() << "\n";  // the training is none the worse for want of gnuplot
  }

  // Over whole epochs: they hold the same images, so that what is left is what was learned.
  const auto epoch_mean = [&](int epoch) {
    const auto batches = std::ssize(loss_history) / kEpochs;
    const auto begin = loss_history.begin() + epoch * batches;
    return std::accumulate(begin, begin + batches, 0.0) / static_cast<double>(batches);
  };
  const double first = epoch_mean(0);
  const double last = epoch_mean(kEpochs - 1);
  guide.ExpectTrue("the loss falls: " + Fixed(first, 3) + " at first, " + Fixed(last, 3) + " at last", last < first);
}

}  // namespace guide
