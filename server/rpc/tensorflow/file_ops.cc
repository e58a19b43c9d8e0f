// Ops on files of the server's disk: a client chooses their paths, so none is served.
#include "absl/strings/str_cat.h"
#include "server/exec/recent_errors.h"
#include "server/rpc/tensorflow/op_call.h"

namespace eager::server::tf {
namespace {

absl::Status Refuse(OpCall& call) {
  absl::Status refused = call.Error(absl::StatusCode::kPermissionDenied,
                                    "would read or write files on the server's disk, which this server does not allow. "
                                    "Run it outside of the device scope, or keep checkpoints in the client with "
                                    "tf.train.CheckpointOptions(experimental_io_device='/job:localhost')");
  RecentErrors::Get().Add(refused, call.op());
  return refused;
}

constexpr OpRow kRows[] = {
    {"SummaryWriter", "writer", &Refuse, /*stateful=*/true},
    {"CreateSummaryFileWriter", "", &Refuse, /*stateful=*/true},
    {"CreateSummaryDbWriter", "", &Refuse, /*stateful=*/true},
    {"WriteSummary", "", &Refuse, /*stateful=*/true},
    {"WriteScalarSummary", "", &Refuse, /*stateful=*/true},
    {"WriteHistogramSummary", "", &Refuse, /*stateful=*/true},
    {"WriteImageSummary", "", &Refuse, /*stateful=*/true},
    {"WriteAudioSummary", "", &Refuse, /*stateful=*/true},
    {"WriteGraphSummary", "", &Refuse, /*stateful=*/true},
    {"WriteRawProtoSummary", "", &Refuse, /*stateful=*/true},
    {"ImportEvent", "", &Refuse, /*stateful=*/true},
    {"FlushSummaryWriter", "", &Refuse, /*stateful=*/true},
    {"CloseSummaryWriter", "", &Refuse, /*stateful=*/true},
    {"SaveV2", "", &Refuse, /*stateful=*/true},
    {"Save", "", &Refuse, /*stateful=*/true},
    {"SaveSlices", "", &Refuse, /*stateful=*/true},
    {"RestoreV2", "tensors", &Refuse, /*stateful=*/true},
    {"Restore", "tensor", &Refuse, /*stateful=*/true},
    {"RestoreSlice", "tensor", &Refuse, /*stateful=*/true},
    {"MergeV2Checkpoints", "", &Refuse, /*stateful=*/true},
    {"ReadFile", "contents", &Refuse},
    {"WriteFile", "", &Refuse, /*stateful=*/true},
    {"MatchingFiles", "filenames", &Refuse},
    {"InitializeTableFromTextFileV2", "", &Refuse, /*stateful=*/true},
    {"TextLineDataset", "handle", &Refuse},
    {"TFRecordDataset", "handle", &Refuse},
    {"TFRecordDatasetV2", "handle", &Refuse},
    {"FixedLengthRecordDatasetV2", "handle", &Refuse},
    {"SaveDatasetV2", "handle", &Refuse, /*stateful=*/true},
    {"LoadDataset", "handle", &Refuse},
    {"SnapshotDatasetV2", "handle", &Refuse},
};

}  // namespace

absl::Span<const OpRow> FileOps() { return kRows; }

}  // namespace eager::server::tf
