#include "server/kernels/cpu/onednn.h"

#include "common/status_macros.h"

namespace eager::server {
namespace {

constexpr size_t kAlignment = 64;
size_t RoundUp(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

const dnnl::engine& OneDnnEngine() {
  static const auto* engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *engine;
}

dnnl::stream& OneDnnStream() {
  static thread_local dnnl::stream stream(OneDnnEngine());
  return stream;
}

dnnl::primitive_attr UserScratchpad() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

OneDnnOp::OneDnnOp(dnnl::primitive primitive, std::vector<Operand> operands, const dnnl::memory::desc& scratchpad)
    : primitive_(std::move(primitive)), operands_(std::move(operands)), scratchpad_(scratchpad),
      workspace_(RoundUp(scratchpad.get_size())) {
  for (size_t i = 0; i < operands_.size(); ++i) {
    const Operand& o = operands_[i];
    if (o.plain == o.used) continue;
    const auto& engine = OneDnnEngine();
    const dnnl::memory::desc &from = o.output ? o.used : o.plain, &to = o.output ? o.plain : o.used;
    reorders_.push_back({i, workspace_, dnnl::reorder({engine, from, engine, to})});
    workspace_ += RoundUp(o.used.get_size());
  }
}

absl::Status OneDnnOp::Run(std::initializer_list<const void*> data, Device& device) const {
  BufferRef workspace;
  if (workspace_ > 0) {
    ASSIGN_OR_RETURN(workspace, device.Allocate(workspace_));
  }
  char* const base = workspace ? static_cast<char*>(workspace->data()) : nullptr;
  return OneDnnGuard([&] {
    const auto& engine = OneDnnEngine();
    dnnl::stream& stream = OneDnnStream();
    std::unordered_map<int, dnnl::memory> args;
    for (size_t i = 0; i < operands_.size(); ++i) {
      args.emplace(operands_[i].arg, dnnl::memory(operands_[i].plain, engine, const_cast<void*>(data.begin()[i])));
    }
    args.emplace(DNNL_ARG_SCRATCHPAD, dnnl::memory(scratchpad_, engine, base));
    // From here on args has the operands as the primitive uses them, plain[i] as the caller does.
    std::vector<dnnl::memory> plain;
    for (const Reorder& r : reorders_) {
      const Operand& o = operands_[r.operand];
      dnnl::memory used(o.used, engine, base + r.offset);
      plain.push_back(std::exchange(args.at(o.arg), used));
      if (!o.output) r.primitive.execute(stream, plain.back(), used);
    }
    primitive_.execute(stream, args);
    for (size_t i = 0; i < reorders_.size(); ++i) {
      const Operand& o = operands_[reorders_[i].operand];
      if (o.output) reorders_[i].primitive.execute(stream, args.at(o.arg), plain[i]);
    }
    stream.wait();
  });
}

}  // namespace eager::server
