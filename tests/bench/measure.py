"""What the benchmarks share: the engine, a server that takes its letters, its rival, and what a process costs.

Everything is read from outside: CPU time and memory from /proc, times from the answers that a client gets.
"""

import contextlib
import dataclasses
import os
import pathlib
import resource
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from engine import Engine, free_port, wait_until

TICKS = os.sysconf("SC_CLK_TCK")
# So often a run's end is looked for: more often would cost what is measured.
LOOK_SECONDS = 0.02

__all__ = ["Engine", "free_port", "wait_until"]  # and all that follows; named because they are only passed on


def cpu_seconds(pid):
    """Of all threads of a process, in user and system mode."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def status_mib(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/{pid}/status has no {field}")


def memory_mib(pid):
    return status_mib(pid, "VmRSS")


def peak_mib(pid):
    """Since its start, or since the last `forget_peak`."""
    return status_mib(pid, "VmHWM")


def forget_peak(pid):
    """Linux counts the peak anew from here (proc(5), clear_refs)."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


@contextlib.contextmanager
def smtp_sink(*flags, port=None, **more):
    """Postfix's smtp-sink, which takes everything; gives its port once it listens."""
    port = port or free_port()
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    sink = subprocess.Popen(["/usr/sbin/smtp-sink", *as_nobody, *flags, f"127.0.0.1:{port}", "1000"], **more)

    def listens():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listens, "smtp-sink to listen")
        yield port
    finally:
        sink.terminate()
        sink.wait()


def slow_smtp_sink(seconds):
    """An smtp-sink that answers an end of data after so many whole seconds."""
    return smtp_sink("-W", f".:{seconds}")


@dataclasses.dataclass
class Sent:
    """What sending so many letters took."""

    letters: int
    seconds: float
    cpu: float

    @property
    def rate(self):
        return self.letters / self.seconds

    @property
    def cpu_us(self):
        """CPU time a letter, in microseconds."""
        return self.cpu / self.letters * 1e6


def smtp_source(port, letters, connections, wire_bytes):
    """The rival: makes up one letter of that size on the wire, sends it again and again, and keeps no books."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(["/usr/sbin/smtp-source", "-d", "-s", str(connections), "-l", str(wire_bytes), "-m", str(letters),
                    "-f", "a@example.org", "-t", "b@example.com", f"127.0.0.1:{port}"], check=True)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Sent(letters, seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def import_csv(engine, columns, row, count):
    """An audience of `count` rows, each made by row(index); gives its id and how long the import took."""
    body = (",".join(columns) + "\n" + "".join(",".join(row(index)) + "\n" for index in range(count))).encode()
    began = time.monotonic()
    audience = engine.http("POST", "/v1/audiences?name=bench", body, timeout=600)["id"]
    return audience, time.monotonic() - began


def wire_bytes(engine, campaign, samples=10):
    """The mean size of a letter as it leaves."""
    return round(sum(len(engine.get(f"/v1/campaigns/{campaign}/preview?index={index}"))
                     for index in range(samples)) / samples)


def send(engine, campaign, letters, seconds=1800):
    """Starts a campaign and waits for its last outcome; every letter must have been accepted."""
    cpu_before, began = cpu_seconds(engine.process.pid), time.monotonic()
    engine.command(campaign, "start")
    wait_until(lambda: engine.show(campaign)["status"] == "sent", "the last letter", seconds, LOOK_SECONDS)
    sent = Sent(letters, time.monotonic() - began, cpu_seconds(engine.process.pid) - cpu_before)
    accepted = engine.show(campaign)["counts"]["accepted"]
    if accepted != letters:
        raise SystemExit(f"{accepted} of {letters} letters were accepted: there is nothing to compare")
    return sent


class MemoryWatch:
    """Looks at a process's memory while something else happens, and ends it above a limit: a benchmark of a
    defect must not take the machine with it."""

    def __init__(self, engine, limit_mib, step=0.05):
        self.engine, self.limit_mib, self.step = engine, limit_mib, step
        self.peak = 0
        self.is_above = threading.Event()
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def _look(self):
        while not self.is_over.wait(self.step):
            try:
                self.peak = max(self.peak, peak_mib(self.engine.process.pid))
            except (OSError, RuntimeError):
                return  # it has ended: nothing more to see
            if self.peak > self.limit_mib:
                self.is_above.set()
                self.engine.kill9()
                return


def machine():
    """In words, for whoever compares figures."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{os.cpu_count()} cores of {line.partition(':')[2].strip()}"
    return f"{os.cpu_count()} cores"


def say(words):
    """How far it is, apart from the result."""
    print(words, file=sys.stderr, flush=True)
