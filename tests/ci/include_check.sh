#!/usr/bin/env bash
# Includes go one way: client -> common, proto; server -> common, proto; inside server rpc -> session -> exec ->
# {kernels, device}; kernels -> device. gRPC and protobuf stay in the folders that speak them, and what a user of the
# client includes reaches neither, not even through other headers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# FOLDER: what files there may include besides their own folder. `server/*` is that folder and all below it; `words`
# is common/ without the wire; `protobuf` and `grpc` are the headers of those libraries. The longest folder that holds
# a file counts; a deeper folder without a row belongs to the one above.
readonly rules='
proto:             protobuf grpc
common:
common/auth:
common/bundle:     common proto protobuf
common/channel:    common grpc
common/cli:
common/ops:        common
common/tape:       common common/ops
common/wire:       words proto protobuf
server:            words common/cli common/wire proto protobuf grpc server/*
server/device:     common
server/log:        common
server/config:     common common/cli
server/kernels:    common common/ops server/device
server/exec:       words server/kernels server/device
server/session:    words server/exec server/kernels server/device
server/state:      words common/bundle server/session server/exec server/kernels server/device server/log
server/rpc:        words common/auth common/channel common/wire proto protobuf grpc server/state server/session server/exec server/kernels server/device server/log
server/metrics:    words server/rpc server/state server/session server/exec server/kernels server/device server/log
server/http:       words common/channel server/metrics server/rpc server/http/page server/log
server/http/page:
client:            words client/*
client/transport:  words common/channel common/wire proto protobuf grpc client
client/transport/inprocess_stream: words common/wire proto protobuf client client/transport server/session server/rpc
client/train:      words common/bundle proto protobuf client client/core
client/core:       words common/wire proto protobuf client client/print client/transport
client/examples:   words client
client/summary:    words proto protobuf client client/core
client/data:       words client client/core
client/examples:   words client client/data
client/keras:      words client client/core client/train
client/tools:      words client client/core client/transport
client/tools/eagerctl: words common/auth common/channel common/cli common/wire proto protobuf grpc client client/core client/data client/print
'

mapfile -t files < <(find proto common server client -type f \
  \( -name '*.cc' -o -name '*.h' -o -name '*.cu' -o -name '*.cuh' \) | sort)

awk -v rules="$rules" '
  BEGIN {
    gsub(/ words /, " common common/ops common/tape ", rules)
    n = split(rules, lines, "\n")
    for (i = 1; i <= n; i++)
      if ((colon = index(lines[i], ":"))) allowed[substr(lines[i], 1, colon - 1)] = " " substr(lines[i], colon + 1) " "
    allowed["tests"] = ""  # a folder of ours that no product file may include
    while (("find client -name \"*.h\"" | getline header) > 0) client_headers[header] = 1
  }

  # The row that a path belongs to, "" for headers of others. `inprocess.cc` belongs to `inprocess`.
  function folder(path) {
    if (path in allowed) return path
    sub(/\.(cc|h)$/, "", path)
    while (!(path in allowed) && sub(/\/[^\/]*$/, "", path)) {}
    return path in allowed ? path : ""
  }

  # What an include line names: a folder of ours, "grpc", "protobuf", or "" for the rest.
  function names(include) {
    if (include ~ /^grpc(pp)?\//) return "grpc"
    if (include ~ /^google\/protobuf\//) return "protobuf"
    if (include ~ /\.pb\.h$/) return "proto"
    if (include ~ /^eager\//) return "client"  # <eager/eager.h>, as a user writes it
    return folder(include)
  }

  function may(from, to,    parts, n, i, base) {
    if (to == "" || to == from) return 1
    n = split(allowed[from], parts, " ")
    for (i = 1; i <= n; i++) {
      base = parts[i]
      if (base == to) return 1
      if (sub(/\/\*$/, "", base) && (to == base || index(to, base "/") == 1)) return 1
    }
    return 0
  }

  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    include = $0
    gsub(/^[^<"]*[<"]|[>"].*$/, "", include)
    from = folder(FILENAME)
    to = names(include)
    checked++
    includes[FILENAME] = includes[FILENAME] " " include
    if (!may(from, to)) { print FILENAME ":" FNR ": " from " may not include " include; bad = 1 }
  }

  # The path of the first gRPC, protobuf or server header that `file` reaches, "" if there is none.
  function reaches(file,    parts, n, i, to, found) {
    if (file in seen) return ""
    seen[file] = 1
    n = split(includes[file], parts, " ")
    for (i = 1; i <= n; i++) {
      to = names(parts[i])
      if (to ~ /^(grpc|protobuf|proto|server.*)$/) return file " -> " parts[i]
      found = reaches(parts[i])
      if (found != "") return file " -> " found
    }
    return ""
  }

  END {
    for (header in client_headers) {
      if (header ~ /^client\/(core|transport|tools)\//) continue
      split("", seen)
      if ((trail = reaches(header)) != "") { print "a public header reaches the wire: " trail; bad = 1 }
    }
    if (!bad) print "include check: " checked " includes in " ARGC - 1 " files, all in an allowed direction"
    exit bad
  }' "${files[@]}"
