// Tensors, broadcasting, operators, and host arrays beside them.

#include <eager/eager.h>

#include "client/examples/guide/guide.h"

namespace tf = eager;

namespace guide {

void Tensors(Guide& guide) {
  std::ostream& out = guide.out();
  out << std::boolalpha << tf::executing_eagerly() << "\n";

  tf::Tensor a = tf::constant({{1, 2},
                               {3, 4}});
  out << tf::type_name(a) << "\n";
  out << a << "\n";

  // Broadcasting
  tf::Tensor b = tf::add(a, 1);
  out << b << "\n";

  // Operators
  out << a * b << "\n";

  // Host arrays: values that were read are the program's own
  std::vector<int> product;
  const std::vector<int> x = a.read<int>(), y = b.read<int>();
  for (size_t i = 0; i < x.size(); ++i) product.push_back(x[i] * y[i]);
  const tf::HostTensor c = tf::HostTensor::FromSpan<int>({2, 2}, product);
  out << c << "\n";

  // From a tensor to a host array
  out << a.numpy() << "\n";

  guide.ExpectText("type(a)", tf::type_name(a), "eager::Tensor");
  guide.ExpectText("a", Text(a), "tf.Tensor(\n[[1 2]\n [3 4]], shape=(2, 2), dtype=int32)");
  guide.ExpectText("a + 1", Text(b), "tf.Tensor(\n[[2 3]\n [4 5]], shape=(2, 2), dtype=int32)");
  guide.ExpectText("a * b", Text(a * b), "tf.Tensor(\n[[ 2  6]\n [12 20]], shape=(2, 2), dtype=int32)");
  guide.ExpectText("c", Text(c), "[[ 2  6]\n [12 20]]");
  guide.ExpectText("a.numpy()", Text(a.numpy()), "[[1 2]\n [3 4]]");
  guide.ExpectTrue("executing_eagerly()", tf::executing_eagerly());
}

}  // namespace guide
