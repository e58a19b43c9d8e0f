#include "client/summary/event.h"

#include <chrono>

#include "eager/events/event.pb.h"

namespace eager::internal {
namespace {

std::string Text(absl::string_view text) { return std::string(text.data(), text.size()); }

void Fill(const HostTensor& value, events::TensorProto& tensor) {
  tensor.set_dtype(static_cast<int32_t>(value.dtype()));
  events::TensorShapeProto& shape = *tensor.mutable_tensor_shape();  // there even if it has no axes
  for (const int64_t extent : value.shape().dims()) shape.add_dim()->set_size(extent);
  if (value.dtype() == DType::kString) {
    for (int64_t i = 0; i < value.num_elements(); ++i) tensor.add_string_val(Text(value.string_at(i)));
  } else {
    tensor.set_tensor_content(Text(value.bytes()));
  }
}

}  // namespace

double WallTime() {
  using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::system_clock;
  return static_cast<double>(duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()) / 1e6;
}

std::string FileVersionEvent(double wall_time) {
  events::Event event;
  event.set_wall_time(wall_time);
  event.set_file_version("brain.Event:2");
  // The name of the writer whose format this is, so that readers take it for what it is.
  event.mutable_source_metadata()->set_writer("tensorflow.core.util.events_writer");
  return event.SerializeAsString();
}

std::string ValueEvent(double wall_time, int64_t step, absl::string_view tag, const HostTensor& value,
                       absl::string_view plugin, absl::string_view description) {
  events::Event event;
  event.set_wall_time(wall_time);
  event.set_step(step);
  events::Summary::Value& entry = *event.mutable_summary()->add_value();
  entry.set_tag(Text(tag));
  Fill(value, *entry.mutable_tensor());
  entry.mutable_metadata()->mutable_plugin_data()->set_plugin_name(Text(plugin));
  entry.mutable_metadata()->set_summary_description(Text(description));
  return event.SerializeAsString();
}

}  // namespace eager::internal
