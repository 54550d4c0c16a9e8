#!/usr/bin/env python3
"""The moderators' patterns are looked for in what a recipient reads, however a word is written and wherever it stands: in the
template, in a column of one recipient, in a link, or put together from both."""

import unittest

from engine import Engine

SETTINGS = {"moderation.first_campaigns": 0, "moderation.audience_growth": 0, "moderation.role_addresses_percent": 100,
            "moderation.suspicious_patterns": '["casino", "казино"]'}

TEXTS = {
    "as it is": "Our casino",
    "capitals": "Our CASINO",
    "Cyrillic letters": "Our саsinо",
    "Greek letters": "Our ϲαsino",
    "fullwidth letters": "Our ｃａｓｉｎｏ",
    "mathematical letters": "Our 𝐜𝐚𝐬𝐢𝐧𝐨",
    "a soft hyphen": "Our cas\u00adino",
    "zero-width spaces": "Our c\u200ba\u200bs\u200bi\u200bn\u200bo",
    "spaces": "Our c a s i n o",
    "dots": "Our c.a.s.i.n.o",
    "digits": "Our cas1n0",
    "marks": "Our cásïnò",
    "Latin letters in a Cyrillic word": "Наше кaзинo",
}
BODIES = {
    "a tag": "<p>Our cas<b>ino</b></p>",
    "an empty tag": "<p>Our cas<span></span>ino</p>",
    "a comment": "<p>Our cas<!-- none -->ino</p>",
    "entities": "<p>Our c&#97;s&#x69;no</p>",
    "a soft hyphen": "<p>Our cas&shy;ino</p>",
    "a link": '<p><a href="https://shop.example/%63%61sino">here</a></p>',
    "an international host": '<p><a href="https://казино.example/">here</a></p>',
    "a host in ASCII": '<p><a href="https://xn--80aswg.example">x</a> cas&#8203;ino</p>',
    "an alternative text": '<p><img src="https://shop.example/i.png" alt="casino"></p>',
}


class PatternVariants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("null:", SETTINGS, quiet=False).__enter__()
        cls.audience = cls.engine.import_rows(300)

    @classmethod
    def tearDownClass(cls):
        cls.engine.__exit__()

    def found(self, audience=None, **fields):
        """What `start` says of it."""
        campaign = self.engine.create(audience or self.audience, **fields)
        self.engine.command(campaign, "start")
        return self.engine.show(campaign)["moderation"]["notices"]

    def rows(self, rows):
        text = "email,name,link\n" + "".join(f"r{i}@d.example,{name},{link}\n" for i, (name, link) in enumerate(rows))
        return self.engine.http("POST", "/v1/audiences?name=rows", text.encode())["id"]

    def test_words_that_are_innocent_pass(self):
        self.assertEqual(self.found(text="Jamaica sinology: our cas in order"), [])

    def test_texts(self):
        for what, text in TEXTS.items():
            with self.subTest(what):
                for field in ("subject", "text"):
                    said = self.found(**{field: text})
                    self.assertEqual([one["code"] for one in said], ["suspicious_pattern"], said)
                    self.assertEqual((said[0]["field"], said[0]["index"]), (field, 0))

    def test_bodies(self):
        for what, html in BODIES.items():
            with self.subTest(what):
                said = self.found(html=html)
                self.assertTrue(said, "nothing was found")
                self.assertEqual({one["field"] for one in said}, {"html"})

    def test_a_name_in_from(self):
        self.assertEqual(self.found(**{"from": "Саsino <news@shop.example>"})[0]["field"], "from")

    def test_a_column_of_one_recipient(self):
        rows = [("Ann", "https://shop.example")] * 2000
        rows[1234] = ("c.а.s.i.n.o", "https://shop.example")
        rows[1500] = ("Bob", "https://shop.example/%2563asino")
        said = self.found(self.rows(rows), html="<p>{{name}} <a href='{{link}}'>x</a></p>")
        self.assertEqual([(one["code"], one["column"], one["index"]) for one in said],
                         [("suspicious_value", "name", 1234), ("suspicious_value", "link", 1500)])

    def test_a_word_that_is_put_together_in_the_letter(self):
        said = self.found(self.rows([("ino", "x")]), subject="cas{{name}}")
        self.assertEqual([one["code"] for one in said], ["suspicious_pattern"])

    def test_what_the_check_says_is_what_start_says(self):
        campaign = self.engine.create(self.audience, subject="c a s i n o")
        checked = self.engine.post(f"/v1/campaigns/{campaign}/check")
        self.engine.command(campaign, "start")
        self.assertEqual(checked["notices"], self.engine.show(campaign)["moderation"]["notices"])


if __name__ == "__main__":
    unittest.main()
