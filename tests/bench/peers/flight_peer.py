"""Arrow Flight over loopback, as a comparator of eager-bench: bulk bytes to a server in a process of its own and back."""

import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.flight as flight

import lines

BYTES = 256 << 20
ROWS_PER_CHUNK = (1 << 18, 1 << 20)  # of float32: 1 and 4 MiB; the better counts
GIB = 1 << 30


def values(make):
    return pa.table({"x": make(BYTES // 4, np.float32)})


class Server(flight.FlightServerBase):
    def __init__(self):
        super().__init__("grpc://127.0.0.1:0")
        self.table = values(np.ones)

    def do_put(self, context, descriptor, reader, writer):
        for _ in reader:
            pass

    def do_get(self, context, ticket):
        return flight.RecordBatchStream(self.table.to_reader(max_chunksize=int(ticket.ticket)))


if sys.argv[1:] == ["serve"]:
    server = Server()
    print(server.port, flush=True)
    server.serve()
    sys.exit()

process = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
client = flight.connect(f"grpc://127.0.0.1:{int(process.stdout.readline())}")
table = values(np.ones)


def best(run):
    def figure():
        seconds = []
        for rows in ROWS_PER_CHUNK:
            start = time.perf_counter()
            run(rows)
            seconds.append(time.perf_counter() - start)
        return BYTES / GIB / min(seconds)

    return figure


def upload(rows):
    writer, _ = client.do_put(flight.FlightDescriptor.for_path("x"), table.schema)
    writer.write_table(table, max_chunksize=rows)
    writer.close()


def download(rows):
    if client.do_get(flight.Ticket(str(rows))).read_all().nbytes != BYTES:
        raise RuntimeError("not all bytes came")


try:
    lines.serve({"upload_GiBs": best(upload), "download_GiBs": best(download)})
finally:
    process.terminate()
