// A function with a gradient of its own, whose two halves run in this program.

#include <eager/eager.h>

#include "client/examples/guide/guide.h"

namespace tf = eager;

namespace guide {

void CustomGradient(Guide& guide) {
  std::ostream& out = guide.out();
  out << "X = tf.constant(100.)\nY = 3x^2\n\nNot Customize Gradient\n";
  {
    tf::Tensor x = tf::constant(100.0f);
    tf::GradientTape tape;
    tape.watch(x);
    tf::Tensor y = 3 * x * x;
    const tf::HostTensor gradient = tape.gradient(y, x)->numpy();
    out << gradient << "\n\nCustom_gradient\n";
    guide.ExpectText("the ordinary gradient", Text(gradient), "600.0");
  }

  std::string forward_text, dy_text;
  auto custom = tf::custom_gradient([&](const tf::Tensor& x) {
    out << "Start\n";
    tf::Tensor forward = 3 * x * x;
    forward_text = Text(forward.numpy());
    out << "Forward Type:  " << tf::type_name(forward) << " Forward value " << forward_text << "\n";

    auto grad = [&out, &dy_text, forward](const tf::Tensor& dy) {
      out << "Grad Start\n";
      dy_text = Text(dy.numpy());
      out << "dy Type:  " << tf::type_name(dy) << " dy value " << dy_text << "\n";
      return dy * forward;
    };
    return std::pair(forward, grad);
  });

  const auto example = [&](const tf::Tensor& x, bool squared) {
    out << tf::type_name(x) << "\n";
    tf::GradientTape tape;
    tape.watch(x);
    tf::Tensor value = custom(x);
    if (squared) value = value * value;
    const std::string value_text = Text(value.numpy());
    out << "Value Type:  " << tf::type_name(value) << " Value value " << value_text << "\n";
    guide.ExpectText("forward", forward_text, "300.0");
    guide.ExpectText("value", value_text, squared ? "90000.0" : "300.0");
    return *tape.gradient(value, x);
  };

  tf::Tensor grad1 = example(tf::constant(10.0f), /*squared=*/false);
  out << tf::type_name(grad1) << "\n" << grad1.numpy() << "\n";
  guide.ExpectText("dy", dy_text, "1.0");
  guide.ExpectText("gradient", Text(grad1.numpy()), "300.0");

  tf::Tensor grad2 = example(tf::constant(10.0f), /*squared=*/true);
  out << tf::type_name(grad2) << "\n" << grad2.numpy() << "\n";
  guide.ExpectText("dy of the square", dy_text, "600.0");
  guide.ExpectText("gradient of the square", Text(grad2.numpy()), "180000.0");
}

}  // namespace guide
