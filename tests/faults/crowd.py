"""What tests about many and hostile HTTP clients share: raw connections, an engine's memory, and how long a command
takes while others do what they do."""

import json
import pathlib
import resource
import socket
import threading
import time


def raise_open_files(wanted):
    """For this process, as far as it may; what it was before, to be set again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, wanted)), hard))
    return soft, hard


def resident_mib(engine):
    status = pathlib.Path(f"/proc/{engine.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def connected(engine, timeout=30):
    made = socket.create_connection(("127.0.0.1", engine.port), timeout=timeout)
    return made


def head(engine, method, path, token=None, **fields):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token != "":
        lines.append("Authorization: Bearer " + (token or engine.token))
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_answer(connection):
    """(status, body) of one answer, whole, or an AssertionError that says what was there of it."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise AssertionError(f"the connection was closed within an answer's head: {data!r}")
        data += piece
    heading, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in heading.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            raise AssertionError(f"the connection was closed within an answer's body, {len(body)} of {length} bytes")
        body += piece
    return int(heading.split(b" ")[1]), body


class Commander:
    """Pauses and resumes a campaign over a connection of its own, and notes how long each answer took."""

    def __init__(self, engine, campaign):
        self.engine, self.campaign = engine, campaign
        self.connection = connected(engine)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.times = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def command(self, what):
        began = time.monotonic()
        self.connection.sendall(head(self.engine, "POST", f"/v1/campaigns/{self.campaign}/{what}", Content_Length=0))
        status, body = read_answer(self.connection)
        self.times.append(time.monotonic() - began)
        if status != 200:
            raise AssertionError(f"{what} was answered with {status}: {body!r}")
        return json.loads(body)

    def pause_and_resume(self, times):
        for _ in range(times):
            assert self.command("pause")["status"] == "paused"
            self.command("resume")

    def milliseconds(self, percent):
        values = sorted(self.times)
        return 1000 * values[min(len(values) - 1, len(values) * percent // 100)]


class Readers:
    """So many connections that ask for the same again and again, and read all of it."""

    def __init__(self, engine, count, path, token=None):
        self.engine, self.path, self.token = engine, path, token
        self.is_over = threading.Event()
        self.statuses = {}
        self.threads = [threading.Thread(target=self._read, daemon=True) for _ in range(count)]

    def __enter__(self):
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for one in self.threads:
            one.join(60)

    def answered(self):
        return sum(self.statuses.values())

    def _read(self):
        into = bytearray(1 << 20)
        while not self.is_over.is_set():
            with connected(self.engine, timeout=1) as line:
                line.sendall(head(self.engine, "GET", self.path, self.token, Connection="close"))
                first = b""
                while not self.is_over.is_set():
                    try:
                        count = line.recv_into(into)
                    except TimeoutError:
                        continue
                    first = first or bytes(into[:12])
                    if count == 0:
                        status = first[9:12]
                        self.statuses[status] = self.statuses.get(status, 0) + 1
                        break
