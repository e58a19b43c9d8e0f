// Optimizers' steps, in TensorFlow's order of operations (tensorflow/core/kernels/training_ops.cc), every intermediate
// result in T.
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/training_step.h"

namespace eager::server {
namespace training {
namespace {

template <class T>
struct Momentum {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const N lr = Scalars<T, 1>(k, 2)[0], momentum = Scalars<T, 1>(k, 4)[0];
    if (!k.attr<bool>("use_nesterov")) {
      return Step<T, 2>(k, 3, [=](N& var, N& accum, N g) {
        accum = accum * momentum + g;
        var = var - accum * lr;
      });
    }
    return Step<T, 2>(k, 3, [=](N& var, N& accum, N g) {
      accum = accum * momentum + g;
      var = var - (g * lr + accum * momentum * lr);
    });
  }
};

template <class T>
struct KerasMomentum {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const N lr = Scalars<T, 1>(k, 2)[0], momentum = Scalars<T, 1>(k, 4)[0];
    if (!k.attr<bool>("use_nesterov")) {
      return Step<T, 2>(k, 3, [=](N& var, N& accum, N g) {
        accum = accum * momentum - g * lr;
        var = var + accum;
      });
    }
    return Step<T, 2>(k, 3, [=](N& var, N& accum, N g) {
      accum = accum * momentum - g * lr;
      var = var + (accum * momentum - g * lr);
    });
  }
};

template <class T>
struct Adam {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const std::array<N, 6> s = Scalars<T, 6>(k, 3);
    const N beta1_power = s[0], beta2_power = s[1], lr = s[2], beta1 = s[3], beta2 = s[4], epsilon = s[5];
    const N alpha = lr * Sqrt(N(1) - beta2_power) / (N(1) - beta1_power), rest1 = N(1) - beta1, rest2 = N(1) - beta2;
    if (!k.attr<bool>("use_nesterov")) {
      return Step<T, 3>(k, 9, [=](N& var, N& m, N& v, N g) {
        m = m + (g - m) * rest1;
        v = v + (g * g - v) * rest2;
        var = var - (m * alpha) / (Sqrt(v) + epsilon);
      });
    }
    return Step<T, 3>(k, 9, [=](N& var, N& m, N& v, N g) {
      m = m + (g - m) * rest1;
      v = v + (g * g - v) * rest2;
      var = var - ((g * rest1 + beta1 * m) * alpha) / (Sqrt(v) + epsilon);
    });
  }
};

template <class T>
struct AdamWithAmsgrad {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const std::array<N, 6> s = Scalars<T, 6>(k, 4);
    const N beta1_power = s[0], beta2_power = s[1], lr = s[2], beta1 = s[3], beta2 = s[4], epsilon = s[5];
    const N alpha = lr * Sqrt(N(1) - beta2_power) / (N(1) - beta1_power), rest1 = N(1) - beta1, rest2 = N(1) - beta2;
    return Step<T, 4>(k, 10, [=](N& var, N& m, N& v, N& vhat, N g) {
      m = m + (g - m) * rest1;
      v = v + (g * g - v) * rest2;
      vhat = Max(vhat, v);
      var = var - (m * alpha) / (Sqrt(vhat) + epsilon);
    });
  }
};

template <class T>
struct AdaMax {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const std::array<N, 5> s = Scalars<T, 5>(k, 3);
    const N beta1_power = s[0], lr = s[1], beta1 = s[2], beta2 = s[3], epsilon = s[4];
    const N rate = lr / (N(1) - beta1_power), rest1 = N(1) - beta1;
    return Step<T, 3>(k, 8, [=](N& var, N& m, N& v, N g) {
      m = m + (g - m) * rest1;
      v = Max(beta2 * v, Abs(g));
      var = var - rate * (m / (v + epsilon));
    });
  }
};

template <class T>
struct RMSProp {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const std::array<N, 4> s = Scalars<T, 4>(k, 3);
    const N lr = s[0], rest = N(1) - s[1], momentum = s[2], epsilon = s[3];
    return Step<T, 3>(k, 7, [=](N& var, N& ms, N& mom, N g) {
      ms = ms + (g * g - ms) * rest;
      mom = mom * momentum + (g * lr) / Sqrt(ms + epsilon);
      var = var - mom;
    });
  }
};

template <class T>
struct CenteredRMSProp {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const std::array<N, 4> s = Scalars<T, 4>(k, 4);
    const N lr = s[0], rest = N(1) - s[1], momentum = s[2], epsilon = s[3];
    return Step<T, 4>(k, 8, [=](N& var, N& mg, N& ms, N& mom, N g) {
      ms = ms + (g * g - ms) * rest;
      mg = mg + (g - mg) * rest;
      mom = mom * momentum + (g * lr) / Sqrt(ms - mg * mg + epsilon);
      var = var - mom;
    });
  }
};

template <class T>
struct KerasRMSProp {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const std::array<N, 3> s = Scalars<T, 3>(k, 2);
    const N lr = s[0], rest = N(1) - s[1], epsilon = s[2];
    return Step<T, 2>(k, 5, [=](N& var, N& ms, N g) {
      ms = ms + (g * g - ms) * rest;
      var = var - (g * lr) / Sqrt(ms + epsilon);
    });
  }
};

template <class T>
struct KerasCenteredRMSProp {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const std::array<N, 3> s = Scalars<T, 3>(k, 3);
    const N lr = s[0], rest = N(1) - s[1], epsilon = s[2];
    return Step<T, 3>(k, 6, [=](N& var, N& mg, N& ms, N g) {
      ms = ms + (g * g - ms) * rest;
      mg = mg + (g - mg) * rest;
      var = var - (g * lr) / Sqrt(ms - mg * mg + epsilon);
    });
  }
};

template <class T>
struct Adagrad {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const N lr = Scalars<T, 1>(k, 2)[0];
    const bool update_slots = k.attr<bool>("update_slots");
    return Step<T, 2>(k, 3, [=](N& var, N& accum, N g) {
      if (update_slots) accum = accum + g * g;
      var = var - g * lr * (N(1) / Sqrt(accum));
    });
  }
};

template <class T>
struct AdagradV2 {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const auto [lr, epsilon] = Scalars<T, 2>(k, 2);
    const bool update_slots = k.attr<bool>("update_slots");
    return Step<T, 2>(k, 4, [=, lr = lr, epsilon = epsilon](N& var, N& accum, N g) {
      if (update_slots) accum = accum + g * g;
      var = var - g * lr / (Sqrt(accum) + epsilon);
    });
  }
};

template <class T>
struct KerasAdagrad {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const auto [lr, epsilon] = Scalars<T, 2>(k, 2);
    return Step<T, 2>(k, 4, [lr = lr, epsilon = epsilon](N& var, N& accum, N g) {
      accum = accum + g * g;
      var = var - (g * lr) / Sqrt(accum + epsilon);
    });
  }
};

template <class T>
struct Adadelta {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const std::array<N, 3> s = Scalars<T, 3>(k, 3);
    const N lr = s[0], rho = s[1], rest = N(1) - s[1], epsilon = s[2];
    return Step<T, 3>(k, 6, [=](N& var, N& accum, N& accum_update, N g) {
      accum = accum * rho + g * g * rest;
      const N update = Sqrt(accum_update + epsilon) * (N(1) / Sqrt(accum + epsilon)) * g;
      var = var - update * lr;
      accum_update = accum_update * rho + update * update * rest;
    });
  }
};

template <class T>
struct KerasWeightDecay {
  static absl::Status Run(KernelContext& k) {
    using N = Number<T>;
    const auto [weight_decay, lr] = Scalars<T, 2>(k, 1);
    return Step<T, 1>(k, kNoGrad, [weight_decay = weight_decay, lr = lr](N& var, N) {
      var = var - var * weight_decay * lr;
    });
  }
};

}  // namespace
}  // namespace training

std::vector<KernelRow> CpuTrainingKernels() {
  using namespace training;  // NOLINT: this family's names, not read elsewhere
  std::vector<KernelRow> rows;
  AddFloatRows<Momentum>(rows, "ResourceApplyMomentum");
  AddFloatRows<KerasMomentum>(rows, "ResourceApplyKerasMomentum");
  AddFloatRows<Adam>(rows, "ResourceApplyAdam");
  AddFloatRows<AdamWithAmsgrad>(rows, "ResourceApplyAdamWithAmsgrad");
  AddFloatRows<AdaMax>(rows, "ResourceApplyAdaMax");
  AddFloatRows<RMSProp>(rows, "ResourceApplyRMSProp");
  AddFloatRows<CenteredRMSProp>(rows, "ResourceApplyCenteredRMSProp");
  AddFloatRows<KerasRMSProp>(rows, "ResourceApplyKerasRMSProp");
  AddFloatRows<KerasCenteredRMSProp>(rows, "ResourceApplyKerasCenteredRMSProp");
  AddFloatRows<Adagrad>(rows, "ResourceApplyAdagrad");
  AddFloatRows<AdagradV2>(rows, "ResourceApplyAdagradV2");
  AddFloatRows<KerasAdagrad>(rows, "ResourceApplyKerasAdagrad");
  AddFloatRows<Adadelta>(rows, "ResourceApplyAdadelta");
  AddFloatRows<KerasWeightDecay>(rows, "ResourceApplyKerasWeightDecay");
  return rows;
}

}  // namespace eager::server
