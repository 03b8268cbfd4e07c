# What the reference's handler loads before its first line: sign-in, GKE's client, Kubernetes' client. Prints milliseconds, CPU milliseconds, MB.
import resource
import time

started, cpu = time.perf_counter(), time.process_time()
import google.auth.transport.requests  # noqa: E402, F401
import google.oauth2.service_account  # noqa: E402, F401
import kubernetes.client  # noqa: E402, F401
from google.cloud import container_v1  # noqa: E402, F401

peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print((time.perf_counter() - started) * 1000, (time.process_time() - cpu) * 1000, peak)
