"""Idempotency keys of what is no campaign's command: the real process, killed between two attempts. Which routes take them
is checked over the table of routes (tests/unit/adapters/http/kept_answers_test.cpp)."""

import socket
import unittest

from engine import Engine, Refused

LIST = b"email,name\nann@d.example,Ann\nbob@d.example,Bob\n"


class Keys(unittest.TestCase):
    def setUp(self):
        self.engine = Engine("null:")
        self.addCleanup(self.engine.__exit__)
        self.engine.start()

    def ask(self, method, path, body, key, **more):
        return self.engine.http(method, path, body, headers={"Idempotency-Key": key}, **more)

    def die_and_come_back(self):
        self.engine.kill9()
        self.engine.start()

    def test_an_import_and_a_list_made_of_it_are_made_once_also_across_kill_9(self):
        first = self.ask("POST", "/v1/audiences?name=one", LIST, "import")
        self.die_and_come_back()
        self.assertEqual(self.ask("POST", "/v1/audiences?name=one", LIST, "import"), first)
        wanted = {"from": {"audience": first["id"], "split": [50, 50]}}
        parts = self.ask("POST", "/v1/audiences/derive", wanted, "split")
        self.die_and_come_back()
        self.assertEqual(self.ask("POST", "/v1/audiences/derive", wanted, "split"), parts)
        self.assertEqual(len(self.engine.get("/v1/audiences")["items"]), 3)
        # What it made is gone by now: the answer stays.
        self.engine.http("DELETE", f"/v1/audiences/{first['id']}")
        self.assertEqual(self.ask("POST", "/v1/audiences?name=one", LIST, "import"), first)

    def test_the_key_of_an_import_is_looked_up_before_its_body_is_read(self):
        self.ask("POST", "/v1/audiences?name=one", LIST, "import")
        with socket.create_connection(("127.0.0.1", self.engine.port), timeout=30) as line:
            line.sendall(b"POST /v1/audiences?name=one HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
                         self.engine.token.encode() + b"\r\nIdempotency-Key: import\r\nContent-Length: 1000000\r\n"
                         b"Expect: 100-continue\r\n\r\n")
            answer = line.makefile("rb").read()
        self.assertTrue(answer.startswith(b"HTTP/1.1 201 "), answer)
        self.assertIn(b"Idempotency-Replayed: true", answer)
        self.assertIn(b'"rows":2', answer)

    def test_suppressions_tokens_and_test_copies(self):
        entry = {"email": "ann@d.example"}
        self.assertEqual(self.ask("POST", "/v1/suppressions", entry, "add")["added"], 1)
        token = self.ask("POST", "/v1/tokens", {"role": "viewer", "name": "eye"}, "token")
        campaign = self.engine.create(self.engine.import_rows(3))
        copy = self.ask("POST", f"/v1/campaigns/{campaign}/test", {"addresses": ["me@d.example"]}, "copy")
        self.die_and_come_back()
        self.assertEqual(self.ask("POST", "/v1/suppressions", entry, "add")["added"], 1)
        again = self.ask("POST", "/v1/tokens", {"role": "viewer", "name": "eye"}, "token")
        self.assertEqual((again["id"], again.get("secret")), (token["id"], None))
        self.assertEqual(self.ask("POST", f"/v1/campaigns/{campaign}/test", {"addresses": ["me@d.example"]}, "copy"), copy)
        with self.assertRaises(Refused) as refused:
            self.ask("POST", "/v1/suppressions", {"email": "bob@d.example"}, "add")
        self.assertEqual((refused.exception.status, refused.exception.problem["notice"]["code"]), (409, "idempotency_key_reused"))
        # One that a command had serves nothing else, nor the other way round.
        self.engine.command(campaign, "start", headers={"Idempotency-Key": "start"})
        for method, path, body, key in (("POST", "/v1/suppressions", entry, "start"),
                                        ("POST", f"/v1/campaigns/{campaign}/pause", {}, "add")):
            with self.assertRaises(Refused) as refused:
                self.ask(method, path, body, key)
            self.assertEqual(refused.exception.status, 409)


if __name__ == "__main__":
    unittest.main()
