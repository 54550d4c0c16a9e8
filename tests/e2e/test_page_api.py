"""What the page asks for beside the campaigns themselves: every request as the page makes it."""

import datetime
import http.client
import json
import unittest

from engine import Engine, Refused, wait_until
from sink import Sink

moment = datetime.datetime.fromisoformat  # their texts cannot be compared: whole seconds are written without a fraction

CONTENT = {"name": "New", "from": "Shop <news@shop.example>", "subject": "Hello {{name}}",
           "text": "Dear {{name}}", "html": "<p>Dear <b>{{name}}</b></p>",
           "unsubscribe_url": "https://shop.example/u"}


class PageApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = Sink(refusal=lambda to: "550 5.1.1 no such mailbox" if to.startswith("nobody@") else None)
        cls.sink.__enter__()
        cls.addClassCleanup(cls.sink.__exit__)
        cls.engine = Engine(cls.sink.url)
        cls.engine.__enter__()
        cls.addClassCleanup(cls.engine.__exit__)
        cls.audience = cls.engine.import_rows(1200)

    def refusal(self, method, path, body=None):
        with self.assertRaises(Refused) as refused:
            self.engine.http(method, path, body)
        return refused.exception.status, refused.exception.problem["code"]

    def test_a_token_is_told_whose_it_is(self):
        secret = self.engine.post("/v1/tokens", {"role": "viewer", "name": "Vera"})["secret"]
        me = self.engine.get("/v1/me", token=secret)
        self.assertEqual((me["name"], me["role"], me["commands"]), ("Vera", "viewer", []))

    def test_a_preview_comes_taken_apart_for_a_draft_and_for_what_is_not_saved(self):
        draft = self.engine.create(self.audience, html=CONTENT["html"])
        whole = self.engine.get(f"/v1/campaigns/{draft}/preview?index=7&part=all")
        self.assertEqual((whole["subject"], whole["to"]), ("Hello Recipient 7", "r7@d7.example"))
        self.assertIn("<b>Recipient 7</b>", whole["html"])
        self.assertIn("Dear Recipient 7", whole["text"])
        self.assertIn("Message-ID", [name for name, _ in whole["headers"]])
        self.assertTrue(whole["source"].endswith("\r\n"))
        html = self.engine.get(f"/v1/campaigns/{draft}/preview?index=7&part=html")
        self.assertEqual(set(html), {"subject", "from", "to", "html"})
        self.assertIn(b"\r\nSubject: Hello Recipient 7\r\n", self.engine.get(f"/v1/campaigns/{draft}/preview?index=7"))
        unsaved = self.engine.post("/v1/preview", {"campaign": CONTENT, "audience": self.audience, "index": 3})
        self.assertIn("<b>Recipient 3</b>", unsaved["html"])
        self.assertEqual(self.refusal("GET", f"/v1/campaigns/{draft}/preview?part=soul"), (400, "invalid_input"))
        self.assertEqual(self.refusal("POST", "/v1/preview",
                                      {"campaign": CONTENT, "audience": self.audience, "index": 1200}),
                         (404, "not_found"))
        self.assertEqual(self.refusal("POST", "/v1/preview", {"audience": self.audience}), (400, "invalid_input"))

    def test_test_copies_arrive_and_touch_neither_log_nor_counts(self):
        draft = self.engine.create(self.audience)
        before = self.engine.show(draft)
        self.engine.post("/v1/suppressions", {"email": "gone@test.example", "reason": "unsubscribed"})
        asked = {"addresses": ["boss@Test.example", "nobody@test.example", "Gone@test.example"], "index": 5}
        for _ in range(2):
            items = self.engine.post(f"/v1/campaigns/{draft}/test", asked)["items"]
            self.assertEqual([(one["address"], one["outcome"], one["code"]) for one in items],
                             [("boss@test.example", "accepted", 250), ("nobody@test.example", "refused", 550),
                              ("Gone@test.example", "skipped", 0)])
            self.assertEqual(items[2]["text"], "suppressed: unsubscribed")
        came = [one for one in self.sink.taken() if one.recipient.endswith("@test.example")]
        self.assertEqual([one.recipient for one in came], ["boss@test.example"] * 2)
        self.assertNotEqual(came[0].message_id, came[1].message_id)
        self.assertIn(b"Subject: [Test] Hello Recipient 5\r\n", came[0].message)
        self.assertIn("Dear Recipient 5", came[0].body)
        self.assertEqual(self.engine.show(draft), before)
        self.assertEqual(len(self.engine.events(draft)), 1)
        self.assertEqual(self.refusal("POST", f"/v1/campaigns/{draft}/test", {"addresses": []}),
                         (400, "invalid_input"))
        self.assertEqual(self.refusal("POST", f"/v1/campaigns/{draft}/test", {"addresses": ["a@b.example"] * 11}),
                         (400, "invalid_input"))
        self.assertEqual(self.refusal("POST", f"/v1/campaigns/{draft}/test", {"addresses": ["no address"]}),
                         (400, "invalid_input"))

    def test_progress_tells_plan_letters_pauses_and_release_within_the_points_asked_for(self):
        campaign = self.engine.create(self.audience, plan={"parts": {"size": 500, "every": "1h"}})
        self.assertEqual(self.engine.get(f"/v1/campaigns/{campaign}/progress")["t0"], None)
        self.engine.command(campaign, "start")
        wait_until(lambda: self.engine.show(campaign)["counts"]["accepted"] == 500, "the first part")
        self.engine.command(campaign, "pause")
        held = self.engine.get(f"/v1/campaigns/{campaign}/progress")
        self.assertEqual([due for _, due in held["plan"]], [500, 1000, 1200])
        self.assertIsNone(held["pauses"][0][1])
        self.engine.command(campaign, "release")
        self.engine.wait_status(campaign, "sent")
        done = self.engine.get(f"/v1/campaigns/{campaign}/progress?points=10")
        self.assertEqual([due for _, due in done["plan"]], [500, 1200])
        self.assertEqual(done["plan"][1][0], done["released_at"])
        self.assertEqual(done["pauses"], [[held["pauses"][0][0], done["released_at"]]])
        self.assertLessEqual(len(done["left"]), 10)
        self.assertEqual(done["left"][-1][1], 1200)
        self.assertEqual(done["outcomes"][-1]["accepted"], 1200)
        self.assertEqual(self.refusal("GET", f"/v1/campaigns/{campaign}/progress?points=501"), (400, "invalid_input"))

    def test_a_plan_of_any_length_is_told_as_a_curve_of_so_many_points(self):
        plan = {"start_at": "2100-01-01T00:00:00Z", "parts": {"size": 100, "every": "1h", "growth": 50}}
        whole = self.engine.post("/v1/plan?points=500", {"letters": 10_000, "plan": plan})
        self.assertEqual(whole["curve"], [[one["at"], one["total"]] for one in whole["items"]])
        self.assertNotIn("curve", self.engine.post("/v1/plan", {"letters": 10_000, "plan": plan}))
        plan["parts"] = {"size": 1, "every": "1s"}
        long = self.engine.post("/v1/plan?points=50&limit=10", {"letters": 100_000, "plan": plan})
        self.assertEqual(len(long["items"]), 10)
        self.assertTrue(25 <= len(long["curve"]) <= 50)
        self.assertEqual(long["curve"][-1], [long["ends_at"], 100_000])
        self.assertEqual(self.refusal("POST", "/v1/plan?points=501", {"letters": 1}), (400, "invalid_input"))

    def test_letters_are_found_by_a_part_of_their_address(self):
        campaign = self.engine.start_campaign(1200)
        self.engine.wait_status(campaign, "sent")
        found, after = [], ""
        while True:
            page = self.engine.get(f"/v1/campaigns/{campaign}/letters?q=R11{after}")
            self.assertLessEqual(len(page["items"]), 50)
            found += page["items"]
            if not page["next"]:
                break
            after = "&after=" + page["next"]
        self.assertEqual([one["index"] for one in found],
                         [i for i in range(1200) if f"r{i}@".startswith("r11")])
        self.assertTrue(all(one["outcome"] == "accepted" for one in found))
        none = self.engine.get(f"/v1/campaigns/{campaign}/letters?q=r11&outcome=refused")
        self.assertEqual(none, {"items": [], "next": None})

    def test_an_audience_is_read_page_by_page_to_its_end(self):
        found, first = [], 0
        while first is not None:
            page = self.engine.get(f"/v1/audiences/{self.audience}/rows?first={first}&limit=500")
            found += [row["email"] for row in page["items"]]
            first = page["next"]
        self.assertEqual(found, [f"r{i}@d{i % 20}.example" for i in range(1200)])
        past = self.engine.get(f"/v1/audiences/{self.audience}/rows?first=5000")
        self.assertEqual(past, {"items": [], "next": None})

    def test_two_hundred_commands_fit_one_connection(self):
        ids = [self.engine.create(self.audience, plan={"start_at": "2100-01-01T00:00:00Z"}) for _ in range(200)]
        line = http.client.HTTPConnection("127.0.0.1", self.engine.port, timeout=60)
        self.addCleanup(line.close)
        for what, status in (("start", "preparing"), ("pause", "paused")):
            for campaign in ids:
                line.request("POST", f"/v1/campaigns/{campaign}/{what}", b"{}",
                             {"Authorization": "Bearer " + self.engine.token})
                connection = line.sock
                answer = line.getresponse()
                self.assertEqual(json.loads(answer.read())["status"], status)
                self.assertIs(line.sock, connection, "the connection was closed")


class PageApiOnAnEngineOfItsOwn(unittest.TestCase):
    def test_a_check_says_what_start_would_and_the_queue_is_oldest_first_with_reasons(self):
        with Sink() as sink, Engine(sink.url, quiet=False) as engine:
            audience = engine.import_rows(10)
            first, second = (engine.create(audience, name=name) for name in ("first", "second"))
            without = engine.post("/v1/campaigns", CONTENT)["id"]
            said = engine.post(f"/v1/campaigns/{second}/check")
            self.assertFalse(said["passes"])
            self.assertEqual(engine.post("/v1/check", {"campaign": CONTENT, "audience": audience}), said)
            self.assertEqual(len(engine.events(second)), 1)
            engine.command(second, "start")
            later = moment(engine.show(second)["submitted_at"]) + datetime.timedelta(milliseconds=1)
            wait_until(lambda: datetime.datetime.now(datetime.UTC) >= later, "a later millisecond")
            engine.command(first, "start")
            queue = engine.get("/v1/campaigns?status=moderation&sort=changed")["items"]
            self.assertEqual([one["id"] for one in queue], [second, first])
            self.assertLessEqual(moment(queue[0]["created_at"]), moment(queue[0]["submitted_at"]))
            self.assertLess(moment(queue[0]["submitted_at"]), moment(queue[1]["submitted_at"]))
            self.assertEqual([one["moderation"]["reasons"] for one in queue], [said["reasons"]] * 2)
            for path, body, expected in (
                    (f"/v1/campaigns/{first}/check", {}, (409, "not_allowed_now")),
                    (f"/v1/campaigns/{without}/check", {}, (409, "not_allowed_now")),
                    ("/v1/check", {"campaign": CONTENT, "audience": "a99"}, (404, "not_found")),
                    ("/v1/check", {"campaign": {**CONTENT, "subject": ""}, "audience": audience},
                     (400, "invalid_input"))):
                with self.subTest(path=path), self.assertRaises(Refused) as refused:
                    engine.post(path, body)
                self.assertEqual((refused.exception.status, refused.exception.problem["code"]), expected)

    def test_letters_in_doubt_are_listed_page_by_page_with_address_reply_and_since(self):
        with Sink(delay=600) as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(8, on_doubt="hold")
            # Not all need have come to the sink: a connection takes a second letter while it waits for a reply.
            wait_until(lambda: engine.show(campaign)["counts"]["in_flight"] == 8, "the letters to be in flight")
            engine.kill9()
            engine.start()
            wait_until(lambda: engine.show(campaign)["counts"]["in_doubt"] == 8, "the doubt")
            page = engine.get(f"/v1/campaigns/{campaign}/doubt?limit=5")
            rest = engine.get(f"/v1/campaigns/{campaign}/doubt?limit=5&after={page['next']}")
            items = page["items"] + rest["items"]
            self.assertEqual([one["index"] for one in items], list(range(8)))
            for one in items:
                self.assertTrue(one["email"] and one["changed_at"] and one["last_reply"]["text"])
            self.assertEqual(len(engine.get(f"/v1/campaigns/{campaign}/progress")["restarts"]), 1)
            settled = {"action": "give_up", "letters": [1, 3, 6, 7]}
            self.assertTrue(engine.post(f"/v1/campaigns/{campaign}/doubt", settled)["changed"])
            self.assertFalse(engine.post(f"/v1/campaigns/{campaign}/doubt", settled)["changed"])
            left = engine.get(f"/v1/campaigns/{campaign}/doubt")["items"]
            self.assertEqual([one["index"] for one in left], [0, 3, 4, 5, 7])

    def test_letters_refused_for_now_are_listed_settled_in_part_and_their_hold_says_what_a_resume_costs(self):
        words = ["550 5.7.0 Message blocked by policy"]
        with Sink(refusal=lambda recipient: words[0]) as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(12)
            wait_until(lambda: engine.show(campaign)["refusals"] == {"provisional": 12}, "the refusals")
            held = engine.show(campaign)
            self.assertEqual((held["hold"]["reason"], held["hold"]["trial"], held["trial"]), ("relay_refuses", 12, None))
            self.assertTrue({"accept_refusals", "retry_refusals"} <= set(held["allowed"]))
            page = engine.get(f"/v1/campaigns/{campaign}/refusals?limit=7")
            rest = engine.get(f"/v1/campaigns/{campaign}/refusals?limit=7&after={page['next']}")
            items = page["items"] + rest["items"]
            self.assertEqual([one["index"] for one in items], list(range(12)))
            for one in items:
                self.assertEqual((one["outcome"], one["provisional"], one["last_reply"]["code"]), ("deferred", True, 550))
            settled = {"action": "accept", "letters": [1, 3]}
            self.assertTrue(engine.post(f"/v1/campaigns/{campaign}/refusals", settled)["changed"])
            self.assertFalse(engine.post(f"/v1/campaigns/{campaign}/refusals", settled)["changed"])
            left = engine.get(f"/v1/campaigns/{campaign}/refusals")["items"]
            self.assertEqual([one["index"] for one in left], [0, *range(3, 12)])
            letters = f"/v1/campaigns/{campaign}/letters?provisional=true"
            self.assertEqual(engine.get(letters)["items"], left)
            self.assertEqual(engine.get(f"{letters}&q={left[1]['email']}")["items"], left[1:2])
            self.assertEqual(engine.get(f"{letters}&outcome=refused")["items"], [])
            self.assertEqual(engine.get(f"{letters}&outcome=refused&q=a")["items"], [])
            words[0] = None
            engine.post(f"/v1/campaigns/{campaign}/resume", {})
            wait_until(lambda: engine.show(campaign)["status"] == "sent", "the rest to be sent")
            counts = engine.show(campaign)["counts"]
            self.assertEqual((counts["accepted"], counts["refused"]), (10, 2))


if __name__ == "__main__":
    unittest.main()
