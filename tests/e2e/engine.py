"""The real executable, driven as its users drive it: started, asked over HTTP and the command line, killed."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXECUTABLE = os.environ.get("SLUICE_EXECUTABLE", str(ROOT / "build/release/sluice"))

# Tests that are not about moderation go without it.
QUIET = {"SLUICE_MODERATION_ENABLED": "false", "SLUICE_SUSPICION_ENABLED": "false", "SLUICE_LOG_LEVEL": "warn"}

# What a process may open where nobody raised it: the default of Debian's shells and services.
AS_LOGGED_IN = ["/bin/sh", "-c", 'ulimit -S -n 1024; exec "$@"', "sh"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(holds, what, seconds=30, step=0.01):
    """Looks again until it holds; the wait between two looks is not what a test relies on."""
    deadline = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for: {what}")
        time.sleep(step)


class Refused(Exception):
    """An HTTP answer that is no success."""

    def __init__(self, status, body, headers):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.headers = headers
        try:
            self.problem = json.loads(body)
        except ValueError:
            self.problem = {}


class Started:
    """`with` starts it; of one that does not start nothing is left."""

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self


class Engine(Started):
    """One data folder and the processes that run on it, one after the other. Without a `relay` the settings have them."""

    def __init__(self, relay, settings=None, environment=None, quiet=True):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-e2e-"))
        self.data = self.folder / "data"
        self.relay = relay
        self.settings = settings or {}
        # Settings of whoever runs the tests are none of theirs.
        outside = {key: value for key, value in os.environ.items() if not key.startswith("SLUICE_")}
        self.environment = {**outside, **(QUIET if quiet else {}), **(environment or {})}
        self.port = 0  # any free one, until the first start has told which
        self.process = None
        self.told_before = 0  # so much of the log is of earlier processes

    def __exit__(self, *_):
        self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)

    scheme = "http"

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self):
        self.spawn()
        wait_until(self.is_ready, "the engine to be ready")

    def failing_start(self):
        """Starts a process that is to end by itself; gives its exit code and what it said."""
        self.spawn()
        return self.process.wait(timeout=30), self.log()[self.told_before:]

    def spawn(self, extra=None):
        """Starts a process, with `extra` in its environment, and does not wait for it."""
        self.told_before = len(self.log())
        flags = [word for key, value in self.settings.items() for word in ("--set", f"{key}={value}")]
        if self.relay:
            flags += ["--relay", self.relay]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*AS_LOGGED_IN, EXECUTABLE, "serve", "--data", str(self.data), "--listen",
                 f"{self.scheme}://127.0.0.1:{self.port}", *flags],
                env={**self.environment, **(extra or {})}, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError("the engine ended at once: " + self.log()[-2000:])
        return self.answers()

    def answers(self):
        if not self.port:
            told = re.search(r"sluice listens at http://127\.0\.0\.1:(\d+)", self.log()[self.told_before:])
            if not told:
                return False
            self.port = int(told.group(1))
        try:
            return urllib.request.urlopen(self.url + "/readyz", timeout=5).status == 200
        except OSError:
            return False

    def log(self):
        """What the processes said, all of them together."""
        told = self.folder / "log"
        return told.read_text() if told.exists() else ""

    def kill9(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    @property
    def token(self):
        return (self.data / "token").read_text().strip()

    def http(self, method, path, body=None, headers=None, token=None, timeout=60):
        """The decoded answer; raises Refused."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Authorization", "Bearer " + (self.token if token is None else token))
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                text = answer.read()
                is_json = "json" in answer.headers.get("Content-Type", "")
                return json.loads(text) if text and is_json else text
        except urllib.error.HTTPError as fault:
            raise Refused(fault.code, fault.read().decode(errors="replace"), fault.headers) from None

    def get(self, path, **more):
        return self.http("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.http("POST", path, {} if body is None else body, **more)

    def run(self, *words, data=False, check=True, text=True, timeout=120, input=None, token=None):
        """A command of the command line; with `data`, on the data folder of a stopped engine."""
        where = ["--data", str(self.data)] if data else ["--url", self.url, "--token", token or self.token]
        done = subprocess.run([EXECUTABLE, *words, *where], capture_output=True, text=text, timeout=timeout,
                              env=self.environment, input=input)
        if check and done.returncode != 0:
            raise AssertionError(f"sluice {' '.join(words)} exited {done.returncode}: {done.stderr}")
        return done

    def run_plain(self, *words, timeout=60):
        """The same with no word of where the engine is, whatever comes of it."""
        return subprocess.run([EXECUTABLE, *words], capture_output=True, text=True, timeout=timeout, env=self.environment)

    def ask(self, *words, **more):
        """A command's answer for machines."""
        return json.loads(self.run(*words, "--json", **more).stdout)

    def import_rows(self, count, name="recipients"):
        rows = "email,name\n" + "".join(f"r{i}@d{i % 20}.example,Recipient {i}\n" for i in range(count))
        return self.http("POST", f"/v1/audiences?name={urllib.parse.quote(name)}", rows.encode())["id"]

    def create(self, audience, token=None, **fields):
        campaign = {"name": "Test", "from": "Shop <news@shop.example>", "subject": "Hello {{name}}",
                    "text": "Dear {{name}}, everything is cheaper.", "unsubscribe_url": "https://shop.example/u",
                    **({"audience": audience} if audience else {}), **fields}
        return self.post("/v1/campaigns", campaign, token=token)["id"]

    def start_campaign(self, count, **fields):
        campaign = self.create(self.import_rows(count), **fields)
        self.command(campaign, "start")
        return campaign

    def command(self, campaign, what, **more):
        return self.post(f"/v1/campaigns/{campaign}/{what}", **more)

    def show(self, campaign):
        return self.get(f"/v1/campaigns/{campaign}")

    def wait_status(self, campaign, status, seconds=60):
        return wait_until(lambda: (view := self.show(campaign))["status"] == status and view,
                          f"{campaign} to be {status}", seconds, 0.05)

    def events(self, campaign):
        found, after = [], 0
        while True:
            page = self.get(f"/v1/campaigns/{campaign}/log?limit=10000&after={after}")
            found += page["items"]
            if not page["next"]:
                return found
            after = page["next"]

    def letters(self, campaign):
        found, after = [], ""
        while True:
            page = self.get(f"/v1/campaigns/{campaign}/letters?limit=10000" + (f"&after={after}" if after else ""))
            found += page["items"]
            if not page["next"]:
                return found
            after = page["next"]

    def verify(self):
        """The audit of the stopped engine's data folder: exit code and words."""
        return self.run("audit", "verify", data=True, check=False)


def indices(flat):
    """The letters of [begin, end, begin, end …]."""
    for at in range(0, len(flat), 2):
        yield from range(flat[at], flat[at + 1])
