// All layers.
#pragma once

#include "client/keras/layers/convolution.h"
#include "client/keras/layers/core.h"
#include "client/keras/layers/merging.h"
#include "client/keras/layers/normalization.h"
#include "client/keras/layers/pooling.h"
#include "client/keras/layers/regularization.h"
#include "client/keras/layers/reshaping.h"
