// Constants are watched only when a tape is told to.

#include <eager/eager.h>

#include "client/examples/guide/guide.h"

namespace tf = eager;

namespace guide {

void Watch(Guide& guide) {
  std::ostream& out = guide.out();
  tf::Variable x(tf::constant(1.0f));
  tf::Tensor a = tf::constant(1.0f);
  out << "type(x) " << tf::type_name(x) << "\n" << "type(a) " << tf::type_name(a) << "\n";

  std::optional<tf::Tensor> watched, unwatched;
  {
    tf::GradientTape tape;
    tape.watch(a);
    tf::Tensor y = tf::multiply(a, x);
    watched = tape.gradient(y, a);
  }
  out << watched->numpy() << "\n";
  {
    tf::GradientTape tape;
    tf::Tensor y = tf::multiply(a, x);
    unwatched = tape.gradient(y, a);
  }
  out << std::boolalpha << (unwatched == std::nullopt) << "\n";

  guide.ExpectText("gradient of a watched constant", Text(watched->numpy()), "1.0");
  guide.ExpectTrue("gradient of an unwatched constant is none", !unwatched.has_value());
}

}  // namespace guide
