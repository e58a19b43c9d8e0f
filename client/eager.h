// Everything a program needs: #include <eager/eager.h>
#pragma once

#include "client/constant.h"
#include "client/context.h"
#include "client/custom_gradient.h"
#include "client/error.h"
#include "client/gradient_tape.h"
#include "client/indexing.h"
#include "client/keras/optimizers.h"
#include "client/math.h"
#include "client/module.h"
#include "client/ndarray.h"
#include "client/op.h"
#include "client/ops.h"
#include "client/random.h"
#include "client/tensor.h"
#include "client/types.h"
#include "client/variable.h"
