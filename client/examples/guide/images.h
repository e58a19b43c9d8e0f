// The images that train_model and training_step learn from, and their model.
#pragma once

#include <eager/eager.h>

#include "client/examples/guide/guide.h"

namespace guide {

// 28x28 images in [0, 1] with a last axis of one channel, and their classes 0 to 9 as int64; shuffled, in batches of 32.
// From MNIST's files where the options say, else from those of Debian's package dataset-fashion-mnist.
eager::data::Dataset<eager::Tensor, eager::Tensor> Images(Guide& guide);

// Two convolutions, the mean over the image, and a dense layer.
eager::keras::Sequential ImageModel();

}  // namespace guide
