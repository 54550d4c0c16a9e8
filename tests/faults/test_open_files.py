"""A process that may open no more files and sockets: it says so, keeps what it has, and goes on by itself."""

import collections
import http.client
import json
import resource
import unittest

from engine import Engine, wait_until
from kills import number_of, verified
from sink import Sink

LETTERS = 2_000
PART = 500


class Line:
    """A connection to the API that is there already when no other can be made."""

    def __init__(self, engine):
        self.connection = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=30)
        self.headers = {"Authorization": "Bearer " + engine.token}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, method, path, body=None):
        """(status, decoded answer)"""
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


class OpenFiles(unittest.TestCase):
    def test_without_a_descriptor_left_it_says_why_nothing_leaves_and_goes_on_by_itself_once_there_are_some(self):
        settings = {"relay.idle_timeout": "200ms", "relay.connections": 10}
        with Sink() as sink, Engine(sink.url, settings) as engine:
            campaign = engine.start_campaign(LETTERS, plan={"parts": {"size": PART, "every": "1h"}})
            sink.wait_for(PART)
            wait_until(lambda: not sink.clients, "the connections to the sink to be idle and closed")
            with Line(engine) as line:
                self.assertEqual(line.ask("GET", "/readyz")[0], 200)
                usual = resource.prlimit(engine.process.pid, resource.RLIMIT_NOFILE)
                resource.prlimit(engine.process.pid, resource.RLIMIT_NOFILE, (3, usual[1]))
                self.assertEqual(line.ask("POST", f"/v1/campaigns/{campaign}/release", b"{}")[0], 200)
                view = wait_until(lambda: (v := line.ask("GET", f"/v1/campaigns/{campaign}")[1])["relay_trouble"] and v,
                                  "the trouble to be shown")
                self.assertIn("Too many open files", view["relay_trouble"]["text"])
                self.assertEqual(view["counts"]["accepted"], PART)
                self.assert_an_import_is_refused_whole(line)
                self.assertEqual(line.ask("GET", "/healthz")[0], 200)
                resource.prlimit(engine.process.pid, resource.RLIMIT_NOFILE, usual)
            self.assertEqual(engine.wait_status(campaign, "sent")["relay_trouble"], None)
            self.assertEqual(collections.Counter(map(number_of, sink.taken())),
                             {number: 1 for number in range(LETTERS)})
            self.assertEqual(engine.get("/v1/audiences")["items"][-1]["rows"], LETTERS)
            engine.wait_status(engine.start_campaign(100), "sent")
            self.assertEqual(engine.stop(), 0)
            verified(engine)

    def assert_an_import_is_refused_whole(self, line):
        rows = "email\n" + "".join(f"x{number}@d.example\n" for number in range(50_000))
        status, problem = line.ask("POST", "/v1/audiences?name=more", rows.encode())
        self.assertEqual((status, problem["code"]), (503, "storage_failed"), problem)
        self.assertIn("Too many open files", problem["detail"])
        self.assertEqual(len(line.ask("GET", "/v1/audiences")[1]["items"]), 1)


if __name__ == "__main__":
    unittest.main()
