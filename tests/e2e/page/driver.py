"""The real engine and an SMTP sink for a test in another language: a line of JSON in, a line of JSON out.

Calls: {"do": "start", "delay": 0.2, "environment": {…}, "clock": true}, {"do": "http", "method", "path", "body", "token"},
{"do": "import", "count", "name"}, {"do": "create", "audience", …}, {"do": "stop"}, {"do": "restart"},
{"do": "kill"} (SIGKILL), {"do": "letters"} (how many the sink took), {"do": "recipients"}, {"do": "speed", "delay"},
{"do": "refuse", "text"}, {"do": "taken", "since": n} (those behind the first n), {"do": "go_away"} (the sink),
{"do": "attached", "since": n} (each recipient's files, by name).
{"do": "several", "relays": {"main": {"weight": 2}, …}} instead of "start": a server for each [relays.NAME];
{"do": "signing"} instead of "start": with a provider of sign-ins.
{"do": "jump", "seconds"} (started with a clock: it is killed, and starts when it is so much later);
{"do": "fail", "relay", "text"}: it greets so from now on, and as usual again without a text.
An answer has "ok" or "error".
"""

import email
import email.policy
import json
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "e2e"), str(TESTS / "faults")]

from engine import Engine, Refused, free_port  # noqa: E402
from hostile_server import HostileServer  # noqa: E402
from misbehaviours import says  # noqa: E402
from sign_in_provider import Provider, SigningEngine  # noqa: E402
from sink import Sink  # noqa: E402


def refusal(recipient):
    """Refusals belong to the books too: addresses that begin with "no" are not known there, others come too early."""
    if recipient.startswith("no"):
        return "550 5.1.1 nobody here"
    return "451 4.7.1 later, please" if recipient.startswith("later") else None


class Driver:
    def __init__(self):
        self.engine = None
        self.sink = None
        self.servers = {}
        self.provider = None
        self.clock = None

    def start(self, delay=0, environment=None, quiet=True, clock=False):
        self.sink = Sink(refusal=refusal, delay=delay)
        self.sink.__enter__()
        self.engine = Engine(self.sink.url, environment=environment, quiet=quiet)
        if clock:
            from test_clock import Clock  # which wants the library that it preloads
            self.clock = Clock(self.engine.folder)
            self.engine.environment.update(self.clock.environment())
        self.engine.start()
        return {"url": self.engine.url, "token": self.engine.token}

    def signing(self):
        port = free_port()
        self.provider = Provider(f"http://127.0.0.1:{port}/sign-in/callback").__enter__()
        self.engine = SigningEngine(self.provider.url, port)
        self.engine.start()
        return {"url": self.engine.url, "token": self.engine.token}

    def several(self, relays):
        settings = {"relays." + name + "." + key: value for name, of_one in relays.items()
                    for key, value in {"reconnect_delay_first": "50ms", "reconnect_delay_max": "1s", **of_one}.items()}
        for name in relays:
            self.servers[name] = HostileServer()
            self.servers[name].__enter__()
            settings[f"relays.{name}.url"] = self.servers[name].url()
        self.engine = Engine(None, settings)
        self.engine.start()
        return {"url": self.engine.url, "token": self.engine.token}

    def fail(self, relay, text=None):
        server = self.servers[relay]
        if text:
            server.misbehave("greeting", says(text.encode() + b"\r\n"))
            server.end_all()
        else:
            server.behave()

    def http(self, method, path, body=None, token=None):
        if isinstance(body, str):
            body = body.encode()
        try:
            answer = self.engine.http(method, path, body, token=token)
        except Refused as fault:
            return {"status": fault.status, "problem": fault.problem}
        return {"status": 200, "body": answer if isinstance(answer, (dict, list)) else answer.decode()}

    def create(self, audience, **fields):
        return self.engine.create(audience, **fields)

    def stop(self):
        return self.engine.stop()

    def kill(self):
        self.engine.kill9()

    def jump(self, seconds):
        self.engine.kill9()
        self.clock.jump(seconds)
        self.engine.start()

    def restart(self):
        self.engine.start()

    def letters(self):
        return self.sink.count()

    def refuse(self, text=None):
        """From now on the sink says this to everybody; to nobody without a text."""
        self.sink.refusal = (lambda recipient: text) if text else refusal

    def go_away(self):
        """No server listens any more."""
        self.sink.__exit__()
        self.sink = None

    def taken(self, since=0):
        return [{"recipient": one.recipient, "message": one.message.decode()} for one in self.sink.taken()[since:]]

    def attached(self, since=0):
        letters = {one.recipient: email.message_from_bytes(one.message, policy=email.policy.default)
                   for one in self.sink.taken()[since:]}
        return {recipient: {file.get_filename(): file.get_payload(decode=True).decode() for file in letter.iter_attachments()}
                for recipient, letter in letters.items()}

    def recipients(self):
        """Who got a letter, in the order of arrival; whoever got two is in it twice."""
        return [one.recipient for one in self.sink.taken()]

    def speed(self, delay):
        """From now on the sink takes so many seconds to its reply."""
        self.sink.delay = delay

    def end(self):
        if self.engine:
            self.engine.__exit__()
        if self.sink:
            self.sink.__exit__()
        if self.provider:
            self.provider.__exit__()
        for server in self.servers.values():
            server.__exit__()


def main():
    driver = Driver()
    calls = {"import": lambda count, name="recipients": driver.engine.import_rows(count, name)}
    try:
        for line in sys.stdin:
            call = json.loads(line)
            name = call.pop("do")
            try:
                answer = {"ok": (calls.get(name) or getattr(driver, name))(**call)}
            except Exception as fault:  # the other side shows it
                answer = {"error": f"{type(fault).__name__}: {fault}"}
            print(json.dumps(answer), flush=True)
    finally:
        driver.end()


if __name__ == "__main__":
    main()
