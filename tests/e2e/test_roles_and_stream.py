"""Who may do what, on every path; changes as they happen; repeated commands; and clients that only hold the line."""

import concurrent.futures
import http.client
import json
import os
import resource
import socket
import threading
import time
import unittest

from engine import Engine, Refused, wait_until
from sink import Sink

# Watchers: test_least_privilege.py.
EVERYBODY = {"viewer", "operator", "moderator", "admin"}
OPERATORS = {"operator", "admin"}
MODERATORS = {"moderator", "admin"}
ADMINS = {"admin"}

# Every path, and the roles that it is open to. No request here could change anything: what it is about is
# not there, or its body is not what is needed.
PATHS = [
    ("GET", "/v1/campaigns", EVERYBODY),
    ("POST", "/v1/campaigns", OPERATORS),
    ("GET", "/v1/campaigns/c99", EVERYBODY),
    ("PATCH", "/v1/campaigns/c99", OPERATORS),
    ("DELETE", "/v1/campaigns/c99", OPERATORS),
    ("POST", "/v1/campaigns/c99/start", OPERATORS),
    ("POST", "/v1/campaigns/c99/approve", MODERATORS),
    ("POST", "/v1/campaigns/c99/reject", MODERATORS),
    ("POST", "/v1/campaigns/c99/pause", OPERATORS | MODERATORS),
    ("POST", "/v1/campaigns/c99/resume", OPERATORS),
    ("POST", "/v1/campaigns/c99/release", OPERATORS),
    ("POST", "/v1/campaigns/c99/cancel", OPERATORS),
    ("POST", "/v1/campaigns/c99/doubt", OPERATORS),
    ("POST", "/v1/campaigns/c99/refusals", OPERATORS),
    ("GET", "/v1/campaigns/c99/plan", EVERYBODY),
    ("GET", "/v1/campaigns/c99/responses", EVERYBODY),
    ("GET", "/v1/campaigns/c99/letters", EVERYBODY),
    ("GET", "/v1/campaigns/c99/log", EVERYBODY),
    ("GET", "/v1/campaigns/c99/story?address=a@b.example", EVERYBODY),
    ("GET", "/v1/campaigns/c99/replay", EVERYBODY),
    ("GET", "/v1/campaigns/c99/preview?index=0", EVERYBODY),
    ("GET", "/v1/campaigns/c99/doubt", EVERYBODY),
    ("GET", "/v1/campaigns/c99/refusals", EVERYBODY),
    ("GET", "/v1/campaigns/c99/progress", EVERYBODY),
    ("POST", "/v1/campaigns/c99/check", EVERYBODY),
    ("POST", "/v1/campaigns/c99/test", OPERATORS),
    ("POST", "/v1/campaigns/c99/copy", OPERATORS),
    ("POST", "/v1/check", EVERYBODY),
    ("POST", "/v1/preview", EVERYBODY),
    ("GET", "/v1/me", EVERYBODY),
    ("POST", "/v1/plan", EVERYBODY),
    ("GET", "/v1/campaigns/c99/diff?from=1&to=2", EVERYBODY),
    ("GET", "/v1/audit", EVERYBODY),
    ("POST", "/v1/audit", EVERYBODY),
    ("POST", "/v1/audit/seal", ADMINS),
    ("GET", "/v1/audit/export", EVERYBODY),
    ("GET", "/v1/audiences", EVERYBODY),
    ("POST", "/v1/audiences", OPERATORS),
    ("GET", "/v1/audiences/a99", EVERYBODY),
    ("GET", "/v1/audiences/a99/rows", EVERYBODY),
    ("GET", "/v1/audiences/a99/export", OPERATORS),
    ("PATCH", "/v1/audiences/a99", OPERATORS),
    ("DELETE", "/v1/audiences/a99", OPERATORS),
    ("POST", "/v1/audiences/derive", OPERATORS),
    ("GET", "/v1/suppressions", EVERYBODY),
    ("POST", "/v1/suppressions", OPERATORS),
    ("DELETE", "/v1/suppressions", OPERATORS),
    ("GET", "/v1/stream?campaign=banana", EVERYBODY),
    ("GET", "/v1/me", EVERYBODY),
    ("GET", "/v1/tokens", ADMINS),
    ("POST", "/v1/tokens", ADMINS),
    ("DELETE", "/v1/tokens/nothing", ADMINS),
]
OPEN_PATHS = ["/healthz", "/readyz", "/metrics", "/version"]


def at_once(jobs):
    """What each of them gives, all of them begun together."""
    gate = threading.Barrier(len(jobs))
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
        return [one.result() for one in [pool.submit(lambda job=job: (gate.wait(), job())[1]) for job in jobs]]


class Stream:
    """A listener to /v1/stream that reads one event after the other."""

    def __init__(self, engine, query="", token=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=30)
        self.connection.request("GET", "/v1/stream" + query,
                                headers={"Authorization": "Bearer " + (token or engine.token)})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        assert self.answer.headers["Content-Type"].startswith("text/event-stream")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def next(self):
        """(name, data, when) of the next event; comments are passed over."""
        name = ""
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                return name, json.loads(line[6:]), time.monotonic()

    def until(self, holds):
        """All events up to the first for which it holds."""
        seen = []
        while not seen or not holds(seen[-1][1]):
            seen.append(self.next())
        return seen


class Roles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("null:").__enter__()
        cls.made = {role: cls.engine.ask("token", "create", "--role", role, "--name", f"the {role}")
                    for role in EVERYBODY}

    @classmethod
    def tearDownClass(cls):
        cls.engine.__exit__()

    def answered(self, method, path, token):
        try:
            self.engine.http(method, path, None if method == "GET" else b"{}", token=token)
            return 200
        except Refused as refused:
            self.assertTrue(refused.problem["code"] and refused.problem["detail"], path)
            return refused.status

    def test_every_path_is_open_to_its_roles_and_to_no_other(self):
        for method, path, roles in PATHS:
            for role in EVERYBODY:
                with self.subTest(f"{role}: {method} {path}"):
                    status = self.answered(method, path, self.made[role]["secret"])
                    if role in roles:
                        self.assertNotIn(status, (401, 403, 404 if "99" not in path and "banana" not in path and
                                                  "nothing" not in path else 0, 405, 500, 503))
                    else:
                        self.assertEqual(status, 403)
            with self.subTest(f"nobody: {method} {path}"):
                self.assertEqual(self.answered(method, path, ""), 401)
                # From the twenty-first wrong one on it is told to wait.
                self.assertIn(self.answered(method, path, "slc_" + "A" * 43), (401, 429))

    def test_what_watches_the_engine_needs_no_token(self):
        for path in OPEN_PATHS:
            self.assertEqual(self.answered("GET", path, ""), 200)
        metrics = self.engine.get("/metrics", token="").decode()
        self.assertIn("# TYPE sluice_letters gauge", metrics)
        self.assertIn("sluice_ready 1", metrics)

    def test_secrets_are_shown_once_and_kept_nowhere(self):
        shown = json.dumps(self.engine.get("/v1/tokens"))
        secrets = [one["secret"] for one in self.made.values()]
        self.assertFalse([secret for secret in secrets if secret in shown])
        for file in self.engine.data.rglob("*"):
            if file.is_file():
                kept = file.read_bytes()
                self.assertFalse([secret for secret in secrets if secret.encode() in kept], file)
        self.assertEqual((self.engine.data / "token").stat().st_mode & 0o777, 0o600)

    def test_a_revoked_token_opens_nothing_also_after_a_restart(self):
        with Engine("null:") as engine:
            made = engine.ask("token", "create", "--role", "viewer", "--name", "for a while")
            engine.get("/v1/campaigns", token=made["secret"])
            engine.kill9()
            engine.start()
            engine.get("/v1/campaigns", token=made["secret"])
            engine.run("token", "revoke", made["id"])
            for _ in range(2):
                with self.assertRaises(Refused) as caught:
                    engine.get("/v1/campaigns", token=made["secret"])
                self.assertEqual(caught.exception.status, 401)
                engine.kill9()
                engine.start()

    def test_a_revoked_token_ends_its_open_stream(self):
        with Engine("null:") as engine:
            made = engine.ask("token", "create", "--role", "viewer", "--name", "for a while")
            with Stream(engine, token=made["secret"]) as stream:
                engine.run("token", "revoke", made["id"])
                engine.create(engine.import_rows(1), name="not for them")
                self.assertNotIn(b"not for them", stream.answer.read())

    def test_a_viewer_s_command_is_refused_on_the_command_line_too(self):
        done = self.engine.run("token", "list", check=False, token=self.made["viewer"]["secret"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("viewer", done.stderr)


class Moderation(unittest.TestCase):
    def test_a_first_campaign_waits_with_reasons_and_a_person_decides(self):
        with Sink() as sink, Engine(sink.url, quiet=False) as engine:
            operator = engine.ask("token", "create", "--role", "operator", "--name", "Olga")["secret"]
            moderator = engine.ask("token", "create", "--role", "moderator", "--name", "Max")["secret"]
            audience = engine.import_rows(10)
            first = engine.create(audience, token=operator)
            answer = engine.ask("start", first, token=operator)
            self.assertEqual(answer["status"], "moderation")
            self.assertIn("shop.example", json.dumps(engine.show(first)["moderation"]["reasons"]))
            for what in ("release", "start"):
                with self.assertRaises(Refused) as caught:
                    engine.command(first, what)
                self.assertEqual(caught.exception.status, 409)
            refused = engine.run("approve", first, token=operator, check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("operator", refused.stderr)
            # A pause lies over moderation too, and an approval does not lift it.
            engine.run("pause", first, token=operator)
            self.assertEqual(engine.show(first)["stage"], "moderation")
            engine.run("resume", first, token=operator)
            self.assertEqual((engine.show(first)["status"], sink.count()), ("moderation", 0))
            engine.kill9()
            engine.start()
            engine.run("approve", first, "--reason", "fine", token=moderator)
            engine.wait_status(first, "sent")
            second = engine.create(audience)
            self.assertEqual(engine.command(second, "start")["status"], "moderation")
            engine.run("reject", second, "--reason", "looks wrong", token=moderator)
            view = engine.show(second)
            self.assertEqual((view["status"], view["moderation"]["words"]), ("rejected", "looks wrong"))
            with self.assertRaises(Refused) as caught:
                engine.command(second, "approve")
            self.assertEqual(caught.exception.status, 409)
            self.assertEqual(sink.count(), 10)
            decided = [event for event in engine.events(first) if event["t"] == "approved"]
            self.assertEqual(decided[0]["by"], "Max")

    def test_a_start_that_crosses_an_edit_is_checked_for_what_the_edit_made_of_the_draft(self):
        rules = {"SLUICE_MODERATION_FIRST_CAMPAIGNS": "0", "SLUICE_MODERATION_SUSPICIOUS_PATTERNS": "casino"}
        with Engine("null:", environment=rules, quiet=False) as engine:
            audience = engine.import_rows(10)
            for _ in range(20):
                campaign = engine.create(audience, plan={"start_at": "2099-01-01T00:00:00Z"})

                def edit():
                    try:
                        engine.http("PATCH", f"/v1/campaigns/{campaign}", {"text": "our casino"})
                    except Refused as refused:  # the start was first
                        self.assertEqual(refused.status, 409)

                at_once([edit, lambda: engine.command(campaign, "start")])
                view = engine.get(f"/v1/campaigns/{campaign}?full=true")
                self.assertEqual(view["status"], "moderation" if view["text"] == "our casino" else "preparing")

    def test_a_wave_of_refusals_as_spam_holds_the_campaign_and_says_what_was_measured(self):
        def refusal(recipient):
            return "554 5.7.1 looks like spam" if int(recipient[1:].split("@")[0]) % 10 == 0 else None

        with Sink(refusal) as sink, Engine(sink.url, environment={"SLUICE_SUSPICION_ENABLED": "true"}) as engine:
            campaign = engine.start_campaign(20_000)
            view = engine.wait_status(campaign, "paused")
            self.assertEqual(view["hold"]["reason"], "spam_suspicion")
            self.assertRegex(view["hold"]["text"], r"\d.*%")
            wait_until(lambda: engine.show(campaign)["counts"]["in_flight"] == 0, "the rest to be settled")
            arrived = sink.count()
            self.assertLess(arrived, 5_000)
            engine.kill9()
            engine.start()
            self.assertEqual(engine.show(campaign)["hold"]["reason"], "spam_suspicion")
            engine.run("cancel", campaign)
            self.assertEqual(engine.show(campaign)["status"], "cancelled")
            self.assertEqual(sink.count(), arrived)


class Changes(unittest.TestCase):
    def test_the_stream_tells_of_each_change_and_ends_with_the_last_counts(self):
        with Sink() as sink, Engine(sink.url) as engine:
            campaign = engine.create(engine.import_rows(60_000))
            with Stream(engine) as stream, Stream(engine, "?campaign=" + campaign) as own:
                self.assertEqual(stream.next()[1]["status"], "draft")
                engine.command(campaign, "start")
                seen = stream.until(lambda view: view["counts"]["accepted"] > 100)
                engine.command(campaign, "pause")
                seen += stream.until(lambda view: view["status"] == "paused")
                engine.command(campaign, "resume")
                seen += stream.until(lambda view: view["status"] == "sent")
                self.assertEqual(seen[-1][1]["counts"], engine.show(campaign)["counts"])
                self.assertEqual({name for name, _, _ in seen}, {"campaign"})
                self.assertEqual([view for _, view, _ in seen if "text" in view or "html" in view], [])
                accepted = [view["counts"]["accepted"] for _, view, _ in seen]
                self.assertEqual(accepted, sorted(accepted))
                # A few a second at most, however fast letters leave.
                seconds = seen[-1][2] - seen[0][2]
                self.assertLessEqual(len(seen), 5 * seconds + 6)
                other = engine.create("a1", name="Another")
                self.assertEqual(stream.until(lambda view: view["name"] == "Another")[-1][1]["id"], other)
                engine.http("DELETE", f"/v1/campaigns/{other}")
                name, gone, _ = stream.until(lambda view: "name" not in view)[-1]
                self.assertEqual((name, gone), ("gone", {"id": other}))
                # Who listens to one campaign hears of no other.
                self.assertEqual({view["id"] for _, view, _ in own.until(lambda view: view["status"] == "sent")},
                                 {campaign})

    def test_a_listener_hears_of_what_happened_while_it_was_away_when_it_comes_back(self):
        with Engine("null:") as engine:
            campaign = engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            with Stream(engine) as stream:
                stream.until(lambda view: view["counts"]["accepted"] == 1)
            engine.command(campaign, "pause")
            engine.kill9()
            engine.start()
            with Stream(engine) as stream:
                self.assertEqual(stream.next()[1]["status"], "paused")


class Together(unittest.TestCase):
    def test_edits_of_different_fields_at_one_moment_are_all_kept(self):
        with Engine("null:") as engine:
            for _ in range(10):
                campaign = engine.create(None)
                wanted = {field: "edited" for field in ("name", "subject", "text", "html")}
                for answer in at_once([lambda field=field: engine.http("PATCH", f"/v1/campaigns/{campaign}",
                                                                      {field: "edited"}) for field in wanted]):
                    self.assertEqual(answer["id"], campaign)
                view = engine.get(f"/v1/campaigns/{campaign}?full=true")
                self.assertEqual({field: view[field] for field in wanted}, wanted)
                self.assertEqual(view["version"], 1 + len(wanted))

    def test_one_key_from_many_clients_is_carried_out_once(self):
        with Engine("null:") as engine:
            campaign = engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            before = engine.show(campaign)["version"]
            answers = at_once([lambda: engine.command(campaign, "pause", headers={"Idempotency-Key": "one"})] * 30)
            self.assertEqual({json.dumps(one, sort_keys=True) for one in answers},
                             {json.dumps(answers[0], sort_keys=True)})
            self.assertTrue(answers[0]["changed"])
            paused = [event for event in engine.events(campaign) if event["t"] == "paused"]
            self.assertEqual(len(paused), 1)
            self.assertGreater(engine.show(campaign)["version"], before)


class Idempotency(unittest.TestCase):
    def test_a_draft_s_deletion_is_answered_a_second_time(self):
        with Engine("null:") as engine:
            draft = engine.create(engine.import_rows(3))
            key = {"Idempotency-Key": "away"}
            for _ in range(2):
                self.assertEqual(engine.http("DELETE", f"/v1/campaigns/{draft}", headers=key), b"")
            engine.kill9()
            engine.start()
            self.assertEqual(engine.http("DELETE", f"/v1/campaigns/{draft}", headers=key), b"")
            with self.assertRaises(Refused) as caught:
                engine.http("DELETE", f"/v1/campaigns/{draft}")
            self.assertEqual(caught.exception.status, 404)

    def test_a_key_s_second_arrival_gets_the_first_one_s_answer_also_after_a_kill(self):
        with Engine("null:") as engine:
            campaign = engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            key = {"Idempotency-Key": "once"}
            first = engine.command(campaign, "pause", headers=key)
            self.assertTrue(first["changed"])
            engine.command(campaign, "resume")
            self.assertEqual(engine.command(campaign, "pause", headers=key), first)
            engine.kill9()
            engine.start()
            self.assertEqual(engine.command(campaign, "pause", headers=key), first)
            self.assertNotEqual(engine.show(campaign)["status"], "paused")
            # The same key for something else is a mistake, and is told as one.
            with self.assertRaises(Refused) as caught:
                engine.command(campaign, "cancel", headers=key)
            self.assertEqual(caught.exception.status, 409)
            self.assertNotEqual(engine.show(campaign)["status"], "cancelled")

    def test_a_campaign_is_made_once_for_a_key(self):
        with Engine("null:") as engine:
            audience = engine.import_rows(3)
            body = {"name": "Test", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Hi",
                    "audience": audience}
            key = {"Idempotency-Key": "make one"}

            def make():
                return engine.post("/v1/campaigns", body, headers=key)["id"]

            self.assertEqual(set(at_once([make] * 16)), {"c1"})
            engine.kill9()
            engine.start()
            self.assertEqual(make(), "c1")
            self.assertEqual(len(engine.get("/v1/campaigns?view=all")["items"]), 1)

    def test_what_was_answered_survives_a_kill_at_once(self):
        with Engine("null:") as engine:
            audience = engine.import_rows(3)
            for number in range(1, 6):
                made = engine.create(audience, name=f"Campaign {number}")
                engine.kill9()
                engine.start()
                self.assertEqual(engine.show(made)["name"], f"Campaign {number}")
                what = engine.command(made, "cancel")
                engine.kill9()
                engine.start()
                self.assertEqual((engine.show(made)["status"], engine.show(made)["version"]),
                                 ("cancelled", what["version"]))


class Crowd(unittest.TestCase):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def test_a_thousand_idle_connections_and_slow_ones_stop_nobody(self):
        with Sink() as sink, Engine(sink.url) as engine:
            idle = [socket.create_connection(("127.0.0.1", engine.port)) for _ in range(1000)]
            try:
                for one in idle[:100]:
                    one.sendall(b"GET /v1/campaigns HTTP/1.1\r\nHost:")
                for one in idle[100:200]:
                    one.sendall(f"POST /v1/campaigns HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {engine.token}\r\n"
                                "Content-Length: 1000\r\n\r\n{".encode())
                for one in idle[200:300]:  # listeners that never read
                    one.sendall(f"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {engine.token}\r\n\r\n"
                                .encode())
                campaign = engine.start_campaign(10_000)
                with concurrent.futures.ThreadPoolExecutor(8) as pool:
                    answers = pool.map(lambda _: engine.get("/v1/campaigns?view=all", timeout=10), range(100))
                    self.assertEqual({len(answer["items"]) for answer in answers}, {1})
                engine.wait_status(campaign, "sent", 60)
                self.assertEqual(sink.count(), 10_000)
            finally:
                for one in idle:
                    one.close()
            wait_until(lambda: len(os.listdir(f"/proc/{engine.process.pid}/fd")) < 300,
                       "the engine to let go of what was closed")
            self.assertEqual(engine.stop(), 0)


if __name__ == "__main__":
    unittest.main()
