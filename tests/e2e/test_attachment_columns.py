"""A list whose cells name files: `audience import` and `send` upload them, and each recipient gets their own."""

import email
import email.policy
import gzip
import json
import pathlib
import unittest

from engine import Engine, Refused


class Columns(unittest.TestCase):
    def setUp(self):
        self.engine = Engine("null:")
        self.addCleanup(self.engine.__exit__)
        self.mails = self.engine.folder / "mails"
        self.engine.relay = f"maildir:{self.mails}"
        self.engine.start()
        self.invoices = self.folder_of("invoices", {"ann.txt": b"Ann's", "bob.txt": b"Bob's", "2026/eve.txt": b"Eve's"})

    def folder_of(self, name, files):
        folder = self.engine.folder / name
        for file, content in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        return folder

    def list_of(self, text, name="list.csv"):
        file = self.engine.folder / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def importing(self, file, *words, check=True):
        return self.engine.run("audience", "import", str(file), *words, check=check)

    def stored(self):
        return {one["id"]: one for one in self.engine.get("/v1/attachments")["items"]}

    def rows(self, audience):
        return {row["email"]: row.get("fields", row) for row in self.engine.get(f"/v1/audiences/{audience}/rows")["items"]}

    def refused(self, file, *words):
        done = self.importing(file, "--attachments", f"invoice={self.invoices}", *words, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual((self.stored(), self.engine.get("/v1/audiences")["items"]), ({}, []), "something was sent")
        return done.stderr

    def letters(self):
        found = {}
        for file in self.mails.glob("new/*"):
            letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            found[letter["To"].addresses[0].addr_spec] = {one.get_filename(): one.get_content().rstrip("\n")
                                                           for one in letter.iter_attachments()}
        return found

    def test_each_recipient_gets_the_files_that_their_row_names(self):
        more = self.folder_of("more", {"terms.txt": b"Terms"})
        text = ('email;name;invoice;terms\nann@d.example;Ann;ann.txt;terms.txt\nbob@d.example;"Bob\nB.";bob.txt;terms.txt\n'
                'nobody;;bob.txt;\neve@d.example;Ив;2026/eve.txt;\nzoe@d.example;Zoe; ;\n').encode("windows-1251")
        file = self.list_of(gzip.compress(text), "list.csv.gz")
        campaign = self.list_of(json.dumps({
            "name": "Bills", "from": "Shop <news@shop.example>", "subject": "Yours", "text": "Hello {{name}}",
            "unsubscribe_url": "https://shop.example/u", "attachments": [{"column": "invoice"}, {"column": "terms"}]}),
            "campaign.json")
        done = self.engine.run("send", str(campaign), "--audience", str(file), "--attachments", f"invoice={self.invoices}",
                               "--attachments", f"terms={more}", "--accept-left-out", "--wait")
        self.assertIn("4 files uploaded", done.stderr)
        self.assertIn("no @", done.stderr)
        self.assertIn("line 5", done.stderr)  # of the file as it is
        self.assertEqual(len(self.stored()), 4)
        self.assertEqual(self.letters(), {
            "ann@d.example": {"ann.txt": "Ann's", "terms.txt": "Terms"},
            "bob@d.example": {"bob.txt": "Bob's", "terms.txt": "Terms"},
            "eve@d.example": {"eve.txt": "Eve's"}, "zoe@d.example": {}})

    def test_what_the_engine_read_is_what_it_tells(self):
        file = self.list_of("email,invoice\n" + "".join(f"r{at}@d.example,ann.txt\n" for at in range(500)))
        answer = json.loads(self.importing(file, "--attachments", f"invoice={self.invoices}", "--json").stdout)
        self.assertEqual((answer["rows"], answer["read"]["format"]), (500, "csv"))
        self.assertEqual(answer["attachments"], {"files": 1, "missing": 0})
        (only,) = self.stored()
        self.assertEqual({row["invoice"] for row in self.rows(answer["id"]).values()}, {only})

    def test_json_lines_and_a_folder_beyond_a_link(self):
        link = self.engine.folder / "link"
        link.symlink_to(self.invoices)
        file = self.list_of('{"email": "ann@d.example", "invoice": "ann.txt"}\n{"email": "bob@d.example"}\n', "list.jsonl")
        answer = json.loads(self.importing(file, "--attachments", f"invoice={link}", "--json").stdout)
        (only,) = self.stored()
        rows = self.rows(answer["id"])
        self.assertEqual(rows["ann@d.example"]["invoice"], only)
        self.assertNotIn("invoice", rows["bob@d.example"])

    def test_missing_files_are_told_with_their_lines_and_nothing_is_sent(self):
        file = self.list_of("email,invoice\nann@d.example,ann.txt\nbob@d.example,gone.txt\neve@d.example,gone.txt\n"
                            "zoe@d.example,also gone.txt\n")
        said = self.refused(file)
        self.assertIn("line 3 and 1 row more: invoice: gone.txt: there is no such file", said)
        self.assertIn("line 5: invoice: also gone.txt: there is no such file", said)
        self.assertIn("3 rows name a file that cannot be taken; nothing was sent", said)
        done = self.importing(file, "--attachments", f"invoice={self.invoices}", "--attachments-missing=leave-empty", "--json")
        answer = json.loads(done.stdout)
        self.assertEqual(answer["attachments"], {"files": 1, "missing": 3})
        self.assertIn("gone.txt", done.stderr)
        self.assertNotIn("invoice", self.rows(answer["id"])["bob@d.example"])

    def test_no_path_leads_out_of_the_folder(self):
        secret = self.folder_of("outside", {"secret.txt": b"secret"}) / "secret.txt"
        (self.invoices / "link.txt").symlink_to(secret)
        (self.invoices / "up").symlink_to(secret.parent)
        for name, why in (("../outside/secret.txt", "not within"), (str(secret), "not within"), ("link.txt", "leads out"),
                          ("up/secret.txt", "leads out"), ("2026", "no file"), ("2026/../ann.txt", "not within")):
            with self.subTest(name):
                said = self.refused(self.list_of(f"email,invoice\nann@d.example,{name}\n"))
                self.assertIn(why, said)

    def test_wrong_usage(self):
        file = self.list_of("email,invoice\nann@d.example,ann.txt\n")
        for words, why in ((["--attachments", "invoice"], "COLUMN=FOLDER"),
                           (["--attachments", "bill=" + str(self.invoices)], "has no column bill"),
                           (["--attachments", "invoice=" + str(self.invoices / "no")], "no folder"),
                           (["--attachments-missing=leave-empty"], "goes with --attachments"),
                           (["--attachments", f"invoice={self.invoices}", "--attachments-missing=x"], "refuse or leave-empty"),
                           (["--attachments", f"invoice={self.invoices}"] * 2, "twice")):
            with self.subTest(words):
                done = self.importing(file, *words, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(why, done.stderr)
        done = self.engine.run("audience", "import", "-", "--attachments", f"invoice={self.invoices}", check=False,
                               input=file.read_text())
        self.assertEqual(done.returncode, 2)
        self.assertIn("read twice", done.stderr)

    def form(self, *parts):
        body = b"".join(b"--xx\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n%s\r\n" % part for part in parts)
        return self.engine.http("POST", "/v1/audiences?name=x", body + b"--xx--\r\n",
                                headers={"Content-Type": "multipart/form-data; boundary=xx"})

    def cells(self, body, query="?column=invoice"):
        return self.engine.http("POST", f"/v1/audiences/cells{query}", body)

    def test_the_cells_of_a_column_are_told_as_the_import_reads_them_and_nothing_is_stored(self):
        text = ("email;invoice\nann@d.example;ann.txt\nnobody;lost.txt\nbob@d.example; ann.txt\neve@d.example;ann.txt\n"
                "zoe@d.example; \nivo@d.example;счёт.txt\n")
        told = self.cells(gzip.compress(text.encode("windows-1251")))
        self.assertEqual(told, {"column": "invoice", "rows": 5, "cells": [
            {"cell": "ann.txt", "line": 2, "rows": 2}, {"cell": " ann.txt", "line": 4, "rows": 1},
            {"cell": "счёт.txt", "line": 7, "rows": 1}]})
        lines = b'{"email": "ann@d.example", "invoice": "ann.txt"}\n{"email": "bob@d.example"}\n'
        self.assertEqual(self.cells(lines)["cells"], [{"cell": "ann.txt", "line": 1, "rows": 1}])
        book = (pathlib.Path(__file__).parent / "lists" / "book.xlsx").read_bytes()
        self.assertEqual([one["cell"] for one in self.cells(book, "?column=%D0%98%D0%BC%D1%8F")["cells"]], ["Ольга", "Павел"])
        self.assertEqual((self.stored(), self.engine.get("/v1/audiences")["items"]), ({}, []))
        for query in ("?column=bill", "", "?column="):
            with self.subTest(query), self.assertRaises(Refused) as refused:
                self.cells(text.encode(), query)
            problem = refused.exception.problem
            self.assertEqual((refused.exception.status, problem["notice"]["code"]), (400, "email_column_unknown"))
            self.assertIn("there are: invoice", problem["detail"])

    def test_more_names_than_replacements_may_have_are_refused(self):
        rows = b"".join(b"r%d@d.example,%s%d\n" % (at, b"x" * 50_000, at) for at in range(800))
        with self.assertRaises(Refused) as refused:
            self.cells(b"email,invoice\n" + rows)
        self.assertEqual(refused.exception.problem["notice"]["code"], "too_many_bytes")

    def test_the_engine_refuses_replacements_that_do_not_fit(self):
        known = self.engine.http("POST", "/v1/attachments?name=a.txt", b"a")["id"]
        rows = (b"file", b"; filename=\"l.csv\"", b"email,invoice\nann@d.example,ann.txt\n")

        def line(**fields):
            return json.dumps({"column": "invoice", "file": "ann.txt", "id": known, **fields}).encode()
        for before, code in ((b"nonsense", "import_replacements_wrong"), (line(more=1), "import_replacements_wrong"),
                             (line(id=7), "import_replacements_wrong"), (line(id="0" * 64), "attachment_unknown"),
                             (line(file="other.txt"), "import_file_unknown")):
            with self.subTest(code), self.assertRaises(Refused) as refused:
                self.form((b"replacements", b"", before), rows)
            self.assertEqual((refused.exception.status, refused.exception.problem["notice"]["code"]), (400, code))
        self.assertEqual(self.engine.get("/v1/audiences")["items"], [])
        made = self.form((b"replacements", b"", line()), rows)
        self.assertEqual(self.rows(made["id"])["ann@d.example"]["invoice"], known)


if __name__ == "__main__":
    unittest.main()
