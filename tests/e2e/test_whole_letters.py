"""Whole letters through a real server, read by Python's email package: a text made of the HTML, partials, attachments,
pictures and each recipient's own file come out as they went in, whatever happens to the engine on the way."""

import email
import email.policy
import hashlib
import json
import pathlib
import random
import re
import unittest
import urllib.parse

from aiosmtpd.controller import Controller

from engine import Engine, Refused, free_port, wait_until
from sink import Sink

LETTERS = pathlib.Path(__file__).resolve().parent / "letters"
LOGO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


class Keeper:
    def __init__(self):
        self.letters = {}
        self.sizes = []

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        self.sizes += [int(one[5:]) for one in options if one.startswith("SIZE=")]
        return "250 2.1.0 Ok"

    async def handle_DATA(self, server, session, envelope):
        self.letters.setdefault(envelope.rcpt_tos[0], []).append(envelope.original_content)
        return "250 2.0.0 Ok"

    def letter_to(self, address):
        return email.message_from_bytes(self.letters[address][-1], policy=email.policy.default)


def levels(part):
    """multipart/mixed[text/plain, application/pdf]"""
    inside = "[" + ", ".join(map(levels, part.iter_parts())) + "]" if part.is_multipart() else ""
    return part.get_content_type() + inside


def some_bytes(seed, count):
    return random.Random(seed).randbytes(count)


class WholeLetters(unittest.TestCase):
    def setUp(self):
        self.keeper = Keeper()
        self.server = Controller(self.keeper, hostname="127.0.0.1", port=free_port(), data_size_limit=64 << 20)
        self.server.start()
        self.addCleanup(self.server.stop)
        self.engine = Engine(f"smtp://127.0.0.1:{self.server.port}")
        self.addCleanup(self.engine.__exit__)
        self.engine.start()

    def import_csv(self, text):
        return self.engine.http("POST", "/v1/audiences", text.encode())["id"]

    def upload(self, content, name, kind="application/octet-stream"):
        return self.engine.http("POST", f"/v1/attachments?name={urllib.parse.quote(name)}", content, headers={"Content-Type": kind})

    def put_partial(self, name, content):
        return self.engine.http("PUT", f"/v1/partials/{name}", {"content": content})

    def send(self, campaign):
        self.engine.command(campaign, "start")
        return self.engine.wait_status(campaign, "sent")

    def assert_refused(self, code, words, act, *arguments, **named):
        with self.assertRaises(Refused) as refused:
            act(*arguments, **named)
        self.assertEqual(refused.exception.status, code, refused.exception)
        self.assertIn(words, refused.exception.body)

    def test_a_newsletter_with_everything(self):
        self.put_partial("footer", (LETTERS / "footer.html").read_text())
        logo = self.upload(LOGO, "logo.png")
        self.assertEqual(logo["type"], "image/png")
        price, name = some_bytes(1, 300_000), "Прайс-лист «Осень» — очень длинное имя файла для всех получателей.pdf"
        attached = self.upload(price, name)
        self.assertEqual(attached["id"], hashlib.sha256(price).hexdigest())
        audience = self.import_csv("email,name,points,gift,token\nann@d.example,Ann & Bob,70,a <cup>,t1\n"
                                   "bob@d.example,,,,t2\n")
        campaign = self.engine.create(audience, text="", html=(LETTERS / "newsletter.html").read_text(),
                                      unsubscribe_url="https://shop.example/u/{{token}}",
                                      attachments=[{"id": logo["id"], "content_id": "logo"}, {"id": attached["id"]}])
        self.send(campaign)
        letter = self.keeper.letter_to("ann@d.example")
        self.assertEqual(letter.defects, [])
        self.assertEqual(levels(letter), "multipart/mixed[multipart/alternative[text/plain, multipart/related[text/html, "
                                         "image/png]], application/pdf]")
        text, html, picture, file = [part for part in letter.walk() if not part.is_multipart()]
        self.assertEqual(text.get_content().replace("\r\n", "\n").rstrip("\n"),
                         (LETTERS / "newsletter.txt").read_text().rstrip("\n"))
        self.assertIn("https://shop.example/u/t1", html.get_content())
        self.assertEqual(picture.get_content(), LOGO)
        self.assertEqual(picture["Content-ID"], "<logo>")
        self.assertEqual(picture.get_content_disposition(), "inline")
        self.assertEqual(file.get_content(), price)
        self.assertEqual(file.get_filename(), name)
        self.assertEqual(file.get_content_disposition(), "attachment")
        self.assertEqual(self.keeper.sizes[0], len(self.keeper.letters["ann@d.example"][0]))
        other = self.keeper.letter_to("bob@d.example").get_body(("plain",)).get_content()
        self.assertIn("Dear friend, the leaves", other)
        self.assertNotIn("points", other)
        self.assertNotIn("gift", other)
        looked = self.engine.get(f"/v1/campaigns/{campaign}/preview?index=0&part=text")
        self.assertEqual([one["name"] for one in looked["attachments"]], ["logo.png", name])
        self.assertEqual(looked["attachments"][1]["bytes"], len(price))

    def test_each_recipient_has_their_own_file_and_one_whose_file_is_not_there_is_told(self):
        files = {f"r{at}@d.example": some_bytes(at, 40_000 + at) for at in range(20)}
        ids = {who: self.upload(content, f"Rechnung {at}.pdf")["id"] for at, (who, content) in enumerate(files.items())}
        rows = "".join(f"{who},Ann,{ids[who]}\n" for who in files)
        audience = self.import_csv("email,name,invoice\n" + rows + "none@d.example,Ann,\nwrong@d.example,Ann,nobody\n")
        campaign = self.engine.create(audience, attachments=[{"column": "invoice"}])
        self.assert_refused(409, "attachment_in_use", self.engine.http, "DELETE", "/v1/attachments/" + ids["r3@d.example"])
        self.engine.command(campaign, "start")
        sent = self.engine.wait_status(campaign, "sent")
        self.assertEqual(sent["counts"]["skipped"], 1)
        for at, (who, content) in enumerate(files.items()):
            letter = self.keeper.letter_to(who)
            self.assertEqual(levels(letter), "multipart/mixed[text/plain, application/pdf]")
            (file,) = letter.iter_attachments()
            self.assertEqual((file.get_filename(), file.get_content()), (f"Rechnung {at}.pdf", content))
        self.assertEqual(levels(self.keeper.letter_to("none@d.example")), "text/plain")
        self.assertNotIn("wrong@d.example", self.keeper.letters)
        skipped = [one for one in self.engine.letters(campaign) if one["outcome"] == "skipped"]
        self.assertEqual([one["email"] for one in skipped], ["wrong@d.example"])
        self.engine.http("DELETE", "/v1/attachments/" + ids["r3@d.example"])
        refused = self.engine.create(audience)
        self.assert_refused(400, "attachment_column_unknown", self.engine.http, "PATCH", f"/v1/campaigns/{refused}",
                            {"attachments": [{"column": "bill"}]})

    def test_what_was_uploaded_and_named_survives_kill_9(self):
        price = some_bytes(7, 300_000)
        price_id = self.upload(price, "price.pdf")["id"]
        self.put_partial("footer", "Old")
        campaign = self.engine.create(self.engine.import_rows(200), text="Dear {{name}}\n{{> footer}}\n",
                                      attachments=[{"id": price_id}])
        self.put_partial("footer", "New")
        self.engine.kill9()
        self.engine.start()
        self.engine.command(campaign, "start")
        wait_until(lambda: len(self.keeper.letters) > 20, "some letters")
        self.engine.kill9()
        self.engine.start()
        self.engine.wait_status(campaign, "sent", 120)
        self.assertEqual(len(self.keeper.letters), 200)
        for address in self.keeper.letters:
            letter = self.keeper.letter_to(address)
            self.assertIn("Old", letter.get_body(("plain",)).get_content())
            (file,) = letter.iter_attachments()
            self.assertEqual(file.get_content(), price)
        self.assertEqual(self.engine.get("/v1/partials/footer")["version"], 2)
        self.assertEqual(self.engine.get("/v1/partials/footer?version=1")["content"], "Old")
        self.engine.stop()
        verified = self.engine.verify()
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_partials(self):
        self.assert_refused(400, "partial_unknown", self.engine.create, None, text="{{> footer}}")
        self.put_partial("footer", "One {{name}} {{> inner}}")
        self.assert_refused(400, "footer", self.engine.create, None, text="{{> footer}}")
        self.put_partial("inner", "in")
        campaign = self.engine.create(self.engine.import_rows(1), text="{{> footer}}")
        whole = self.engine.get(f"/v1/campaigns/{campaign}?full=true")
        self.assertEqual([one["name"] for one in whole["partials"]], ["footer", "inner"])
        self.put_partial("footer", "Two")
        text = lambda: self.engine.get(f"/v1/campaigns/{campaign}/preview?index=0&part=text")["text"].strip()
        self.assertEqual(text(), "One Recipient 0 in")
        self.engine.http("PATCH", f"/v1/campaigns/{campaign}", {"partials": whole["partials"], "name": "Other"})
        self.assertEqual(text(), "Two")
        self.put_partial("inner", "{{> footer}}")
        self.put_partial("footer", "{{> inner}}")
        self.assert_refused(400, "partial_in_itself", self.engine.http, "PATCH", f"/v1/campaigns/{campaign}", {"name": "x"})
        self.engine.http("DELETE", "/v1/partials/footer")
        self.assertEqual(text(), "Two")
        self.assertEqual([one["name"] for one in self.engine.get("/v1/partials")["items"]], ["inner"])
        self.assert_refused(404, "partial_unknown", self.engine.get, "/v1/partials/footer")
        self.assert_refused(400, "partial_name_wrong", self.put_partial, "a%20b", "x")
        self.assert_refused(400, "template", self.put_partial, "broken", "{{#a}}")

    def test_uploads(self):
        self.assert_refused(413, "attachment_too_large", self.upload, bytes((10 << 20) + 1), "big.bin")
        self.assert_refused(400, "attachment_name_wrong", self.upload, b"x", "a/")
        self.assert_refused(400, "attachment_type_wrong", self.upload, b"x", "a.bin", "nonsense")
        self.assertEqual(self.engine.get("/v1/attachments")["items"], [])
        first = self.upload(b"content", "../../etc/a.pdf", "text/x-own; charset=utf-8")
        self.assertEqual((first["name"], first["type"], first["bytes"]), ("a.pdf", "text/x-own", 7))
        self.upload(b"content", "b.pdf")
        self.assertEqual([one["name"] for one in self.engine.get("/v1/attachments")["items"]], ["b.pdf"])
        self.assertEqual(self.engine.get(f"/v1/attachments/{first['id']}/content"), b"content")
        self.assert_refused(400, "attachment_unknown", self.engine.create, None, attachments=[{"id": "0" * 64}])
        draft = self.engine.create(None, attachments=[{"id": first["id"]}])
        self.assert_refused(409, "attachment_in_use", self.engine.http, "DELETE", "/v1/attachments/" + first["id"])
        self.engine.http("DELETE", f"/v1/campaigns/{draft}")
        self.engine.http("DELETE", "/v1/attachments/" + first["id"])
        self.assert_refused(404, "attachment_unknown", self.engine.get, "/v1/attachments/" + first["id"])

    def test_the_command_line(self):
        folder = self.engine.folder / "files"
        folder.mkdir()
        (folder / "price.pdf").write_bytes(some_bytes(3, 5000))
        (folder / "footer.txt").write_text("Bye, {{name}}\n")
        (folder / "campaign.json").write_text(json.dumps(
            {"name": "Sale", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Dear\n{{> footer}}\n",
             "unsubscribe_url": "https://shop.example/u", "attachments": [{"file": "price.pdf"}]}))
        (folder / "people.csv").write_text("email,name\nann@d.example,Ann\n")
        self.assertIn("footer version 1", self.engine.run("partial", "put", "footer", str(folder / "footer.txt")).stdout)
        self.assertIn("footer", self.engine.run("partial", "list").stdout)
        self.assertEqual(self.engine.run("partial", "show", "footer", "--version", "1").stdout, "Bye, {{name}}\n")
        self.engine.run("send", str(folder / "campaign.json"), "--audience", str(folder / "people.csv"), "--wait")
        letter = self.keeper.letter_to("ann@d.example")
        self.assertIn("Bye, Ann", letter.get_body(("plain",)).get_content())
        (file,) = letter.iter_attachments()
        self.assertEqual((file.get_filename(), file.get_content()), ("price.pdf", some_bytes(3, 5000)))
        added = self.engine.ask("attachment", "add", str(folder))["items"]
        self.assertEqual([one["name"] for one in added], ["campaign.json", "footer.txt", "people.csv", "price.pdf"])
        self.assertEqual(self.engine.run("attachment", "add", "--csv", str(folder / "price.pdf")).stdout,
                         f"file,id\nprice.pdf,{added[3]['id']}\n")
        self.assertIn("price.pdf", self.engine.run("attachment", "list").stdout)
        self.engine.run("attachment", "delete", added[0]["id"])
        self.engine.run("partial", "delete", "footer")
        self.assertEqual(self.engine.run("partial", "show", "footer", check=False).returncode, 1)


class FilesInMemory(unittest.TestCase):
    def test_campaigns_whose_files_find_no_room_in_memory_take_turns(self):
        sink = Sink()  # which takes connections, and says nothing before it is entered
        with Engine(sink.url, {"memory.letters": "1MiB"}) as engine:
            campaigns = []
            for number in range(3):
                file = engine.http("POST", f"/v1/attachments?name={number}.bin", some_bytes(number, 600_000))["id"]
                campaigns.append(engine.create(engine.import_rows(5), attachments=[{"id": file}]))
            plain = engine.create(engine.import_rows(5))

            def told(name):
                return int(re.search(rf"^{name} (\d+)$", engine.get("/metrics").decode(), re.MULTILINE)[1])
            for one in campaigns:
                engine.command(one, "start")
                wait_until(lambda: told("sluice_letters_shared_bytes") > 600_000, "one to have its file in memory")
            wait_until(lambda: told("sluice_campaigns_waiting_for_memory") == 2, "the others to wait")
            self.assertLess(told("sluice_letters_shared_bytes"), 1_000_000)
            engine.command(campaigns[1], "pause")  # whoever waits may be held, and loses its place
            wait_until(lambda: told("sluice_campaigns_waiting_for_memory") == 1, "one only to wait")
            engine.command(plain, "start")
            with sink:
                for one in (campaigns[0], campaigns[2], plain):
                    self.assertEqual(engine.wait_status(one, "sent")["counts"]["accepted"], 5)
                engine.command(campaigns[1], "resume")
                self.assertEqual(engine.wait_status(campaigns[1], "sent")["counts"]["accepted"], 5)
            wait_until(lambda: told("sluice_letters_shared_bytes") == 0, "all of it to be given back")


if __name__ == "__main__":
    unittest.main()
