#include "client/summary/file_writer.h"

#include "absl/strings/str_cat.h"
#include "client/core/throw.h"
#include "client/summary/event_file.h"
#include "client/summary/thread_state.h"
#include "common/visit_dtype.h"

namespace eager::summary {
namespace {

absl::StatusOr<int64_t> Integer(const HostTensor& step) {
  if (!IsInteger(step.dtype()) || step.num_elements() != 1 || step.shape().rank() != 0) {
    return absl::InvalidArgumentError(absl::StrCat("summary: expected a step that is an integer scalar, got ",
                                                   std::string(Name(step.dtype())), " ", step.shape().ToString()));
  }
  return step.dtype() == DType::kUint64   ? static_cast<int64_t>(step.values<uint64_t>()[0])
         : step.dtype() == DType::kUint32 ? static_cast<int64_t>(step.values<uint32_t>()[0])
                                          : step.view().int_at(0);
}

}  // namespace

int64_t Step::value(std::source_location where) const {
  if (const auto* number = std::get_if<int64_t>(&step_)) return *number;
  const auto* variable = std::get_if<Variable>(&step_);
  const HostTensor read = variable != nullptr ? variable->numpy(where) : std::get<Tensor>(step_).numpy(where);
  return internal::ValueOrThrow(Integer(read), where);
}

FileWriter::FileWriter(const std::string& logdir, FileWriterOptions options, std::source_location where)
    : file_(internal::ValueOrThrow(internal::EventFile::Create(logdir, options), where)) {}

default_writer FileWriter::as_default(std::optional<Step> step, std::source_location where) const {
  if (file_->closed()) {
    throw Error(absl::FailedPreconditionError(absl::StrCat("FileWriter: the writer of ", path(), " is closed")), where);
  }
  return default_writer(*this, std::move(step));
}

void FileWriter::flush(std::source_location where) const { internal::ThrowIfError(file_->Flush(), where); }
void FileWriter::close(std::source_location where) const { internal::ThrowIfError(file_->Close(), where); }
const std::string& FileWriter::path() const { return file_->path(); }

default_writer::default_writer(const FileWriter& writer, std::optional<Step> step)
    : file_(writer.file()), sets_step_(step.has_value()) {
  internal::SummaryThreadState& state = internal::SummaryState();
  outer_file_ = std::exchange(state.file, file_);
  if (sets_step_) outer_step_ = std::exchange(state.step, std::move(step));
}

default_writer::~default_writer() {
  file_->Flush().IgnoreError();  // it stays the file's status
  internal::SummaryThreadState& state = internal::SummaryState();
  state.file = std::move(outer_file_);
  if (sets_step_) state.step = std::move(outer_step_);
}

}  // namespace eager::summary
