"""Letters of many kinds through a real server, read by Python's email package: subject, headers and bodies are what
a plain Mustache in a few lines of Python says."""

import email
import email.policy
import html
import json
import os
import random
import re
import unittest

from aiosmtpd.controller import Controller

from engine import Engine, free_port

SEED = int(os.environ.get("E2E_SEED", 14))
CAMPAIGNS = int(os.environ.get("E2E_CAMPAIGNS", 40))
RECIPIENTS = 12
FIELDS = ["name", "city", "flag"]

LANGUAGES = ["The quick brown fox jumps over the lazy dog.", "Съешь же ещё этих мягких французских булок, да выпей чаю.",
             "Ça coûte 5 € à Zürich — déjà vu.", "いろはにほへと ちりぬるを。", "שלום עולם, מה שלומך?", "🎉🎉 party 👩‍👩‍👧‍👦 at five",
             "Ελληνικό κείμενο με τόνους.", "中文内容没有空格也没有换行所以一行可以很长"]
SNAGS = [".", "..", "\n.", "\n.\n", "\n..dots\n", "\r\n", "\r", "\n", " \n", "\t\n", "trailing \n", "From here", "\nFrom there",
         "=", "=20", "=_", "_", "\n--=_", "--", "<b>&\"'</b>", "\t", "   "]


class Mustache:
    """The part of it that campaigns have, over text that was given line ends of one kind."""

    def __init__(self, text, escape):
        self.escape = escape
        self.tokens = re.split(r"(\{\{\{\w+\}\}\}|\{\{[#^/]?\w+\}\})", text)

    def render(self, values):
        at, parts = self._render(0, values, True)
        assert at == len(self.tokens)
        return "".join(parts)

    def _render(self, at, values, shows):
        parts = []
        while at < len(self.tokens):
            token = self.tokens[at]
            at += 1
            if token.startswith("{{{"):
                parts.append(lines(values.get(token[3:-3], "")))
            elif token.startswith("{{/"):
                break
            elif token.startswith(("{{#", "{{^")):
                is_true = values.get(token[3:-2], "").lower() not in ("", "false")
                at, inner = self._render(at, values, is_true == (token[2] == "#"))
                parts += inner
            elif token.startswith("{{"):
                parts.append(self.escape(lines(values.get(token[2:-2], ""))))
            else:
                parts.append(lines(token))
        return at, parts if shows else []


def lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


def as_html(text):
    return html.escape(text).replace("&#x27;", "&#39;")


class Writer:
    """Campaigns and recipients that nobody would think of."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def words(self, most):
        made = []
        for _ in range(self.dice.randrange(most + 1)):
            made.append(self.dice.choice([
                lambda: self.dice.choice(SNAGS),
                lambda: "x" * self.dice.randrange(90),
                lambda: self.dice.choice(LANGUAGES)[:self.dice.randrange(60)],
                lambda: (self.language + " ") * self.dice.randrange(40),
            ])())
        return "".join(made)

    def template(self, depth=2):
        made = [self.words(4)]
        for _ in range(self.dice.randrange(5)):
            field = self.dice.choice([*FIELDS, "email", "nowhere"])
            kind = self.dice.randrange(5 if depth else 2)
            if kind < 2:
                made.append("{{" + field + "}}" if kind else "{{{" + field + "}}}")
            else:
                # A line of nothing but tags would leave no line behind: that is another test's.
                made.append("|{{" + "#^"[kind % 2] + field + "}}" + self.template(depth - 1) + "|{{/" + field + "}}|")
            made.append(self.words(4))
        return "".join(made)

    def campaign(self, number):
        self.language = self.dice.choice(LANGUAGES)
        text, body = self.template() or "x", self.template() or "x"
        has = self.dice.choice(["text", "html", "both", "both"])
        return {"name": f"Campaign {number}", "from": f"\"{self.language[:8].strip()}\" <news@shop.example>",
                "subject": "{{name_of_it}} {{city_of_it}} " + self.language[:self.dice.randrange(1, 90)].strip(),
                "unsubscribe_url": "https://shop.example/u/{{email}}", "text_from_html": False, "allow_unknown_fields": True,
                **({"text": text} if has != "html" else {}), **({"html": body} if has != "text" else {})}

    def recipient(self, number):
        return {"email": f"r{number}@d{number}.example", "name": self.words(3), "city": "c" * self.dice.randrange(80),
                "flag": self.dice.choice(["", "false", "1"]), "name_of_it": self.dice.choice(LANGUAGES)[:30].strip(),
                "city_of_it": "Z" * self.dice.randrange(1, 40)}


class Keeper:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope.rcpt_tos[0], envelope.content))
        return "250 2.0.0 Ok"


class Letters(unittest.TestCase):
    def body_of(self, part):
        text = lines(part.get_payload(decode=True).decode("utf-8"))
        return text.removesuffix("\n")  # in a multipart the last line end is the boundary's

    def assert_means(self, message, campaign, recipient):
        letter = email.message_from_bytes(message, policy=email.policy.default)
        self.assertEqual(letter.defects, [])
        self.assertEqual(letter["Subject"], Mustache(campaign["subject"], str).render(recipient).strip())
        self.assertEqual(letter["To"], recipient["email"])
        self.assertEqual(letter["From"].addresses[0].display_name, campaign["from"].split('"')[1])
        self.assertEqual(letter["List-Unsubscribe"],
                         "<https://shop.example/u/" + recipient["email"].replace("@", "%40") + ">")
        wanted = {f"text/{kind}": Mustache(campaign[field], escape).render(recipient).removesuffix("\n")
                  for kind, field, escape in (("plain", "text", str), ("html", "html", as_html)) if field in campaign}
        parts = [part for part in letter.walk() if not part.is_multipart()]
        self.assertEqual([part.get_content_type() for part in parts], list(wanted))
        for part in parts:
            self.assertEqual(self.body_of(part), wanted[part.get_content_type()], part["Content-Transfer-Encoding"])
        return [part["Content-Transfer-Encoding"] for part in parts]

    def test_letters_mean_what_plain_rendering_says(self):
        writer = Writer(SEED)
        keeper = Keeper()
        server = Controller(keeper, hostname="127.0.0.1", port=free_port())
        server.start()
        sent = {}
        try:
            with Engine(f"smtp://127.0.0.1:{server.port}") as engine:
                for number in range(CAMPAIGNS):
                    campaign = writer.campaign(number)
                    rows = [writer.recipient(number * RECIPIENTS + at) for at in range(RECIPIENTS)]
                    audience = engine.http("POST", f"/v1/audiences?name=a{number}",
                                           "".join(json.dumps(row) + "\n" for row in rows).encode())
                    self.assertEqual(audience["rows"], RECIPIENTS, audience)
                    identifier = engine.post("/v1/campaigns", {**campaign, "audience": audience["id"]})["id"]
                    engine.command(identifier, "start")
                    for row in rows:
                        sent[row["email"]] = (identifier, campaign, row)
                for identifier in {identifier for identifier, *_ in sent.values()}:
                    view = engine.wait_status(identifier, "sent")
                    self.assertEqual(view["counts"]["accepted"], RECIPIENTS, view)
        finally:
            server.stop()
        self.assertEqual(sorted(recipient for recipient, _ in keeper.letters), sorted(sent))
        encodings = set()
        for recipient, message in keeper.letters:
            identifier, campaign, row = sent[recipient]
            with self.subTest(seed=SEED, campaign=identifier, recipient=recipient):
                encodings.update(self.assert_means(message, campaign, row))
        self.assertEqual(encodings, {"7bit", "quoted-printable", "base64"})


if __name__ == "__main__":
    unittest.main()
