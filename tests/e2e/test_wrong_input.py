"""Wrong input of every kind: a clear error, the right code, and nothing changed."""

import concurrent.futures
import json
import pathlib
import socket
import subprocess
import unittest

from engine import EXECUTABLE, Engine, QUIET, Refused, free_port
from sink import Sink

GOOD = {"name": "Test", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Dear {{name}}"}


def without(field):
    return {key: value for key, value in GOOD.items() if key != field}


# A campaign's fields that are wrong, and what the error must name.
WRONG_CAMPAIGNS = [
    (without("name"), "name"),
    (without("from"), "from"),
    (without("subject"), "subject"),
    (without("text"), "text"),
    ({**GOOD, "name": 7}, "name"),
    ({**GOOD, "name": "x" * 300}, "name"),
    ({**GOOD, "from": "no address"}, "@"),
    ({**GOOD, "from": "Shop <news@shop.example>\r\nBcc: everybody@x.example"}, "line break"),
    ({**GOOD, "from": "Shop <shop@gmail.com>"}, "DMARC"),
    ({**GOOD, "from": "Магазин <shop@mail.ru>"}, "DMARC"),
    ({**GOOD, "reply_to": "nobody"}, "reply_to"),
    ({**GOOD, "text": "{{#name}} never closed"}, "text"),
    ({**GOOD, "subject": "{{name"}, "subject"),
    ({**GOOD, "sender": "x"}, "sender"),
    ({**GOOD, "unsubscribe_url": "javascript:alert(1)"}, "unsubscribe_url"),
    ({**GOOD, "on_doubt": "maybe"}, "on_doubt"),
    ({**GOOD, "plan": 5}, "plan"),
    ({**GOOD, "plan": {"start_at": "tomorrow"}}, "plan.start_at"),
    ({**GOOD, "plan": {"start_at": "2026-02-30T09:00:00Z"}}, "plan.start_at"),
    ({**GOOD, "plan": {"parts": {"size": 0, "every": "1h"}}}, "plan.parts.size"),
    ({**GOOD, "plan": {"parts": {"size": -5, "every": "1h"}}}, "plan.parts.size"),
    ({**GOOD, "plan": {"parts": {"size": 1.5, "every": "1h"}}}, "plan.parts.size"),
    ({**GOOD, "plan": {"parts": {"size": 10}}}, "plan.parts.every"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "often"}}}, "plan.parts.every"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "1ms"}}}, "plan.parts.every"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "1h", "growth": -1}}}, "plan.parts.growth"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "1h", "shrink": 1}}}, "plan.parts.shrink"),
    ({**GOOD, "audience": "a99"}, "a99"),
    ({**GOOD, "audience": 7}, "audience"),
    ([1, 2], "object"),
]

# Requests, the status they must get, and words that the detail must have.
WRONG_REQUESTS = [
    ("GET", "/v1/campaigns/c99", None, 404, "c99"),
    ("GET", "/v1/campaigns/banana", None, 404, "banana"),
    ("GET", "/v1/audiences/a99", None, 404, "a99"),
    ("GET", "/v1/nothing", None, 404, "/v1"),
    ("PUT", "/v1/campaigns", b"", 405, "GET"),
    ("GET", "/v1/campaigns?view=upside", None, 400, "view"),
    ("GET", "/v1/campaigns?status=asleep", None, 400, "status"),
    ("GET", "/v1/campaigns?sort=colour", None, 400, "sort"),
    ("GET", "/v1/campaigns?limit=many", None, 400, "limit"),
    ("GET", "/v1/campaigns?colour=red", None, 400, "colour"),
    ("GET", "/v1/campaigns/c1/letters?outcome=eaten", None, 400, "outcome"),
    ("GET", "/v1/campaigns/c1/preview?index=999999", None, 404, "letter"),
    ("POST", "/v1/campaigns", b"{broken", 400, "JSON"),
    ("POST", "/v1/campaigns", b"[" * 5000, 400, "JSON"),
    ("POST", "/v1/campaigns/c1/pause", b'{"why":"x"}', 400, "why"),
    ("POST", "/v1/campaigns/c1/pause", b"{}", 409, "start"),
    ("POST", "/v1/campaigns/c1/approve", b"{}", 409, "start"),
    ("POST", "/v1/campaigns/c1/doubt", b'{"action":"forget"}', 400, "action"),
    ("POST", "/v1/plan", b'{"plan":{}}', 400, "letters"),
    ("POST", "/v1/suppressions", b'{"email":"nobody"}', 400, "@"),
    ("POST", "/v1/tokens", b'{"role":"king","name":"x"}', 400, "role"),
    ("POST", "/v1/audiences", b"", 400, ""),
    ("POST", "/v1/audiences", b"name,city\nBob,Berlin\n", 400, "email"),
    ("POST", "/v1/audiences", b"email,name\n", 400, "recipient"),
    ("POST", "/v1/audiences", b"email\nnobody\n", 400, "line 2"),
    ("POST", "/v1/audiences", "email\nada@example.com\n".encode("utf-16"), 400, "UTF-16"),
    ("POST", "/v1/audiences?colour=red", b"email\nada@example.com\n", 400, "colour"),
]

# Words of the command line, the exit code, and what is said.
WRONG_WORDS = [
    (["juggle"], 2, "juggle"),
    (["pause"], 2, ""),
    (["pause", "banana"], 2, "banana"),
    (["pause", "c99"], 1, "c99"),
    (["list", "--status", "asleep"], 2, "asleep"),
    (["create", "/no/such/file.json"], 2, "/no/such/file.json"),
    (["audience", "import", "/no/such/file.csv"], 2, "/no/such/file.csv"),
    (["plan", "/no/such/file.json", "--letters", "10"], 2, "/no/such/file.json"),
    (["token", "create", "--role", "king", "--name", "x"], 2, "king"),
]


class WrongInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = Sink().__enter__()
        cls.engine = Engine(cls.sink.url).__enter__()
        cls.audience = cls.engine.import_rows(10)
        cls.campaign = cls.engine.create(cls.audience)

    @classmethod
    def tearDownClass(cls):
        cls.engine.__exit__()
        cls.sink.__exit__()

    def setUp(self):
        self.before = self.everything()

    def tearDown(self):
        self.assertEqual(self.everything(), self.before, "something was changed")

    def everything(self):
        """All that wrong input could have changed."""
        return [self.engine.get(path)["items"] for path in
                ("/v1/campaigns?view=all", "/v1/audiences", "/v1/suppressions", "/v1/tokens")]

    def refusal(self, method, path, body, **more):
        with self.assertRaises(Refused) as caught:
            self.engine.http(method, path, body, **more)
        problem = caught.exception
        self.assertEqual(problem.headers["Content-Type"], "application/problem+json")
        self.assertEqual(problem.problem["status"], problem.status)
        self.assertTrue(problem.problem["code"] and problem.problem["detail"])
        return problem

    def test_wrong_campaigns_are_refused_with_the_field_s_name(self):
        for fields, named in WRONG_CAMPAIGNS:
            with self.subTest(named, fields=str(fields)[:150]):
                problem = self.refusal("POST", "/v1/campaigns", json.dumps(fields).encode())
                self.assertIn(problem.status, (400, 404, 422))
                self.assertIn(named, problem.problem["detail"])

    def test_wrong_requests_get_a_problem_that_says_what_to_do(self):
        for method, path, body, status, words in WRONG_REQUESTS:
            with self.subTest(f"{method} {path}", body=str(body)[:50]):
                problem = self.refusal(method, path, body)
                self.assertEqual(problem.status, status)
                self.assertIn(words, problem.problem["detail"])

    def test_tokens_that_are_missing_unknown_or_of_the_wrong_role_open_nothing(self):
        self.assertEqual(self.refusal("GET", "/v1/campaigns", None, token="").status, 401)
        self.assertEqual(self.refusal("GET", "/v1/campaigns", None, token="slc_guess").status, 401)
        made = self.engine.post("/v1/tokens", {"role": "viewer", "name": "look"})
        try:
            for method, path in [("POST", "/v1/campaigns"), ("POST", f"/v1/campaigns/{self.campaign}/start"),
                                 ("POST", f"/v1/campaigns/{self.campaign}/approve"), ("POST", "/v1/audiences"),
                                 ("DELETE", f"/v1/campaigns/{self.campaign}"), ("GET", "/v1/tokens"),
                                 ("POST", "/v1/tokens"), ("POST", "/v1/suppressions")]:
                self.assertEqual(self.refusal(method, path, b"{}", token=made["secret"]).status, 403, path)
            self.engine.get("/v1/campaigns", token=made["secret"])
        finally:
            self.engine.http("DELETE", f"/v1/tokens/{made['id']}")
        self.assertEqual(self.refusal("GET", "/v1/campaigns", None, token=made["secret"]).status, 401)

    def test_a_body_over_its_limit_is_refused(self):
        problem = self.refusal("POST", "/v1/campaigns", b" " * (5 << 20))
        self.assertEqual(problem.status, 413)

    def test_an_upload_that_breaks_off_leaves_nothing(self):
        with socket.create_connection(("127.0.0.1", self.engine.port)) as raw:
            head = (f"POST /v1/audiences HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.engine.token}\r\n"
                    f"Content-Length: 1000000\r\n\r\n")
            raw.sendall(head.encode() + b"email\n" + b"".join(b"u%d@example.com\n" % i for i in range(1000)))
        self.engine.get("/healthz")

    def test_a_thousand_idle_connections_and_a_slow_one_stop_nobody(self):
        idle = [socket.create_connection(("127.0.0.1", self.engine.port)) for _ in range(1000)]
        try:
            idle[0].sendall(b"GET /v1/campaigns HTTP/1.1\r\nHost:")
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                for answer in pool.map(lambda _: self.engine.get("/v1/campaigns?view=all", timeout=10), range(50)):
                    self.assertEqual(len(answer["items"]), 1)
        finally:
            for one in idle:
                one.close()

    def test_rows_that_cannot_be_taken_are_left_out_with_line_and_reason(self):
        rows = ("email,name\nada@example.com,Ada\nnot an address,Bob\nada@EXAMPLE.com,Again\nx@y.example\n"
                "eve@example.com,Eve\n")
        with Engine(self.sink.url) as other:
            taken = other.http("POST", "/v1/audiences", rows.encode())
            self.assertEqual(taken["rows"], 2)
            self.assertEqual(taken["left_out_total"], 3)
            self.assertEqual([one["line"] for one in taken["left_out"]], [3, 4, 5])
            self.assertEqual(len({one["reason"] for one in taken["left_out"]}), 3)

    def test_wrong_words_on_the_command_line_get_their_exit_code(self):
        for words, code, said in WRONG_WORDS:
            with self.subTest(" ".join(words)):
                done = self.engine.run(*words, check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(said, done.stderr)

    def test_an_engine_that_is_not_there_is_told_apart(self):
        done = subprocess.run([EXECUTABLE, "list", "--url", f"http://127.0.0.1:{free_port()}", "--token", "x"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)

    def serve(self, *words, **environment):
        import os
        listen = [] if "--listen" in words else ["--listen", f"127.0.0.1:{free_port()}"]
        return subprocess.run([EXECUTABLE, "serve", *listen, *words],
                              capture_output=True, text=True, timeout=30,
                              env={**os.environ, **QUIET, **environment})

    def test_a_start_that_cannot_be_is_refused_with_what_to_do(self):
        folder = self.engine.folder
        config = folder / "wrong.toml"
        fresh = str(folder / "fresh")
        config.write_text('[relay]\nurl = "null:"\ncolour = "red"\n')
        wrong_key = self.serve("--config", str(config), "--data", fresh)
        self.assertEqual(wrong_key.returncode, 2)
        self.assertIn("colour", wrong_key.stderr)
        self.assertIn("3", wrong_key.stderr)
        config.write_text('[relay]\nurl = "null:"\nconnections = "many"\n')
        wrong_value = self.serve("--config", str(config), "--data", fresh)
        self.assertEqual(wrong_value.returncode, 2)
        self.assertIn("connections", wrong_value.stderr)
        self.assertNotEqual(self.serve("--data", fresh, "--relay", "pigeon:loft").returncode, 0)
        in_use = self.serve("--data", str(self.engine.data), "--relay", "null:")
        self.assertEqual(in_use.returncode, 1)
        self.assertIn(str(self.engine.data), in_use.stderr)
        port_taken = self.serve("--data", fresh, "--relay", "null:", "--listen", f"127.0.0.1:{self.engine.port}")
        self.assertEqual(port_taken.returncode, 1)
        self.assertIn(str(self.engine.port), port_taken.stderr)
        foreign = pathlib.Path(folder / "foreign")
        foreign.mkdir()
        (foreign / "CURRENT").write_text("somebody else's\n")
        self.assertEqual(self.serve("--data", str(foreign), "--relay", "null:").returncode, 1)
        self.assertEqual((foreign / "CURRENT").read_text(), "somebody else's\n")


class Moderation(unittest.TestCase):
    def test_a_first_campaign_waits_with_reasons_and_a_person_decides(self):
        with Sink() as sink, Engine(sink.url, quiet=False) as engine:
            audience = engine.import_rows(10)
            first = engine.create(audience)
            answer = engine.command(first, "start")
            self.assertEqual(answer["status"], "moderation")
            self.assertTrue(engine.show(first)["moderation"]["reasons"])
            self.assertEqual(sink.count(), 0)
            with self.assertRaises(Refused) as caught:
                engine.command(first, "release")
            self.assertEqual(caught.exception.status, 409)
            engine.run("approve", first)
            engine.wait_status(first, "sent")
            second = engine.create(audience)
            engine.command(second, "start")
            engine.run("reject", second, "--reason", "looks wrong")
            view = engine.show(second)
            self.assertEqual((view["status"], view["moderation"]["words"]), ("rejected", "looks wrong"))
            self.assertEqual(sink.count(), 10)


class Idempotency(unittest.TestCase):
    def test_a_key_s_second_arrival_gets_the_first_one_s_answer_also_after_a_kill(self):
        with Sink() as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            key = {"Idempotency-Key": "once"}
            first = engine.command(campaign, "pause", headers=key)
            engine.command(campaign, "resume")
            self.assertEqual(engine.command(campaign, "pause", headers=key), first)
            engine.kill9()
            engine.start()
            self.assertEqual(engine.command(campaign, "pause", headers=key), first)
            self.assertNotEqual(engine.show(campaign)["status"], "paused")


if __name__ == "__main__":
    unittest.main()
