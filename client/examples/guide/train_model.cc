// A pipeline of images, and what a model says of one before it has learnt anything.

#include "client/examples/guide/images.h"

namespace tf = eager;

namespace guide {

void TrainModel(Guide& guide) {
  auto dataset = Images(guide);
  tf::keras::Sequential model = ImageModel();
  for (auto& [images, labels] : dataset.take(1)) {
    const tf::HostTensor logits = model(images[{tf::Slice(0, 1)}]).numpy();
    guide.out() << "Logits:  " << logits << "\n";
    guide.ExpectText("shape of the logits", logits.shape().ToString(), "[1,10]");
    guide.ExpectText("shape of a batch", images.shape().ToString(), "[32,28,28,1]");
    guide.ExpectText("dtype of the labels", std::string(tf::Name(labels.dtype())), "int64");
  }
}

}  // namespace guide
