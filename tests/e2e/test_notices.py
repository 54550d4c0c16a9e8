"""What the engine has to say stands beside its words as a notice: a code and parameters, through HTTP and in the log; and
what may be commanded now is its word too."""

import unittest

from engine import Engine, Refused, wait_until
from sink import Sink

DRAFT = {"name": "New", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Dear {{name}}",
         "unsubscribe_url": "https://shop.example/u"}


class Notices(unittest.TestCase):
    def problem(self, engine, method, path, body=None):
        with self.assertRaises(Refused) as refused:
            engine.http(method, path, body)
        return refused.exception.problem

    def test_a_refusal_has_one(self):
        with Engine("null:") as engine:
            wrong = self.problem(engine, "POST", "/v1/campaigns", {**DRAFT, "text": "Dear\n{{name"})
            self.assertEqual(wrong["notice"], {"code": "template_tag_unclosed", "field": "text", "line": 2})
            self.assertEqual(wrong["detail"], "text, line 2: Unclosed tag")
            self.assertEqual(self.problem(engine, "GET", "/v1/campaigns?limit=0")["notice"],
                             {"code": "parameter_number", "parameter": "limit", "min": 1, "max": 1000})
            self.assertEqual(self.problem(engine, "POST", "/v1/audiences?name=x", b"email,name\nnobody,\nann@,\n,x\n")["notice"],
                             {"code": "no_recipient_taken", "first": 2, "causes": [
                                 {"code": "left_out_no_address", "count": 1},
                                 {"code": "left_out_address_without_at", "count": 1},
                                 {"code": "left_out_address_domain_empty", "count": 1}]})
            campaign = engine.create(engine.import_rows(3))
            told = self.problem(engine, "POST", f"/v1/campaigns/{campaign}/pause", {})["notice"]
            self.assertEqual(told, {"code": "not_allowed_now", "campaign": campaign, "status": "draft",
                                    "command": "pause", "allowed": "start, cancel, edit, discard"})

    def test_an_import_tells_what_it_left_out(self):
        with Engine("null:") as engine:
            report = engine.post("/v1/audiences?name=x", b"email\nann@d.example\nnobody\nann@d.example\n")
            self.assertEqual([(one["line"], one["reason"], one["notice"]) for one in report["left_out"]],
                             [(3, "no @ in the address", {"code": "left_out_address_without_at"}),
                              (4, "repeated address", {"code": "left_out_repeated_address"})])
            self.assertEqual(report["left_out_notices"], [{"code": "left_out_repeated_address", "count": 1},
                                                          {"code": "left_out_address_without_at", "count": 1}])

    def test_reasons_skips_and_the_log_have_theirs(self):
        with Sink() as sink, Engine(sink.url, quiet=False) as engine:
            campaign = engine.create(engine.import_rows(3))
            engine.post("/v1/suppressions", {"email": "r1@d1.example", "reason": "unsubscribed"})
            checked = engine.post(f"/v1/campaigns/{campaign}/check", {})
            self.assertEqual(checked["notices"], [{"code": "domain_is_new", "number": 1, "domain": "shop.example",
                                                   "first": 3}])
            engine.command(campaign, "start")
            shown = engine.show(campaign)
            self.assertEqual(shown["moderation"]["notices"], checked["notices"])
            self.assertEqual(shown["moderation"]["reasons"], checked["reasons"])
            self.assertEqual(set(shown["allowed"]), {"approve", "reject", "pause", "cancel"})
            engine.command(campaign, "approve")
            engine.wait_status(campaign, "sent")
            self.assertEqual(engine.show(campaign)["allowed"], [])
            skip = {"code": "suppressed", "reason": "unsubscribed"}
            letters = {one["email"]: one for one in engine.get(f"/v1/campaigns/{campaign}/letters")["items"]}
            self.assertEqual(letters["r1@d1.example"]["last_reply"]["notice"], skip)
            self.assertIsNone(letters["r0@d0.example"]["last_reply"]["notice"])
            why = engine.get(f"/v1/campaigns/{campaign}/why?address=r1@d1.example")
            self.assertEqual((why["notice"]["code"], why["notice"]["causes"]), ("letter_skipped", [skip]))
            events = {one["t"]: one for one in engine.get(f"/v1/campaigns/{campaign}/log")["items"]}
            self.assertEqual((events["submitted"]["v"], events["submitted"]["notices"]), (3, checked["notices"]))
            engine.stop()
            self.assertEqual(engine.verify().returncode, 0)

    def test_a_relay_that_is_away_is_told_by_its_code(self):
        with Engine("smtp://127.0.0.1:9") as engine:
            campaign = engine.start_campaign(3)
            trouble = wait_until(lambda: engine.show(campaign)["relay_trouble"], "the relay to be missed")
            self.assertEqual(trouble["notice"], {"code": "connection_refused", "server": "127.0.0.1:9"})
            self.assertEqual(trouble["text"], "127.0.0.1:9: cannot connect: Connection refused")

    def test_a_token_is_told_what_it_may_command(self):
        with Engine("null:") as engine:
            of = {}
            for role in ("viewer", "operator", "moderator", "admin"):
                secret = engine.post("/v1/tokens", {"role": role, "name": role})["secret"]
                of[role] = set(engine.get("/v1/me", token=secret)["commands"])
            self.assertEqual(of["viewer"], set())
            self.assertEqual(of["moderator"], {"approve", "reject", "pause"})
            self.assertEqual(of["operator"] | of["moderator"], of["admin"])
            self.assertEqual(of["operator"] & of["moderator"], {"pause"})


if __name__ == "__main__":
    unittest.main()
