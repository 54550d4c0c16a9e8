"""Wrong input of every kind: a clear error, the right code, and nothing changed."""

import json
import pathlib
import socket
import subprocess
import unittest

from engine import EXECUTABLE, QUIET, Engine, Refused, free_port, wait_until
from sink import Sink

GOOD = {"name": "Test", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Dear {{name}}"}

# A plan whose last letter of ten would fall due after the year 9999.
AGES = {"start_at": "9995-01-01T00:00:00Z", "parts": {"size": 1, "every": "365d"}}


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
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "-5s"}}}, "plan.parts.every"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "5"}}}, "plan.parts.every"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "99999999999999999999d"}}}, "plan.parts.every"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": 60}}}, "plan.parts.every"),
    ({**GOOD, "plan": {"parts": {"size": "10", "every": "1h"}}}, "plan.parts.size"),
    ({**GOOD, "plan": {"parts": {"size": 10 ** 30, "every": "1h"}}}, "plan.parts.size"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "1h", "growth": 1e9}}}, "plan.parts.growth"),
    ({**GOOD, "plan": {"parts": {"size": 10, "every": "1h", "growth": "50%"}}}, "plan.parts.growth"),
    ({**GOOD, "plan": {"parts": [10, "1h"]}}, "plan.parts"),
    ({**GOOD, "plan": {"start_at": "2026-12-01T09:00:00"}}, "plan.start_at"),
    ({**GOOD, "plan": {"start_at": 1790000000}}, "plan.start_at"),
    ({**GOOD, "plan": {"begin_at": "2026-12-01T09:00:00Z"}}, "plan.begin_at"),
    ({**GOOD, "name": ""}, "name"),
    ({**GOOD, "name": None}, "name"),
    ({**GOOD, "name": "two\nlines"}, "name"),
    ({**GOOD, "html": "<p>{{#name}}</p>"}, "html"),
    ({**GOOD, "from": "a@b.example, c@d.example"}, "from"),
    ({**GOOD, "reply_to": "a@b.example\r\nBcc: c@d.example"}, "reply_to"),
    ({**GOOD, "id": "c7"}, "id"),
    ({**GOOD, "status": "sent"}, "status"),
    ({**GOOD, "audience": "a99"}, "a99"),
    ({**GOOD, "audience": "../../etc"}, "audience"),
    ({**GOOD, "audience": 7}, "audience"),
    ({**GOOD, "audience": "a1", "plan": AGES}, "9999"),
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
    ("GET", "/v1/campaigns?colour=", None, 400, "there are: view"),
    ("GET", "/v1/campaigns?colour", None, 400, "colour"),
    ("GET", "/v1/campaigns?view=all&colour=", None, 400, "colour"),
    ("GET", "/v1/campaigns/c1/letters?outcome=eaten", None, 400, "outcome"),
    ("GET", "/v1/campaigns/c1/preview?index=999999", None, 404, "letter"),
    ("POST", "/v1/campaigns", b"{broken", 400, "JSON"),
    ("POST", "/v1/campaigns", b"[" * 5000, 400, "JSON"),
    ("POST", "/v1/campaigns/c1/pause", b'{"why":"x"}', 400, "why"),
    ("POST", "/v1/campaigns/c1/pause", b"{}", 409, "start"),
    ("POST", "/v1/campaigns/c1/approve", b"{}", 409, "start"),
    ("POST", "/v1/campaigns/c1/doubt", b'{"action":"forget"}', 400, "action"),
    ("POST", "/v1/campaigns/c1/doubt", b'{"action":"resend","letters":[5,2]}', 400, "letters"),
    ("POST", "/v1/campaigns/c1/doubt", b'{"action":"resend","letters":[]}', 400, "letters"),
    ("POST", "/v1/plan", b'{"plan":{}}', 400, "letters"),
    ("POST", "/v1/plan", b'{"letters":100000000,"plan":{"parts":{"size":1,"every":"365d","growth":1}}}', 400, "9999"),
    ("POST", "/v1/suppressions", b'{"email":"nobody"}', 400, "@"),
    ("POST", "/v1/tokens", b'{"role":"king","name":"x"}', 400, "role"),
    ("POST", "/v1/audiences", b"", 400, ""),
    ("POST", "/v1/audiences", b"name,city\nBob,Berlin\n", 400, "email"),
    ("POST", "/v1/audiences", b"email,name\n", 400, "recipient"),
    ("POST", "/v1/audiences", b"email\nnobody\n", 400, "line 2"),
    ("POST", "/v1/audiences", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000, 400, "XLS"),
    ("POST", "/v1/audiences?encoding=klingon", b"email\nada@example.com\n", 400, "klingon"),
    ("POST", "/v1/audiences?header=second", b"email\nada@example.com\n", 400, "header"),
    ("POST", "/v1/audiences?email_column=address", b"email\nada@example.com\n", 400, "address"),
    ("POST", "/v1/audiences/preview?colour=red", b"email\nada@example.com\n", 400, "colour"),
    ("POST", "/v1/audiences/cells?colour=red", b"email\nada@example.com\n", 400, "colour"),
    ("POST", "/v1/audiences?column=name", b"email,name\nada@example.com,Ada\n", 400, "column"),
    ("POST", "/v1/audiences?colour=red", b"email\nada@example.com\n", 400, "colour"),
    ("POST", "/v1/audiences?name=" + "x" * 300, b"email\nada@example.com\n", 400, "name"),
    ("POST", "/v1/audiences", b'{"name":"Bob"}\n', 400, "line 1"),
    ("POST", "/v1/audiences", b'{"email":', 400, "line 1"),
    ("POST", "/v1/audiences", b"\x00" * 1000, 400, ""),
    ("POST", "/v1/audiences", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, 400, ""),
    ("GET", "/v1/audiences/banana", None, 404, "banana"),
    ("GET", "/v1/audiences/a1/rows?first=x", None, 400, "first"),
    ("GET", "/v1/audiences/a1?colour=red", None, 400, "colour"),
    ("GET", "/v1/audiences?after=banana", None, 400, "after"),
    ("GET", "/v1/campaigns?limit=-1", None, 400, "limit"),
    ("GET", "/v1/campaigns?limit=1000000000000000000000", None, 400, "limit"),
    ("GET", "/v1/campaigns/c1?colour=red", None, 400, "colour"),
    ("GET", "/v1/campaigns?limit=0", None, 400, "limit"),
    ("GET", "/v1/campaigns/c1/log?limit=0", None, 400, "limit"),
    ("GET", "/v1/campaigns/c1/letters?limit=0", None, 400, "limit"),
    ("POST", "/v1/campaigns?audience=a1", json.dumps(GOOD).encode(), 400, "audience"),
    ("POST", "/v1/campaigns/c1/start?reason=x", b"{}", 400, "reason"),
    ("PATCH", "/v1/campaigns/c1?name=x", b"{}", 400, "name"),
    ("DELETE", "/v1/campaigns/c1?really=no", None, 400, "really"),
    ("POST", "/v1/campaigns/c1/doubt?action=resend", b'{"action":"resend"}', 400, "action"),
    ("POST", "/v1/tokens?role=admin", b'{"role":"viewer","name":"x"}', 400, "role"),
    ("POST", "/v1/suppressions?reason=x", b'{"email":"a@b.example"}', 400, "reason"),
    ("GET", "/v1/campaigns/c1/log?after=banana", None, 400, "after"),
    ("GET", "/v1/campaigns/c1/replay?at=999", None, 404, "999"),
    ("GET", "/v1/campaigns/c1/preview?index=x", None, 400, "index"),
    ("GET", "/v1/campaigns/c1/story", None, 400, "address"),
    ("GET", "/v1/campaigns/c1/story?address=nobody@x.example", None, 404, "nobody@x.example"),
    ("GET", "/v1/campaigns/c1/letters?address=nobody@x.example", None, 404, "nobody@x.example"),
    ("GET", "/v1/campaigns/c1/plan?colour=red", None, 400, "colour"),
    ("GET", "/v1/campaigns/c0", None, 404, "c0"),
    ("GET", "/v1/campaigns/c-1", None, 404, "c-1"),
    ("GET", "/v1/campaigns/c99999999999999999999999", None, 404, "c99999999999999999999999"),
    ("GET", "/v1/campaigns/c1%00", None, 404, "campaign"),
    ("GET", "/v1/campaigns/%2e%2e%2ftoken", None, 404, "campaign"),
    ("GET", "/v1/stream?campaign=banana", None, 404, "banana"),
    ("GET", "/v1/stream?colour=red", None, 400, "colour"),
    ("GET", "/v1/audit?campaign=banana", None, 404, "banana"),
    ("POST", "/v1/audit", b"{}", 400, "no seal"),
    ("POST", "/v1/audit", b'{"seal":[]}', 400, "no seal"),
    ("POST", "/v1/audit", b'{"seal":{"format":"sluice seal 1"}}', 400, "no time"),
    ("POST", "/v1/audit", b'{"colour":"red"}', 400, "colour"),
    ("POST", "/v1/audit/seal", b'{"colour":"red"}', 400, "colour"),
    ("GET", "/v1/audit/export?campaign=banana", None, 404, "banana"),
    ("GET", "/v1/audit/export?campaign=c99", None, 404, "c99"),
    ("GET", "/v1/audit/export?after=banana", None, 400, "after"),
    ("GET", "/v1/campaigns/c1/replay?time=noon", None, 400, "noon"),
    ("GET", "/v1/campaigns/c1/diff", None, 400, "1 or more"),
    ("GET", "/v1/campaigns/c1/diff?from=1&to=999", None, 404, "999"),
    ("PATCH", "/v1/campaigns/c1", b'{"colour":"red"}', 400, "colour"),
    ("PATCH", "/v1/campaigns/c1", b'{"plan":{"parts":{"size":0,"every":"1h"}}}', 400, "plan.parts.size"),
    ("PATCH", "/v1/campaigns/c1", b'{"audience":"a99"}', 404, "a99"),
    ("PATCH", "/v1/campaigns/c1", json.dumps({"plan": AGES}).encode(), 400, "9999"),
    ("GET", "/v1/campaigns?limit", None, 400, "limit"),
    ("GET", "/v1/campaigns?limit=", None, 400, "limit"),
    ("GET", "/v1/campaigns?view", None, 400, "view has no value"),
    ("GET", "/v1/campaigns?view=all&view=drafts", None, 400, "view is there twice"),
    ("GET", "/v1/campaigns/c1/letters?after=", None, 400, "after"),
    ("GET", "/v1/campaigns/c1/log?after", None, 400, "after"),
    ("GET", "/v1/campaigns/c1/preview?index=", None, 400, "index"),
    ("GET", "/v1/campaigns/c1/plan?limit", None, 400, "limit"),
    ("GET", "/v1/audiences?after", None, 400, "after"),
    ("GET", "/v1/stream?campaign", None, 400, "campaign"),
    ("PATCH", "/v1/campaigns/c1", b'{"name":null}', 400, "name"),
    ("PATCH", "/v1/campaigns/c99", b'{"name":"x"}', 404, "c99"),
    ("DELETE", "/v1/campaigns/c99", None, 404, "c99"),
    ("POST", "/v1/campaigns/c1/explode", b"{}", 404, "/v1"),
    ("POST", "/v1/campaigns/c99/start", b"{}", 404, "c99"),
    ("POST", "/v1/campaigns/c1/pause", b"[]", 400, "object"),
    ("POST", "/v1/campaigns/c1/pause", b'{"reason":7}', 400, "reason"),
    ("POST", "/v1/campaigns/c1/pause", json.dumps({"reason": "x" * 2000}).encode(), 400, "reason"),
    ("POST", "/v1/campaigns/c1/pause", b'{"reason":"\xff\xfe"}', 400, ""),
    ("POST", "/v1/campaigns/c1/doubt", b"{}", 400, "action"),
    ("POST", "/v1/campaigns", b'{"name":"x"} trailing', 400, "JSON"),
    ("POST", "/v1/campaigns", b"\xff\xfe{\x00}\x00", 400, "JSON"),
    ("POST", "/v1/campaigns", b"", 400, "name"),
    ("POST", "/v1/plan", b'{"letters":0}', 400, "letters"),
    ("POST", "/v1/plan", b'{"letters":10,"plan":{"parts":{"size":1,"every":"often"}}}', 400, "plan.parts.every"),
    ("POST", "/v1/plan", b'{"letters":10,"colour":1}', 400, "colour"),
    ("POST", "/v1/suppressions", b"{}", 400, "email"),
    ("POST", "/v1/suppressions", b'{"emails":["ada@example.com","nobody"]}', 400, "@"),
    ("POST", "/v1/suppressions", b'{"emails":"ada@example.com"}', 400, "emails"),
    ("DELETE", "/v1/suppressions", b"{}", 400, "email"),
    ("POST", "/v1/tokens", b'{"role":"viewer"}', 400, "name"),
    ("POST", "/v1/tokens", b'{"role":"viewer","name":"x","secret":"mine"}', 400, "secret"),
    ("DELETE", "/v1/tokens/nothing", None, 404, "nothing"),
    ("GET", "/v1/tokens?colour=red", None, 400, "colour"),
    ("DELETE", "/healthz", None, 405, "GET"),
    ("GET", "/healthz?colour=red", None, 400, "colour"),
    ("GET", "/version?colour", None, 400, "colour"),
    ("GET", "/metrics?colour=red", None, 400, "colour"),
    ("GET", "/readyz?a=1&a=2", None, 400, "there is no query parameter"),
    ("DELETE", "/v1/tokens/nothing?really=yes", None, 400, "really"),
    ("GET", "/v1/campaigns/c1?full=maybe", None, 400, "full"),
    ("POST", "/v1/campaigns/c1/start/", b"{}", 400, "empty segment"),
    ("POST", "/v1/campaigns/c1/cancel/", b"{}", 400, "empty segment"),
    ("POST", "/v1/campaigns/c1/approve/", b"{}", 400, "empty segment"),
    ("POST", "/v1/campaigns/c1//cancel", b"{}", 400, "empty segment"),
    ("POST", "/v1//campaigns/c1/cancel", b"{}", 400, "empty segment"),
    ("GET", "/v1/campaigns/", None, 400, "empty segment"),
    ("GET", "/v1/campaigns/c1", b"{}", 400, "no body"),
]

# Lists of recipients of which something can be taken: the line of each row that was left out.
FLAWED_LISTS = [
    (b"email,name\nada@example.com,Ada\nnot an address,Bob\nada@EXAMPLE.com,Again\nx@y.example\n"
     b"eve@example.com,Eve\n", 3, [3, 4]),
    (b'email,name\nada@example.com,"Ada\neve@example.com,Eve\nbob@example.com,Bob\n', None, [2]),
    (b"email;name\r\nada@example.com;Ada\r\nb@@example.com;B\r\n", 1, [3]),
    (b"\xef\xbb\xbfemail\nada@example.com\n\xff\xfe@example.com\n", 1, [3]),
    ("email,name\nada@example.com,Ada\nbob@example.com,Боб\n".encode("cp1251"), 2, []),
    (b"email,name\nada@example.com,Ada\nbob@example.com,Bob,more\n", 1, [3]),
    (b"email\nada@example.com\neve@example.com\r\nBcc: x@example.com\n" + b"y" * 400 + b"@example.com\n", 2, [4, 5]),
    (b'{"email":"ada@example.com"}\nbroken\n{"email":7}\n{"name":"x"}\n[]\n{"email":"eve@example.com"}\n', 2,
     [2, 3, 4, 5]),
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
    (["start", "c99"], 1, "c99"),
    (["approve", "c1"], 1, "start"),
    (["resume", "c1"], 1, "start"),
    (["show", "c99"], 1, "c99"),
    (["show", "c1", "c2"], 2, "c2"),
    (["show", "c1", "--colour"], 2, "--colour"),
    (["letters", "c1", "--outcome", "eaten"], 2, "eaten"),
    (["letters", "c1", "--limit", "many"], 2, "many"),
    (["letters", "c99"], 1, "c99"),
    (["preview", "c1", "--index", "999"], 1, "letter"),
    (["preview", "c1", "--index", "-1"], 2, "-1"),
    (["responses", "a1"], 2, "a1"),
    (["doubt", "c1", "--resend", "--give-up"], 2, ""),
    (["watch", "c99"], 1, "c99"),
    (["audience", "show", "a99"], 1, "a99"),
    (["audience", "show", "banana"], 2, "banana"),
    (["audience"], 2, "import"),
    (["audit", "log", "c99"], 1, "c99"),
    (["audit", "letter", "c1", "nobody@x.example"], 1, "nobody@x.example"),
    (["audit", "replay", "c1", "--at", "x"], 2, "x"),
    (["audit", "replay", "c1", "--time", "noon"], 2, "noon"),
    (["audit", "diff", "c1", "1", "x"], 2, "x"),
    (["audit", "diff", "c1", "1"], 2, "M"),
    (["audit", "export", "c99"], 1, "c99"),
    (["audit", "verify", "--seal", "/no/such/file"], 2, "/no/such/file"),
    (["audit", "verify", "--public-key", "00"], 2, "--seal"),
    (["suppress", "add", "nobody"], 1, "nobody"),
    (["suppress", "import", "/no/such/file"], 2, "/no/such/file"),
    (["token", "revoke", "nothing"], 1, "nothing"),
    (["plan", "/dev/null", "--letters", "10"], 2, "/dev/null"),
    ([], 2, "command"),
]

# A configuration file and what the refusal must name: the line among it.
WRONG_FILES = [
    ('[relay]\nurl = "null:"\ncolour = "red"\n', [":3", "relay.colour"]),
    ('[relay]\nurl = "null:"\nconnections = "many"\n', [":3", "relay.connections", "whole number"]),
    ('[relay]\nconnections = 0\n', [":2", "relay.connections", "from 1"]),
    ('[relay]\n\n\nconnect_timeout = "soon"\n', [":4", "relay.connect_timeout", "duration"]),
    ('[relay]\nconnect_timeout = 30\n', [":2", "relay.connect_timeout", "duration"]),
    ('[moderation]\nenabled = "perhaps"\n', [":2", "moderation.enabled", "true or false"]),
    ('[moderation]\nsuspicious_patterns = ["(unclosed"]\n', [":2", "moderation.suspicious_patterns"]),
    ('listen = "localhost"\n', [":1", "listen"]),
    ('listen = "127.0.0.1:99999"\n', [":1", "listen"]),
    ('[log]\nlevel = "loud"\n', [":2", "log.level", "debug"]),
    ('[relay\nurl = "null:"\n', [":1"]),
    ('[relay]\nurl = "null:"\nurl = "null:"\n', [":3", "url"]),
    ('[relay]\nurl = "pigeon:loft"\n', [":2", "relay.url", "smtp://"]),
]

WRONG_RELAYS = ["pigeon:loft", "smtp://", "smtp://host:0", "smtp://host:99999", "smtp://host:", "smtp://host/path",
                "smtp://:secret@host", "smtp://host?tls=perhaps", "smtp://host?colour=red", "smtps://host?tls=require",
                "maildir:", "null:x", "host:25", "https://example.com/hook", "smtp://us er@host"]


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

    def test_a_client_that_sends_all_before_it_reads_gets_its_refusal_too(self):
        rows = b"email\n" + b"".join(b"u%d@example.com\n" % number for number in range(1_000_000))
        for path, token, status in [("/v1/audiences?colour=red", None, 400), ("/v1/audiences", "slc_guess", 401),
                                    ("/v1/nothing", None, 404), ("/v1/plan", None, 413)]:
            with self.subTest(path, token=token):
                self.assertEqual(self.refusal("POST", path, rows, token=token).status, status)

    def test_an_upload_that_breaks_off_leaves_nothing(self):
        with socket.create_connection(("127.0.0.1", self.engine.port)) as raw:
            head = (f"POST /v1/audiences HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.engine.token}\r\n"
                    f"Content-Length: 1000000\r\n\r\n")
            raw.sendall(head.encode() + b"email\n" + b"".join(b"u%d@example.com\n" % i for i in range(1000)))
        self.engine.get("/healthz")

    def test_rows_that_cannot_be_taken_are_left_out_with_line_and_reason(self):
        with Engine("null:") as other:
            for text, rows, lines in FLAWED_LISTS:
                with self.subTest(str(text)[:80]):
                    try:
                        taken = other.http("POST", "/v1/audiences", text)
                    except Refused as refused:
                        self.assertIsNone(rows, refused)
                        self.assertEqual(refused.status, 400)
                        self.assertIn(f"line {lines[0]}", refused.problem["detail"])
                        continue
                    self.assertEqual([one["line"] for one in taken["left_out"]], lines)
                    self.assertEqual(taken["left_out_total"], len(lines))
                    self.assertTrue(all(one["reason"] for one in taken["left_out"]))
                    if rows is not None:
                        self.assertEqual(taken["rows"], rows)

    def test_wrong_campaign_files_are_refused_by_the_command_line_with_the_file_s_or_field_s_name(self):
        file = self.engine.folder / "wrong.json"
        for fields, named in WRONG_CAMPAIGNS:
            with self.subTest(named, fields=str(fields)[:150]):
                file.write_text(json.dumps(fields))
                done = self.engine.run("create", str(file), check=False)
                self.assertIn(done.returncode, (1, 2))
                self.assertIn(named, done.stderr)
                self.assertEqual(done.stdout, "")
        for text in (b"", b"{", b"not json", b"\xff\xfe", b"{} {}", b"\x00"):
            with self.subTest(text):
                file.write_bytes(text)
                done = self.engine.run("create", str(file), check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(str(file), done.stderr)

    def test_a_started_campaign_cannot_be_edited_discarded_or_begun_again(self):
        with Engine("null:") as other:
            campaign = other.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            wait_until(lambda: other.show(campaign)["counts"]["accepted"] == 1, "the first part")
            for path, command in [("", "PATCH"), ("", "DELETE"), ("/start", "POST"), ("/approve", "POST"),
                                  ("/reject", "POST"), ("/resume", "POST")]:
                self.assert_refused_now(other, campaign, command, path, "sending", "pause")
            other.command(campaign, "cancel")
            for what in ("start", "approve", "reject", "pause", "resume", "release"):
                self.assert_refused_now(other, campaign, "POST", "/" + what, "cancelled", "")
            empty = other.post("/v1/campaigns", GOOD)["id"]
            with self.assertRaises(Refused) as caught:
                other.command(empty, "start")
            self.assertEqual(caught.exception.status, 400)
            self.assertIn("audience", caught.exception.problem["detail"])
            self.assertEqual(other.show(empty)["version"], 1)

    def assert_refused_now(self, engine, campaign, method, path, status, allowed):
        before = engine.show(campaign)
        with self.subTest(f"{method} {path} while {before['status']}"):
            try:
                answer = engine.http(method, f"/v1/campaigns/{campaign}{path}", b"{}")
                self.assertFalse(answer["changed"], "a command that the status forbids was carried out")
            except Refused as refused:
                self.assertEqual((refused.status, refused.problem["code"]), (409, "not_allowed_now"))
                self.assertIn(status, refused.problem["detail"].lower())
                self.assertIn(allowed, refused.problem["detail"])
            self.assertEqual(engine.show(campaign)["version"], before["version"])

    def raw(self, text):
        """What the server says to these bytes, up to the end of the connection."""
        with socket.create_connection(("127.0.0.1", self.engine.port), timeout=20) as raw:
            raw.sendall(text)
            raw.shutdown(socket.SHUT_WR)
            said = b""
            while piece := raw.recv(65536):
                said += piece
            return said.decode()

    def test_what_is_no_http_is_refused_or_dropped_and_stops_nobody(self):
        for text in (b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET /v1/campaigns HTTP/9.9\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
                     b"POST /v1/campaigns HTTP/1.1\r\nContent-Length: banana\r\n\r\n",
                     b"POST /v1/campaigns HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                     b"GET http://[::bad HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\r\n" * 1000, b"\x00" * 1000):
            with self.subTest(text[:60]):
                self.assertRegex(self.raw(text), r"\A(HTTP/1\.[01] 4\d\d |\Z)")
        self.assertEqual(self.engine.get("/readyz")["status"], "ready")

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

    def serve(self, *words, listen=True, **environment):
        """A start that is to fail."""
        listen = ["--listen", "127.0.0.1:0"] if listen and "--listen" not in words else []
        return subprocess.run([EXECUTABLE, "serve", *listen, *words],
                              capture_output=True, text=True, timeout=30,
                              env={**QUIET, **environment})

    def test_a_wrong_configuration_stops_the_start_with_its_line_and_what_is_allowed(self):
        config = self.engine.folder / "wrong.toml"
        fresh = self.engine.folder / "fresh"
        for text, words in WRONG_FILES:
            with self.subTest(text):
                config.write_text(text)
                done = self.serve("--config", str(config), "--data", str(fresh), listen=not text.startswith("listen"))
                self.assertEqual(done.returncode, 2, done.stderr)
                for word in words:
                    self.assertIn(word, done.stderr)
                self.assertFalse(fresh.exists(), "the data folder was made")
        for words, said in [(["--config", "/no/such.toml"], "/no/such.toml"), (["--set", "relay.colour=red"], "relay.colour"),
                            (["--set", "nonsense"], "nonsense"), (["--listen", "nowhere"], "nowhere"),
                            (["--log-level", "loud"], "loud"), (["--colour"], "--colour")]:
            with self.subTest(words):
                done = self.serve("--data", str(fresh), "--relay", "null:", *words)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(said, done.stderr)
                self.assertFalse(fresh.exists(), "the data folder was made")
        done = self.serve("--data", str(fresh), "--relay", "null:", SLUICE_RELAY_CONNECTIONS="many")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("SLUICE_RELAY_CONNECTIONS", done.stderr)
        for relay in WRONG_RELAYS:
            with self.subTest(relay):
                done = self.serve("--data", str(fresh), "--relay", relay)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("relay", done.stderr)
                self.assertNotIn("secret", done.stderr)
                self.assertFalse(fresh.exists(), "the data folder was made")

    def test_a_start_in_the_way_of_another_engine_or_of_foreign_files_leaves_both_as_they_were(self):
        fresh = str(self.engine.folder / "second")
        in_use = self.serve("--data", str(self.engine.data), "--relay", "null:")
        self.assertEqual(in_use.returncode, 1)
        self.assertIn(str(self.engine.data), in_use.stderr)
        port_taken = self.serve("--data", fresh, "--relay", "null:", "--listen", f"127.0.0.1:{self.engine.port}")
        self.assertEqual(port_taken.returncode, 1)
        self.assertIn(str(self.engine.port), port_taken.stderr)
        foreign = pathlib.Path(self.engine.folder / "foreign")
        foreign.mkdir()
        (foreign / "CURRENT").write_text("somebody else's\n")
        self.assertEqual(self.serve("--data", str(foreign), "--relay", "null:").returncode, 1)
        self.assertEqual((foreign / "CURRENT").read_text(), "somebody else's\n")
        file = self.engine.folder / "a file"
        file.write_text("mine\n")
        for folder, named in ((str(file), str(file)), (str(file / "below"), str(file)), ("/proc/nowhere", "/proc/nowhere")):
            done = self.serve("--data", folder, "--relay", "null:")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(named, done.stderr)
        self.assertEqual(file.read_text(), "mine\n")
        audit = subprocess.run([EXECUTABLE, "audit", "verify", "--data", "/no/such/folder"], capture_output=True, text=True)
        self.assertIn(audit.returncode, (1, 2))
        self.assertIn("/no/such/folder", audit.stderr)
        self.assertFalse(pathlib.Path("/no/such/folder").exists())


if __name__ == "__main__":
    unittest.main()
