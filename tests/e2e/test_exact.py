"""Each recipient gets exactly one letter, personalised; every count that can be asked for agrees."""

import collections
import email
import email.policy
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from engine import Engine, free_port, wait_until
from sink import Sink

LETTERS = int(os.environ.get("E2E_LETTERS", 100_000))
DUMPED = int(os.environ.get("E2E_DUMPED_LETTERS", 20_000))

CAMPAIGN = {"name": "Autumn sale", "from": "Shop <news@shop.example>", "subject": "{{name}}, 20% off",
            "text": "Dear {{name}}, your code is {{code}}.\n", "unsubscribe_url": "https://shop.example/u/{{code}}"}


def address(number):
    return f"r{number}@d{number % 20}.example"


def name(number):
    """Names as lists have them: some with a comma, some with quotation marks."""
    return f"Recipient {number}" + (', "Rec"' if number % 7 == 0 else "")


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if re.search('[,"]', text) else text


def line_of(number):
    return f"Dear {name(number)}, your code is C{number:06}."


def send(engine, count):
    """Import, create, start: all by the command line, from files, as in the README."""
    rows = engine.folder / "list.csv"
    rows.write_text("email,name,code\n" +
                    "".join(f"{address(i)},{quoted(name(i))},C{i:06}\n" for i in range(count)))
    taken = engine.ask("audience", "import", str(rows), "--name", "customers")
    assert (taken["rows"], taken["left_out_total"]) == (count, 0), taken
    (engine.folder / "campaign.json").write_text(json.dumps(CAMPAIGN))
    campaign = engine.ask("create", str(engine.folder / "campaign.json"), "--audience", taken["id"])["id"]
    engine.run("start", campaign)
    return campaign


class SmtpSink:
    """Postfix's own sink, which writes each session it serves into a file."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.port = free_port()
        os.chmod(self.folder.name, 0o777)

    def __enter__(self):
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(["/usr/sbin/smtp-sink", *as_nobody, "-d", self.folder.name + "/%H%M%S.",
                                         f"127.0.0.1:{self.port}", "200"])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def dumps(self):
        return [dump.read_text("utf-8", "replace") for dump in pathlib.Path(self.folder.name).iterdir()]


class Exact(unittest.TestCase):
    def assert_counts_agree(self, engine, campaign, count):
        """`show`, `letters` and `responses` say that each of `count` letters was accepted."""
        view = engine.ask("show", campaign)
        self.assertEqual(view["counts"], {"total": count, "due": count, "accepted": count, "pending": 0,
                                          "in_flight": 0, "refused": 0, "deferred": 0, "skipped": 0, "in_doubt": 0})
        responses = engine.ask("responses", campaign)["items"]
        self.assertEqual([(one["code"], one["count"]) for one in responses], [(250, count)])
        letters = engine.ask("letters", campaign)["items"]
        self.assertEqual([one["email"] for one in letters], [address(i) for i in range(count)])
        self.assertEqual({(one["outcome"], one["attempts"]) for one in letters}, {("accepted", 1)})
        self.assertEqual(engine.ask("letters", campaign, "--outcome", "refused")["items"], [])
        return letters

    def test_a_hundred_thousand_recipients_get_one_letter_each_and_all_counts_agree(self):
        with Sink() as sink, Engine(sink.url) as engine:
            campaign = send(engine, LETTERS)
            engine.wait_status(campaign, "sent", 180)
            taken = sink.taken()
            self.assertEqual(collections.Counter(letter.recipient for letter in taken),
                             {address(i): 1 for i in range(LETTERS)})
            for letter in taken:
                number = int(re.match(r"r(\d+)@", letter.recipient).group(1))
                self.assertIn(line_of(number), letter.body)
            letters = self.assert_counts_agree(engine, campaign, LETTERS)
            self.assertEqual({one["email"]: one["message_id"] for one in letters},
                             {letter.recipient: letter.message_id for letter in taken})
            self.assertEqual(len({letter.message_id for letter in taken}), LETTERS)
            # The same over HTTP, page by page.
            self.assertEqual(engine.letters(campaign), letters)
            self.assertEqual(engine.stop(), 0)
            audit = engine.verify()
            self.assertEqual(audit.returncode, 0, audit.stdout + audit.stderr)

    def test_postfix_s_smtp_sink_gets_each_recipient_s_letter_once(self):
        with SmtpSink() as sink:
            with Engine(f"smtp://127.0.0.1:{sink.port}") as engine:
                campaign = send(engine, DUMPED)
                engine.wait_status(campaign, "sent", 120)
                self.assert_counts_agree(engine, campaign, DUMPED)
            text = "\n".join(sink.dumps())
        envelopes = re.findall(r"(?m)^X-Rcpt-Args: <([^>]*)>", text)
        self.assertEqual(collections.Counter(envelopes), {address(i): 1 for i in range(DUMPED)})
        bodies = re.findall(r"(?m)^Dear .*$", text)
        self.assertEqual(collections.Counter(bodies), {line_of(i): 1 for i in range(DUMPED)})

    def test_letters_in_any_language_arrive_as_they_were_written(self):
        rows = [("анна@почта.example", "Анна Ёлкина"), ("jose@d.example", "José Ñandú"), ("li@d.example", "李 小龙"),
                ("dot@d.example", "."), ("plain@d.example", "A" * 1500)]
        campaign = {"name": "Осень", "from": "Магазин <news@shop.example>", "subject": "{{name}}, скидка 20 %",
                    "text": "Здравствуйте, {{name}}!\n.\n..точки\n", "html": "<p>Привет, {{name}} &amp; Co</p>",
                    "unsubscribe_url": "https://shop.example/u"}
        with Sink() as sink, Engine(sink.url) as engine:
            audience = engine.http("POST", "/v1/audiences", ("email,name\n" + "".join(
                f"{mail},{name}\n" for mail, name in rows)).encode())["id"]
            made = engine.post("/v1/campaigns", {**campaign, "audience": audience})["id"]
            engine.command(made, "start")
            engine.wait_status(made, "sent")
            arrived = {letter.recipient: letter for letter in sink.taken()}
            # A domain leaves as DNS knows it, a local part as it is.
            sent = [(mail.replace("почта.example", "xn--80a1acny.example"), name) for mail, name in rows]
            self.assertEqual(set(arrived), {mail for mail, _ in sent})
            for mail, name in sent:
                head, _, _ = arrived[mail].message.partition(b"\r\n\r\n")
                self.assertTrue(all(len(line) <= 998 for line in arrived[mail].message.split(b"\r\n")))
                letter = email.message_from_bytes(arrived[mail].message, policy=email.policy.default)
                self.assertEqual(letter["Subject"], f"{name}, скидка 20 %")
                self.assertEqual(letter["From"].addresses[0].display_name, "Магазин")
                self.assertIn(b"\r\nTo: " + mail.encode() + b"\r\n", head)  # RFC 6532 where it is needed
                plain = letter.get_body(("plain",)).get_content().replace("\r\n", "\n")
                self.assertEqual(plain.rstrip("\n"), f"Здравствуйте, {name}!\n.\n..точки")
                self.assertIn(f"Привет, {name} &amp; Co", letter.get_body(("html",)).get_content())

    def test_no_field_of_a_recipient_and_no_text_of_a_campaign_adds_a_header_line(self):
        evil = "Bob\r\nBcc: everybody@x.example\r\n\r\n<script>"
        rows = 'email,name\nbob@d.example,"' + evil + '"\n'
        with Sink() as sink, Engine(sink.url) as engine:
            audience = engine.http("POST", "/v1/audiences", rows.encode())["id"]
            made = engine.create(audience, subject="{{{name}}}\r\nX-Ours: 1", text="Dear {{{name}}}",
                                 html="<p>{{name}}</p>", unsubscribe_url="https://a.example/{{name}}\r\nX-Url: 1")
            engine.command(made, "start")
            engine.wait_status(made, "sent")
            letter = email.message_from_bytes(sink.taken()[0].message, policy=email.policy.default)
            self.assertFalse({"bcc", "x-ours", "x-url"} & {header.lower() for header in letter.keys()})
            self.assertEqual(letter.get_content_type(), "multipart/alternative")
            self.assertIn("&lt;script&gt;", letter.get_body(("html",)).get_content())
            self.assertEqual([one.recipient for one in sink.taken()], ["bob@d.example"])

    def test_refused_and_deferred_letters_are_told_apart_and_named(self):
        def refusal(recipient):
            if recipient.startswith("r7@"):
                return "550 5.1.1 no such user"
            if recipient.startswith("r8@"):
                return "450 4.2.0 greylisted"
            return None

        with Sink(refusal) as sink, Engine(sink.url) as engine:
            campaign = engine.start_campaign(20)
            wait_until(lambda: engine.show(campaign)["counts"]["accepted"] == 18, "18 accepted letters")
            wait_until(lambda: engine.show(campaign)["counts"]["deferred"] == 1, "a deferred letter")
            self.assertEqual(engine.show(campaign)["counts"]["refused"], 1)
            self.assertEqual(sink.count(), 18)
            refused = engine.get(f"/v1/campaigns/{campaign}/letters?outcome=refused")["items"]
            self.assertEqual([(one["email"], one["last_reply"]["code"], one["last_reply"]["enhanced"])
                              for one in refused], [("r7@d7.example", 550, "5.1.1")])
            deferred = engine.ask("letters", campaign, "--outcome", "deferred")["items"]
            self.assertEqual([one["email"] for one in deferred], ["r8@d8.example"])
            codes = {one["code"]: one["count"] for one in engine.ask("responses", campaign)["items"]}
            self.assertEqual(codes, {250: 18, 450: 1, 550: 1})


if __name__ == "__main__":
    unittest.main()
