#include <eager/eager.h>

#include <iostream>

namespace tf = eager;

int main() {
  tf::Tensor a = tf::constant({{1, 2}, {3, 4}});
  std::cout << a * tf::add(a, 1) << "\n";

  tf::Variable w(tf::constant({{3.0f}}));
  tf::GradientTape tape({.persistent = true});
  tf::Tensor loss = w * w, loss2 = loss * loss;
  tape.stop();
  std::cout << *tape.gradient(loss2, w) << "\n";

  int counted = 0;
  for (int i = 0; int(tf::constant(i) % 15) != 0 || i == 0; ++i) ++counted;
  std::cout << counted << " numbers before 15\n";

  try {
    tf::matmul(a, tf::constant({1, 2}));
  } catch (const tf::Error& error) {
    std::cout << error.op() << ": an error in line " << error.where().line() << "\n";
  }
}
