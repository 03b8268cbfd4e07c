"""Runs a command and prints its wall seconds, CPU seconds and peak memory as JSON, by the operating system's own account of it and its children."""

import json
import os
import resource
import subprocess
import sys
import time

started = time.monotonic()
finished = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
wall = time.monotonic() - started
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
if finished.returncode != 0:
    sys.stderr.write(finished.stderr.decode(errors="replace")[-4000:])
    sys.exit(finished.returncode)
# ru_maxrss is the largest single process, in KiB on Linux.
print(json.dumps({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peakMb": usage.ru_maxrss / 1024}))
