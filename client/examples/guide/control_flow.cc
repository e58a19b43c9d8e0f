// The host language's control flow on values of tensors.

#include <eager/eager.h>

#include "client/examples/guide/guide.h"

namespace tf = eager;

namespace guide {
namespace {

std::string FizzBuzz(int max) {
  std::ostringstream out;
  tf::Tensor counter = tf::constant(0);
  tf::Tensor max_num = tf::convert_to_tensor(max);
  for (int i = 1; i < int(max_num) + 1; ++i) {
    tf::Tensor num = tf::constant(i);
    if (int(num % 3) == 0 && int(num % 5) == 0) {
      out << "FizzBuzz\n";
    } else if (int(num % 3) == 0) {
      out << "Fizz\n";
    } else if (int(num % 5) == 0) {
      out << "Buzz\n";
    } else {
      out << num.numpy() << "\n";
    }
    counter += 1;
  }
  if (int(counter) != max) out << "the counter says " << counter << "\n";
  return out.str();
}

}  // namespace

void ControlFlow(Guide& guide) {
  const std::string text = FizzBuzz(15);
  guide.out() << text;
  guide.ExpectText("fizzbuzz(15)", text,
                   "1\n2\nFizz\n4\nBuzz\nFizz\n7\n8\nFizz\nBuzz\n11\nFizz\n13\n14\nFizzBuzz\n");
}

}  // namespace guide
