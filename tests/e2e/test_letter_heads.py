"""What people put into campaigns besides text: tags in names and links, headers of their own, envelope senders; and what
is said of it before anything leaves. Read by Python's email package, and judged by SpamAssassin."""

import email
import email.policy
import re
import shutil
import subprocess
import unittest

from engine import Engine, Refused
from sink import Sink

ROWS = "email,NAME,unsub,city\nada@example.com,Ada,https://x.example/u/1?a=b&c=d,Rome\nbob@example.com,Bob,https://x.example/u/2,\n"


class SenderSink(Sink):
    """Notes the reverse-path of each letter, too."""

    def __init__(self):
        super().__init__()
        self.senders = []

    def _answer(self, client):
        self.senders += [found.decode() for found in re.findall(rb"MAIL FROM:<([^>]*)>", bytes(client.incoming))]
        return super()._answer(client)


class Heads(unittest.TestCase):
    def setUp(self):
        self.sink = self.enterContext(SenderSink())
        self.engine = self.enterContext(Engine(self.sink.url))
        self.audience = self.engine.http("POST", "/v1/audiences?name=Our%20Customers", ROWS.encode())["id"]

    def enterContext(self, manager):  # of unittest in later Pythons
        entered = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return entered

    def create(self, **fields):
        campaign = {"name": "Test", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Hi {{NAME}}",
                    "unsubscribe_url": "https://shop.example/u", "audience": self.audience, **fields}
        return self.engine.post("/v1/campaigns", campaign)

    def sent(self, **fields):
        """The letters, by recipient."""
        made = self.create(**fields)
        self.engine.command(made["id"], "start")
        self.engine.wait_status(made["id"], "sent")
        return {one.recipient: email.message_from_bytes(one.message, policy=email.policy.default)
                for one in self.sink.taken()}

    def test_a_tag_that_no_column_has_is_told_and_stops_the_start(self):
        made = self.create(subject="{{name}}, hello", text="{{Name}} {{nothing_like_it}}")
        tags = [one["notice"] for one in made["warnings"] if one["notice"]["code"].startswith("unknown_tag")]
        self.assertEqual([(one["field"], one["tag"], one.get("nearest")) for one in tags],
                         [("subject", "name", "NAME"), ("text", "Name", "NAME"), ("text", "nothing_like_it", None)])
        with self.assertRaises(Refused) as refused:
            self.engine.command(made["id"], "start")
        self.assertEqual(refused.exception.problem["code"], "invalid_input")
        self.assertIn("NAME", refused.exception.problem["detail"])
        self.assertEqual(self.engine.show(made["id"])["status"], "draft")
        checked = self.engine.post(f"/v1/campaigns/{made['id']}/check")
        self.assertEqual(checked["refused"]["notice"]["code"], "unknown_tags")
        edited = self.engine.http("PATCH", f"/v1/campaigns/{made['id']}", {"allow_unknown_fields": True})
        self.assertTrue(edited["warnings"])
        self.engine.command(made["id"], "start")
        self.engine.wait_status(made["id"], "sent")

    def test_the_command_line_tells_it_too(self):
        folder = self.engine.folder
        (folder / "list.csv").write_text(ROWS)
        (folder / "typo.json").write_text('{"name": "typo", "from": "Shop <news@shop.example>", "subject": "{{name}}, hello",'
                                          ' "text": "Hi", "unsubscribe_url": "https://shop.example/u"}')
        done = self.engine.run("create", str(folder / "typo.json"), "--audience", self.audience)
        self.assertIn('warning: subject: {{name}}: the list has no such column; the nearest is "NAME"', done.stderr)
        done = self.engine.run("send", str(folder / "typo.json"), "--audience", str(folder / "list.csv"), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("NAME", done.stderr)
        self.assertEqual(self.sink.count(), 0)

    def test_blanks_within_braces_do_not_count(self):
        letters = self.sent(text="Hi {{\u00a0 NAME\u200b\u00a0}}!")
        self.assertEqual(letters["ada@example.com"].get_content().strip(), "Hi Ada!")

    def test_a_column_that_is_often_empty_is_told_unless_the_template_asks(self):
        warned = self.create(text="In {{city}}")["warnings"]
        self.assertEqual([(one["notice"]["code"], one["notice"].get("column")) for one in warned], [("field_often_empty", "city")])
        self.assertEqual(self.create(text="In {{city|your town}} {{#city}}{{city}}{{/city}}")["warnings"], [])
        letters = self.sent(text="In {{city|your town}}")
        self.assertEqual(letters["bob@example.com"].get_content().strip(), "In your town")

    def test_a_link_from_a_column_is_used_as_it_is(self):
        letters = self.sent(unsubscribe_url="{{ unsub }}", unsubscribe_mailto="leave@shop.example", text="{{unsubscribe_url}}")
        self.assertEqual(re.sub(r"\s", "", letters["ada@example.com"]["List-Unsubscribe"]),
                         "<https://x.example/u/1?a=b&c=d>,<mailto:leave@shop.example>")
        self.assertEqual(letters["ada@example.com"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertEqual(letters["ada@example.com"].get_content().strip(), "https://x.example/u/1?a=b&c=d")

    def test_names_are_filled_in(self):
        letters = self.sent(**{"from": "{{NAME}} of Shop <news@shop.example>"}, to_name="{{NAME}}",
                            reply_to="{{NAME}} <{{NAME}}@shop.example>")
        ada = letters["ada@example.com"]
        self.assertEqual((ada["From"].addresses[0].display_name, ada["From"].addresses[0].addr_spec), ("Ada of Shop", "news@shop.example"))
        self.assertEqual((ada["To"].addresses[0].display_name, ada["To"].addresses[0].addr_spec), ("Ada", "ada@example.com"))
        self.assertEqual(ada["Reply-To"].addresses[0].addr_spec, "Ada@shop.example")

    def test_a_campaign_whose_letters_cannot_be_made_is_held(self):
        made = self.create(unsubscribe_url="{{city}}")
        faults = self.engine.post(f"/v1/campaigns/{made['id']}/check")["faults"]
        self.assertEqual([(one["index"], one["email"], one["notice"]["code"]) for one in faults],
                         [(0, "ada@example.com", "unsubscribe_url_scheme_wrong"), (1, "bob@example.com", "unsubscribe_url_scheme_wrong")])
        self.engine.command(made["id"], "start")
        held = self.engine.wait_status(made["id"], "paused")
        self.assertEqual((held["hold"]["reason"], held["hold"]["notice"]["code"]), ("spam_suspicion", "all_skipped"))
        self.assertEqual(held["counts"]["skipped"], 2)
        self.engine.command(made["id"], "resume")  # a person has seen it
        self.engine.wait_status(made["id"], "sent")

    def test_headers_of_ones_own_and_those_that_are_not_ones_own(self):
        letters = self.sent(headers={"Feedback-ID": "{{NAME}}:shop", "X-Mark": "é"}, list="Weekly")
        ada = letters["ada@example.com"]
        self.assertEqual((ada["Feedback-ID"], ada["X-Mark"], ada["List-Id"]), ("Ada:shop", "é", "Weekly <weekly.shop.example>"))
        for name in ("From", "Message-ID", "content-type", "Bad Name", "List-Unsubscribe", "Bcc"):
            with self.assertRaises(Refused, msg=name) as refused:
                self.create(headers={name: "x"})
            self.assertEqual(refused.exception.status, 400)
        with self.assertRaises(Refused):
            self.create(headers={"X-A": "a\r\nBcc: b@c.example"})

    def test_the_list_has_an_id_and_a_preheader_is_hidden(self):
        letters = self.sent(html="<html><body><p>Hi</p></body></html>", preheader="For {{NAME}} & you")
        ada = letters["ada@example.com"]
        self.assertEqual(ada["List-Id"], "<our-customers.shop.example>")
        html = ada.get_body(("html",)).get_content()
        self.assertRegex(html, r'<body><div style="display:none[^"]*">For Ada & you</div><p>Hi</p>')

    def test_a_long_plain_name_is_folded_and_stays_what_it_is(self):
        name = "The Very Long Name Of A Shop That Sells Many Things And Has Been Doing So For A Hundred Years"
        letters = self.sent(**{"from": f"{name} <news@shop.example>"})
        ada = letters["ada@example.com"]
        self.assertEqual(ada["From"].addresses[0].display_name, name)
        raw = self.sink.taken()[0].message.partition(b"\r\n\r\n")[0]
        self.assertNotIn(b"=?", raw)
        self.assertLessEqual(max(len(line) for line in raw.split(b"\r\n")), 78)

    def test_each_letter_has_its_own_envelope_sender_and_what_comes_back_names_it(self):
        self.sent(envelope_sender="bounce+{campaign}.{letter}.{mac}@back.shop.example")
        self.assertEqual(len(set(self.sink.senders)), 2)
        for sender in self.sink.senders:
            self.assertRegex(sender, r"^bounce\+c1\.[01]\.[a-z2-7]{16}@back\.shop\.example$")
        second = next(one for one in self.sink.senders if ".1." in one)
        found = self.engine.post("/v1/feedback", {"kind": "bounce", "to": second})["items"]
        self.assertEqual(found, [{"campaign": "c1", "letter": 1, "email": "bob@example.com", "suppressed": True}])
        self.assertEqual([(one["email"], one["reason"]) for one in self.engine.get("/v1/suppressions")["items"]],
                         [("bob@example.com", "bounced")])
        with self.assertRaises(Refused):
            self.engine.post("/v1/feedback", {"kind": "bounce", "to": second.replace(".1.", ".0.")})
        self.assertEqual(len(self.engine.get("/v1/suppressions")["items"]), 1)

    def test_two_installations_have_other_message_ids(self):
        self.sent()
        first = {one.recipient: one.message_id for one in self.sink.taken()}
        self.assertEqual({one["email"]: one["message_id"] for one in self.engine.letters("c1")}, first)
        with SenderSink() as sink, Engine(sink.url) as other:
            audience = other.http("POST", "/v1/audiences?name=Our%20Customers", ROWS.encode())["id"]
            campaign = other.create(audience, subject="Hello", text="Hi {{NAME}}")
            other.command(campaign, "start")
            other.wait_status(campaign, "sent")
            second = {one.recipient: one.message_id for one in sink.taken()}
        self.assertEqual(first.keys(), second.keys())
        self.assertFalse(set(first.values()) & set(second.values()))

    def test_settings_give_new_campaigns_what_they_do_not_say(self):
        with SenderSink() as sink, Engine(sink.url, {"letters.precedence": "bulk", "letters.auto_submitted": "auto-generated",
                                                     "letters.envelope_sender": "back@shop.example"}) as engine:
            campaign = engine.start_campaign(1)
            engine.wait_status(campaign, "sent")
            letter = email.message_from_bytes(sink.taken()[0].message)
            self.assertEqual((letter["Precedence"], letter["Auto-Submitted"]), ("bulk", "auto-generated"))
            self.assertEqual(sink.senders, ["back@shop.example"])

    @unittest.skipUnless(shutil.which("spamassassin"), "SpamAssassin is not there")
    def test_spamassassin_finds_nothing_in_what_we_write(self):
        letters = {
            "short HTML": {"html": "<html><body><p>Dear {{NAME}}, our shop is open on Sunday.</p></body></html>", "text": "",
                           "text_from_html": False},
            "Russian": {"subject": "Осенняя распродажа", "text": "Здравствуйте, {{NAME}}! В воскресенье наш магазин открыт.",
                        "html": "<html><body><p>Здравствуйте, {{NAME}}! В воскресенье наш магазин открыт.</p></body></html>"},
            "plain": {"subject": "Our shop on Sunday", "text": "Dear {{NAME}}, our shop is open on Sunday from ten to four."}}
        for name, fields in letters.items():
            with self.subTest(name):
                before = self.sink.count()
                made = self.create(name=name, **fields)
                self.engine.command(made["id"], "start")
                self.engine.wait_status(made["id"], "sent")
                letter = self.sink.taken()[before].message
                report = subprocess.run(["spamassassin", "-t", "-L", "-x", "--cf=dns_available no", "--cf=use_bayes 0"],
                                        input=letter.replace(b"\r\n", b"\n"), capture_output=True, timeout=300).stdout.decode()
                rules = [(float(points), rule) for points, rule in re.findall(r"(?m)^ *(-?\d+\.\d) +(\w+)", report.rpartition("pts rule name")[2])]
                self.assertTrue(rules or "Content analysis" in report, report)
                # HTML alone is what that content earns.
                self.assertEqual([one for one in rules if one[0] > 0.5 and one[1] != "MIME_HTML_ONLY"], [], report)


if __name__ == "__main__":
    unittest.main()
