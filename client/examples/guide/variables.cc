// Where variables live, how they change, and how modules find theirs.

#include <eager/eager.h>

#include "absl/strings/match.h"
#include "client/examples/guide/guide.h"

namespace tf = eager;

namespace guide {
namespace {

class MyModuleOne : public tf::Module {
 public:
  MyModuleOne() {
    for (int x = 0; x < 10; ++x) vs.emplace_back(x);
  }
  tf::Variable v0{1.0f};
  std::vector<tf::Variable> vs;
  EAGER_TRACK(v0, vs)
};

class MyOtherModule : public tf::Module {
 public:
  MyModuleOne m;
  tf::Variable v{10.0f};
  EAGER_TRACK(m, v)
};

}  // namespace

void Variables(Guide& guide) {
  std::ostream& out = guide.out();
  const std::vector<tf::DeviceInfo> devices = tf::list_devices();
  std::string listing;
  for (const tf::DeviceInfo& device : devices) listing += (listing.empty() ? "[" : ", ") + tf::ToString(device);
  listing += "]";
  out << listing << "\n";
  for (const char* part : {"name: \"/device:CPU:0\"", "device_type: \"CPU\"", "memory_limit: ", "locality {", "incarnation: "}) {
    guide.ExpectTrue("the listing of devices has " + std::string(part), absl::StrContains(listing, part));
  }

  tf::Variable my_variable(tf::zeros({1, 2, 3}));
  guide.ExpectText("shape of my_variable", my_variable.shape().ToString(), "[1,2,3]");
  {
    tf::device scope("/gpu:0");  // the CPU, where the server has no GPU
    tf::Variable v(tf::zeros({10, 10}));
    const std::string want = tf::is_gpu_available() ? "GPU:0" : "CPU:0";
    guide.ExpectTrue("a variable asked for on /gpu:0 is on " + want, absl::StrContains(v.device(), want));
  }

  {
    tf::Variable v(0.0f);
    tf::Tensor w = v + 1;
    out << tf::type_name(w) << "\n" << w.numpy() << "\n";
    guide.ExpectText("v + 1", Text(w.numpy()), "1.0");
  }
  {
    tf::Variable v(0.0f);
    v.assign_add(1);
    out << v << "\n";
    guide.ExpectText("a variable prints as", Text(v), "<tf.Variable 'Variable:0' shape=() dtype=float32, numpy=1.0>");
  }
  {
    tf::Variable v(0.0f);
    v.assign_add(1);
    out << "read_value " << v.read_value() << "\nnumpy " << v.numpy() << "\n";
    guide.ExpectText("read_value", Text(v.read_value()), "tf.Tensor(1.0, shape=(), dtype=float32)");
    guide.ExpectText("numpy", Text(v.numpy()), "1.0");
  }

  MyOtherModule m;
  out << m.variables().size() << "\n";  // 12 = 1 (m.v0) + 10 (m.vs) + 1 (v)
  guide.ExpectNear("variables of the module", static_cast<double>(m.variables().size()), 12, 0);

  tf::Variable s(1.0f);
  tf::Tensor s2 = tf::ones({2}, tf::float32);
  out << tf::type_name(s) << "\n" << tf::type_name(s2) << "\n";
}

}  // namespace guide
