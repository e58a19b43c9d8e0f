// Optimizers' steps on the CPU.
#include "server/kernels/cpu/cpu_kernels.h"
#include "server/kernels/cpu/training_step.h"

namespace eager::server {
namespace training {
namespace {

template <template <class, class> class Rule>
struct Apply {
  template <class T>
  struct Kernel {
    static absl::Status Run(KernelContext& k) {
      using With = Rule<Number<T>, std::true_type>;
      using Without = Rule<Number<T>, std::false_type>;
      if constexpr (!With::kFlag.empty()) {
        if (k.attr<bool>(With::kFlag)) return Step<T>(k, MakeRule<T, With>(k, std::true_type()));
      }
      return Step<T>(k, MakeRule<T, Without>(k, std::false_type()));
    }
  };
};

template <template <class, class> class... Rules>
void AddRules(std::vector<KernelRow>& rows, RuleList<Rules...>) {
  (AddFloatRows<Apply<Rules>::template Kernel>(rows, Rules<float, bool>::kOp), ...);
}

}  // namespace
}  // namespace training

std::vector<KernelRow> CpuTrainingKernels() {
  std::vector<KernelRow> rows;
  training::AddRules(rows, training::TrainingRules());
  return rows;
}

}  // namespace eager::server
