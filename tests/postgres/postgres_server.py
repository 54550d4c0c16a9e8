"""A PostgreSQL server of the tests' own: in a folder that is gone afterwards, on a socket of its own or on loopback, never
as root, which PostgreSQL refuses."""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

MEMORY = "/dev/shm"
MEMORY_NEEDED = 2 << 30


def binaries():
    """The newest of Debian's versions that is installed."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda one: int(one.parts[-3]))
    if not found:
        raise SystemExit("no PostgreSQL server is installed (Debian's package postgresql)")
    return found[-1].parent


class PostgresServer:
    """Started by `with`, or by start(). `settings` are lines of postgresql.conf; `port`: it listens on loopback, too.
    `in_memory`: where there is room, for tests that do not care what a power cut leaves."""

    def __init__(self, settings=(), port=None, in_memory=False):
        has_room = in_memory and os.path.isdir(MEMORY) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-postgres-", dir=MEMORY if has_room else None))
        self.data = self.folder / "data"
        self.settings = list(settings)
        self.port = port
        self.process = None
        self.user = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def run(self, *command):
        done = subprocess.run([str(part) for part in command], cwd=self.folder, capture_output=True, text=True, **self.user)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def make(self):
        self.run(binaries() / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        with open(self.data / "postgresql.conf", "a") as configuration:
            configuration.write(f"unix_socket_directories = '{self.folder}'\n")
            configuration.write(f"listen_addresses = '{'127.0.0.1' if self.port else ''}'\n")
            configuration.write(f"port = {self.port or 5432}\nmax_connections = 200\n")
            configuration.writelines(line + "\n" for line in self.settings)

    def start(self):
        if not self.data.exists():
            self.make()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([str(binaries() / "postgres"), "-D", str(self.data)], cwd=self.folder,
                                            stdout=log, stderr=log, **self.user)
        self.await_ready()

    def await_ready(self):
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError("the server ended: " + (self.folder / "log").read_text())
            ready = subprocess.run([str(binaries() / "pg_isready"), "-q", "-h", str(self.folder), "-p",
                                    str(self.port or 5432)])
            if ready.returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("the server does not answer: " + (self.folder / "log").read_text())

    def url(self, database="postgres", user="postgres"):
        if self.port:
            return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def sql(self, statement, database="postgres", schema=None):
        """What psql prints of it, without headers; names without a schema are of that one."""
        statement = (f"SET search_path TO {schema}; " if schema else "") + statement
        return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-c",
                               statement], check=True, capture_output=True, text=True).stdout.strip()

    def kill(self):
        """As a machine's death: without a checkpoint, nobody told."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
