"""kill -9 amid uploads: of attachments and of lists, many times, at random moments from the first piece to the moment of the
answer. What is there afterwards is there as a whole; of all else nothing is left, in the store's ranges or on the disk."""

import hashlib
import pathlib
import random
import socket
import subprocess
import threading
import time
import unittest

from engine import Engine

KILLS = 24
ROWS = 150_000
FILE_BYTES = 6 << 20
PIECE = 256 << 10


def keys_of(folder, family):
    """The keys that RocksDB has in a family, of a data folder that nobody uses."""
    done = subprocess.run(["ldb", f"--db={folder}", f"--column_family={family}", "--hex", "scan", "--no_value"],
                          capture_output=True, text=True, timeout=120)
    if done.returncode != 0 or "Failed" in done.stdout + done.stderr:
        raise AssertionError(f"ldb scan: {done.stdout[-500:]}{done.stderr}")
    return [bytes.fromhex(line.strip().removeprefix("0x")) for line in done.stdout.splitlines() if line.startswith("0x")]


def bytes_in(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file())


class Upload(threading.Thread):
    """One upload, of which so many bytes are sent; where that is all of them, its answer is read."""

    def __init__(self, engine, path, body, most):
        super().__init__(daemon=True)
        self.head = (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {engine.token}\r\n"
                     f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode()
        self.body, self.most, self.port = body, most, engine.port
        self.is_sent = threading.Event()
        self.answer = b""

    def run(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
                line.sendall(self.head)
                for begin in range(0, min(self.most, len(self.body)), PIECE):
                    line.sendall(self.body[begin:min(begin + PIECE, self.most)])
                self.is_sent.set()
                while piece := line.recv(65536):  # until the engine dies, or has answered
                    self.answer += piece
        except OSError:
            pass
        self.is_sent.set()

    def was_told(self):
        return b"\r\n\r\n" in self.answer and self.answer.startswith(b"HTTP/1.1 201 ")


class BrokenUploads(unittest.TestCase):
    def setUp(self):
        self.choose = random.Random(20_261)
        self.engine = Engine("null:")
        self.addCleanup(self.engine.__exit__)

    def contents(self, number):
        """Others each time, so that what is there can be told apart."""
        file = random.Random(number).randbytes(FILE_BYTES)
        rows = ["email,name"] + [f"r{at}.{number}@d{at % 50}.example,Recipient {at}" for at in range(ROWS)]
        return file, ("\n".join(rows) + "\n").encode()

    def uploads(self, file, rows, number, share=lambda: 1.0):
        return [Upload(self.engine, f"/v1/attachments?name={number}.bin", file, int(len(file) * share())),
                Upload(self.engine, f"/v1/audiences?name={number}", rows, int(len(rows) * share()))]

    def seconds_of(self, upload):
        """How long it takes where nobody dies."""
        began = time.monotonic()
        upload.start()
        upload.join()
        self.assertTrue(upload.was_told(), upload.answer[:300])
        return time.monotonic() - began

    def test_nothing_is_left_and_nothing_is_half_visible(self):
        self.engine.start()
        file, rows = self.contents(KILLS)
        seconds = [self.seconds_of(one) for one in self.uploads(file, rows, KILLS)]
        told_files, told_lists = {hashlib.sha256(file).hexdigest()}, {str(KILLS)}
        for number in range(KILLS):
            self.check_what_is_visible(told_files, told_lists)
            file, rows = self.contents(number)
            if number % 3 == 0:  # clients that stopped on the way: the engine waits for the rest when it dies
                uploads = self.uploads(file, rows, number, self.choose.random)
                for one in uploads:
                    one.start()
                for one in uploads:
                    one.is_sent.wait()
            else:  # one after the other is killed at any moment up to its answer, and a little behind it
                which = number % 3 - 1
                uploads = [self.uploads(file, rows, number)[which]]
                uploads[0].start()
                threading.Event().wait(self.choose.uniform(0, 1.2 * seconds[which]))  # the random moment itself
            self.engine.kill9()
            for one in uploads:
                one.join()
                if one.was_told() and one.body is file:
                    told_files.add(hashlib.sha256(file).hexdigest())
                elif one.was_told():
                    told_lists.add(str(number))
            self.engine.start()
        files, lists = self.check_what_is_visible(told_files, told_lists)
        self.assertEqual(self.engine.stop(), 0)
        self.check_store(files, lists)

    def check_what_is_visible(self, told_files, told_lists):
        """Everything that a client was told of is there; all that is there is whole."""
        files = {one["id"]: one for one in self.engine.get("/v1/attachments")["items"]}
        self.assertLessEqual(set(told_files), set(files))
        for one in files.values():
            self.assertEqual(one["bytes"], FILE_BYTES)
            content = self.engine.get(f"/v1/attachments/{one['id']}/content")
            self.assertEqual(hashlib.sha256(content).hexdigest(), one["id"])
        lists = {one["name"]: one for one in self.engine.get("/v1/audiences")["items"]}
        self.assertLessEqual(told_lists, set(lists))
        for name, one in lists.items():
            self.assertEqual(one["size"], ROWS)
            last = self.engine.get(f"/v1/audiences/{one['id']}/rows?first={ROWS - 1}")["items"]
            self.assertEqual([row["email"] for row in last], [f"r{ROWS - 1}.{name}@d{(ROWS - 1) % 50}.example"])
        return files, lists

    def check_store(self, files, lists):
        """What the store holds in its ranges and on the disk is of what is visible, and of nothing else."""
        data = self.engine.data
        attachments = keys_of(data, "attachments")
        self.assertEqual([key for key in attachments if key.startswith(b"b")], [], "uploads that were begun")
        self.assertEqual({key[1:].hex() for key in attachments if key.startswith(b"i")}, set(files))
        self.assertEqual(len({key[1:9] for key in attachments if key.startswith(b"c")}), len(files), "pieces of others")
        audiences = keys_of(data, "audiences")
        self.assertEqual([key for key in audiences if key.startswith(b"b")], [], "imports that were begun")
        ids = {int(one["id"][1:]) for one in lists.values()}
        for mark in (b"i", b"s", b"h", b"x"):
            self.assertEqual({int.from_bytes(key[1:9], "big") for key in audiences if key.startswith(mark)}, ids, mark)
        visible = len(files) * FILE_BYTES + len(lists) * ROWS * 90
        self.assertLess(bytes_in(data), visible + (32 << 20), "bytes of what was broken off are left on the disk")


if __name__ == "__main__":
    unittest.main()
