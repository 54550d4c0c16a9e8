"""Nothing that a command prints acts on the terminal: no C0 or C1 control, no mark that turns the writing direction, whatever
the engine at the other end says."""

import http.server
import json
import os
import pty
import re
import select
import subprocess
import termios
import threading
import unittest
import urllib.error
import urllib.request

from engine import EXECUTABLE, Engine
from sink import Sink

# A title, colours by C1, a line that is written over, directions, a bell, DEL, a byte that is no UTF-8 is the engine's to refuse.
NASTY = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\x08\x7f\x85\u202eevil\u2066\u200f\ufeff\u2028"
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
# What this program itself says to a terminal: colours, and to draw its lines anew.
OURS = re.compile("\x1b\\[(?:0|1|2|3[1-6])m|\x1b\\[\\d+A\r\x1b\\[J")
# What a client takes apart: changed, the command would end before it prints anything.
MEANT_FOR_PROGRAMS = re.compile(r"[a-z]\d*|[a-z_]+|\d{4}-\d\d-\d\dT[\d:.]+Z|\d+(ms|[smhd])|[0-9a-f]{16,}")


def soiled(value):
    if isinstance(value, dict):
        return {key: soiled(one) for key, one in value.items()}
    if isinstance(value, list):
        return [soiled(one) for one in value]
    if isinstance(value, str) and not MEANT_FOR_PROGRAMS.fullmatch(value):
        return value + NASTY
    return value


class Soiler:
    """Between the command line and an engine: puts what is nasty into every text of every answer."""

    def __init__(self, engine):
        def answer(handler):
            length = int(handler.headers.get("Content-Length") or 0)
            request = urllib.request.Request(engine.url + handler.path, data=handler.rfile.read(length) if length else None,
                                             method=handler.command, headers={"Authorization": "Bearer " + engine.token})
            try:
                with urllib.request.urlopen(request, timeout=30) as real:
                    status, kind, body = real.status, real.headers["Content-Type"] or "", real.read()
            except urllib.error.HTTPError as refused:
                status, kind, body = refused.code, refused.headers["Content-Type"] or "", refused.read()
            if "json" in kind and body:
                body = json.dumps(soiled(json.loads(body))).encode()
            elif body:
                body += NASTY.encode()
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        methods = {f"do_{method}": answer for method in ("GET", "POST", "PUT", "DELETE", "PATCH")}
        handler = type("Handler", (http.server.BaseHTTPRequestHandler,), {**methods, "log_message": lambda *_: None})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def on_a_terminal(words, environment):
    """What a command writes to a terminal that both its outputs lead to."""
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST  # line ends as they are written
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    told = b""
    try:
        while select.select([ours], [], [], 60)[0]:
            piece = os.read(ours, 65536)
            if not piece:
                break
            told += piece
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    process.wait(timeout=30)
    return told.decode()


class TerminalOutput(unittest.TestCase):
    # What is data goes into a file as it is; to a terminal it goes as the rest does.
    DATA = (["audience", "export", "a1"], ["partial", "show", "footer"], ["preview", "c1", "--index", "0"])

    @classmethod
    def setUpClass(cls):
        def refusal(recipient):
            return "550 5.1.1 \x1b[2Jno such user" if recipient.startswith("r1@") else None

        cls.sink = Sink(refusal=refusal)
        cls.sink.__enter__()
        cls.addClassCleanup(cls.sink.__exit__)
        cls.engine = Engine(cls.sink.url)
        cls.engine.__enter__()
        cls.addClassCleanup(cls.engine.__exit__)
        cls.campaign_file = cls.engine.folder / "campaign.json"
        cls.campaign_file.write_text(json.dumps(
            {"name": "Sale \u202eevil", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Hi",
             "plan": {"parts": {"size": 1, "every": "1s"}}}))
        cls.rows = cls.engine.folder / "rows.csv"
        cls.rows.write_text(f"email,name{NASTY}\nann@example.com,Ann\nnobody{NASTY},x\n")
        cls.engine.http("PUT", "/v1/partials/footer", {"content": "<p>Bye</p>"})
        cls.engine.post("/v1/suppressions", {"email": "gone@example.com", "reason": "asked"})
        cls.engine.wait_status(cls.engine.start_campaign(4, name="Sale \u202eevil"), "sent")
        cls.engine.create("a1", name="Draft")
        cls.soiler = Soiler(cls.engine)
        cls.addClassCleanup(cls.soiler.close)

    def commands(self):
        address = "r1@d1.example"
        yield from (["list", "--all"], ["show", "c1"], ["responses", "c1"], ["letters", "c1"], ["why", "c1", address],
                    ["doubt", "c1"], ["refusals", "c1"], ["watch", "c1"],
                    ["audience", "list"], ["audience", "show", "a1"], ["audience", "rename", "a1", "Better"],
                    ["audience", "import", str(self.rows)], ["create", str(self.campaign_file), "--audience", "a1"],
                    ["start", "c2"], ["pause", "c1"], ["copy", "c1"], ["show", "c99"], ["show", NASTY.replace("\x00", "")],
                    ["suppress", "list"], ["suppress", "add", "x@example.com"], ["token", "list"],
                    ["token", "create", "--role", "viewer", "--name", "Vera"], ["partial", "list"], ["attachment", "list"],
                    ["relays"], ["relay", "explain", "550 5.1.1 " + NASTY], ["plan", str(self.campaign_file), "--letters", "3"],
                    ["audit", "log", "c1"], ["audit", "letter", "c1", address], ["audit", "replay", "c1"],
                    ["audit", "diff", "c1", "1", "3"], ["audit", "export"], ["audit", "verify"], ["audit", "seal"], *self.DATA)

    def check(self, words, told):
        found = FORBIDDEN.search(told)
        self.assertIsNone(found, f"sluice {' '.join(words)} prints {found and found.group()!r}: {told[:2000]!r}")

    def where(self):
        return ["--url", self.soiler.url, "--token", self.engine.token]

    def test_into_a_pipe(self):
        for words in self.commands():
            if words in self.DATA:
                continue
            for more in ([], ["--json"]):
                with self.subTest(words[:2], json=bool(more)):
                    done = subprocess.run([EXECUTABLE, *words, *more, *self.where()], capture_output=True, timeout=60,
                                          env=self.engine.environment)
                    told = (done.stdout + done.stderr).decode()
                    self.check(words, told)
                    self.assertTrue(told.strip(), "it prints something")

    def test_on_a_terminal(self):
        environment = {**self.engine.environment, "TERM": "xterm", "LANG": "C.UTF-8"}
        for words in self.commands():
            for more in ([], ["--json"]):
                with self.subTest(words[:2], json=bool(more)):
                    told = on_a_terminal([EXECUTABLE, *words, *more, *self.where()], environment)
                    self.check(words, OURS.sub("", told))
                    self.assertTrue(told.strip(), "it prints something")

    def test_the_engine_s_own_log(self):
        self.check(["serve"], self.engine.log())


if __name__ == "__main__":
    unittest.main()
