"""Lists as people have them, through the real binary: the command line, and HTTP as curl and programs speak it."""

import gzip
import json
import pathlib
import unittest
import urllib.parse
import uuid

from engine import Engine, Refused
from sink import Sink

LISTS = pathlib.Path(__file__).resolve().parent / "lists"
FOUR = [("olga@dest.example", "Ольга"), ("pavel@dest.example", "Павел"), ("egor@dest.example", "Егор"),
        ("bill@dest.example", "Bill")]

# Each list, what it is read as, the rows that it gives, and codes that the answer must tell.
READ = [
    ("excel-russian.csv", {"encoding": "windows-1251", "delimiter": ";", "email_column": "Почта"}, FOUR,
     ["import_encoding_guessed", "import_email_column"]),
    ("koi8-r.csv", {"encoding": "koi8-r"}, FOUR, ["import_encoding_guessed"]),
    ("unicode-text.txt", {"encoding": "utf-16le", "delimiter": "\t"}, FOUR, []),
    ("utf-16-be-unmarked.csv", {"encoding": "utf-16be"}, FOUR, ["import_encoding_guessed"]),
    ("mac-roman.csv", {"encoding": "macintosh"}, [("jose@dest.example", "José"), ("rene@dest.example", "René")], []),
    ("latin-1.csv", {"encoding": "windows-1252"}, [("jose@dest.example", "José"), ("rene@dest.example", "René")], []),
    ("tabs.tsv", {"delimiter": "\t"}, FOUR, []),
    ("sep-line.csv", {"delimiter": ";"}, FOUR, ["import_separator_line"]),
    ("mailchimp.csv", {"email_column": "Email Address"}, [("olga@dest.example", None)], ["import_email_column"]),
    ("google.csv", {"email_column": "E-mail 1 - Value"}, [("olga@dest.example", None)], ["import_email_column"]),
    ("commas-too-many.csv", {}, FOUR[:2], ["import_columns_empty", "import_cells_empty_extra"]),
    ("cells-too-few.csv", {}, [FOUR[0], ("pavel@dest.example", None)], ["import_cells_missing"]),
    ("invisible.csv", {}, FOUR[:2], ["import_blanks_trimmed"]),
    ("names-beside.csv", {}, FOUR[:3], ["import_name_dropped", "import_link_dropped", "import_separator_dropped"]),
    ("two-names.csv", {}, FOUR[:1], ["import_column_renamed"]),
    ("packed.csv.gz", {"format": "csv"}, FOUR, []),
    ("book.xlsx", {"format": "xlsx", "sheet": "Контакты"}, [("olga@dest.example", None), ("pavel@dest.example", None)], []),
    ("orders.jsonl", {"format": "json_lines"}, [FOUR[0], ("pavel@dest.example", None)], []),
]


def form(parts):
    """A body and its Content-Type, as `curl -F` makes them."""
    boundary = uuid.uuid4().hex
    body = b""
    for name, file_name, data in parts:
        head = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file_name}"' if file_name else "")
        body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = cls.enterClassContext(Engine("null:"))

    def upload(self, data, headers=None, **query):
        path = "/v1/audiences?" + urllib.parse.urlencode({"name": "list", **query})
        return self.engine.http("POST", path, data, headers=headers)

    def rows(self, audience):
        return self.engine.get(f"/v1/audiences/{audience['id']}/rows")["items"]

    def check_rows(self, answer, wanted):
        rows = self.rows(answer)
        self.assertEqual([row["email"] for row in rows], [email for email, _ in wanted])
        for row, (_, name) in zip(rows, wanted):
            if name:
                fields = row["fields"]
                self.assertEqual(fields.get("name") or fields.get("Имя"), name)

    def test_each_list_is_read_over_http_and_from_the_command_line(self):
        for name, read, wanted, told in READ:
            with self.subTest(name):
                by_http = self.upload((LISTS / name).read_bytes())
                by_command = self.engine.ask("audience", "import", str(LISTS / name))
                for answer in (by_http, by_command):
                    self.assertEqual({key: answer["read"][key] for key in read}, read)
                    self.assertEqual(answer["left_out_total"], 0)
                    codes = {one["code"] for one in answer["notices"]}
                    self.assertLessEqual(set(told), codes)
                    self.check_rows(answer, wanted)

    def test_what_was_found_out_is_kept_and_shown(self):
        taken = self.upload((LISTS / "odd-local-parts.csv").read_bytes())
        self.assertEqual((taken["rows"], taken["left_out_total"]), (1, 2))
        shown = self.engine.get(f"/v1/audiences/{taken['id']}")
        self.assertEqual([(one["line"], one["notice"]["code"], one["cell"]) for one in shown["left_out"]],
                         [(2, "left_out_address_local_dot", "olga.@dest.example"),
                          (3, "left_out_address_local_dot", "ol..ga@dest.example")])
        self.assertEqual(shown["left_out_reasons"], [{"code": "left_out_address_local_dot", "count": 2}])
        self.assertEqual(shown["read"]["format"], "csv")
        listed = {one["id"]: one for one in self.engine.get("/v1/audiences")["items"]}
        self.assertEqual(listed[taken["id"]]["left_out_total"], 2)
        words = self.engine.run("audience", "show", taken["id"]).stdout
        self.assertIn("ol..ga@dest.example", words)

    def test_odd_local_parts_are_taken_where_that_is_set_and_leave_as_they_are(self):
        with Sink() as sink, Engine(sink.url, {"imports.odd_local_parts": "true"}) as engine:
            taken = engine.http("POST", "/v1/audiences?name=odd", (LISTS / "odd-local-parts.csv").read_bytes())
            self.assertEqual(taken["rows"], 3)
            campaign = engine.create(taken["id"], subject="Hello", text="Hello")
            engine.command(campaign, "start")
            engine.wait_status(campaign, "sent")
            self.assertEqual(engine.show(campaign)["counts"]["accepted"], 3)

    def test_a_header_that_is_missing_or_does_not_say_is_asked_for(self):
        headless = (LISTS / "no-header.csv").read_bytes()
        with self.assertRaises(Refused) as refused:
            self.upload(headless)
        self.assertEqual(refused.exception.problem["notice"]["code"], "header_missing")
        self.assertEqual(self.upload(headless, header="none")["rows"], 2)
        unnamed = LISTS / "unnamed-address.csv"
        with self.assertRaises(Refused) as refused:
            self.upload(unnamed.read_bytes())
        self.assertEqual(refused.exception.problem["notice"]["column"], "куда")
        self.assertEqual(self.upload(unnamed.read_bytes(), email_column="куда")["rows"], 2)
        self.assertEqual(self.engine.ask("audience", "import", str(unnamed), "--email-column", "2")["rows"], 2)

    def test_a_sheet_is_chosen_by_name(self):
        book = (LISTS / "book.xlsx").read_bytes()
        self.assertEqual(self.rows(self.upload(book, sheet="Другие"))[0]["email"], "egor@dest.example")
        fields = self.rows(self.upload(book))[0]["fields"]
        self.assertEqual((fields["Телефон"], fields["С"], fields["Индекс"]), ("79161234567", "05.03.2024", "001234"))
        with self.assertRaises(Refused) as refused:
            self.upload(book, sheet="none such")
        self.assertIn("Контакты, Другие", refused.exception.problem["detail"])

    def test_a_form_and_a_packed_body_are_read(self):
        data = (LISTS / "excel-russian.csv").read_bytes()
        body, kind = form([("file", "list.csv", data), ("name", None, "Май".encode()), ("encoding", None, b"cp1251")])
        taken = self.engine.http("POST", "/v1/audiences", body, headers={"Content-Type": kind})
        self.assertEqual((taken["name"], taken["rows"]), ("Май", 4))
        self.assertEqual(taken["read"]["encoding"], "windows-1251")
        packed = self.engine.http("POST", "/v1/audiences", gzip.compress(body),
                                  headers={"Content-Type": kind, "Content-Encoding": "gzip"})
        self.assertEqual(packed["rows"], 4)
        self.assertEqual(self.upload(gzip.compress(data), {"Content-Encoding": "gzip"})["rows"], 4)
        self.assertEqual(self.upload(data, {"Content-Type": "text/csv; charset=windows-1251"})["rows"], 4)
        for headers, code in [({"Content-Encoding": "br"}, "content_encoding_unknown"),
                              ({"Content-Encoding": "gzip"}, "file_gzip_damaged"),
                              ({"Content-Type": "text/csv; charset=klingon"}, "encoding_unknown")]:
            with self.assertRaises(Refused) as refused:
                self.upload(data, headers)
            self.assertEqual(refused.exception.problem["notice"]["code"], code)

    def test_what_unpacks_to_too_much_is_refused_and_nothing_is_kept(self):
        with Engine("null:", {"imports.unpacked_bytes": "1MiB"}) as engine:
            bomb = gzip.compress(b"email\n" + b"a@b.example\n" * 1_000_000)
            with self.assertRaises(Refused) as refused:
                engine.http("POST", "/v1/audiences?name=bomb", bomb)
            self.assertEqual(refused.exception.problem["notice"]["code"], "file_unpacked_too_large")
            self.assertEqual(engine.get("/v1/audiences")["items"], [])

    def test_a_preview_stores_nothing(self):
        before = self.engine.get("/v1/audiences")["items"]
        shown = self.engine.http("POST", "/v1/audiences/preview", (LISTS / "excel-russian.csv").read_bytes())
        self.assertEqual((shown["format"], shown["encoding"], shown["delimiter"], shown["header"]),
                         ("csv", "windows-1251", ";", True))
        self.assertEqual((shown["columns"], shown["email_column"]), (["Почта", "Имя"], "Почта"))
        self.assertEqual(shown["rows"][0], ["olga@dest.example", "Ольга"])
        book = self.engine.http("POST", "/v1/audiences/preview", (LISTS / "book.xlsx").read_bytes())
        self.assertEqual((book["sheets"], book["sheet"]), (["Контакты", "Другие"], "Контакты"))
        unnamed = self.engine.http("POST", "/v1/audiences/preview", (LISTS / "unnamed-address.csv").read_bytes())
        self.assertIsNone(unnamed["email_column"])
        headless = self.engine.http("POST", "/v1/audiences/preview", (LISTS / "no-header.csv").read_bytes())
        self.assertFalse(headless["header"])
        self.assertEqual(self.engine.get("/v1/audiences")["items"], before)

    def test_a_list_that_mostly_fails_is_not_sent_to_without_a_word(self):
        rows = "email\n" + "".join(f"r{i}@dest.example\n" for i in range(90)) + "nobody\n" * 10
        taken = self.upload(rows.encode())
        with self.assertRaises(Refused) as refused:
            self.engine.create(taken["id"])
        problem = refused.exception.problem
        self.assertEqual((refused.exception.status, problem["code"]), (409, "audience_left_out"))
        self.assertEqual((problem["notice"]["left_out"], problem["notice"]["all"], problem["notice"]["percent"]),
                         (10, 100, 10))
        draft = self.engine.create(None)
        with self.assertRaises(Refused):
            self.engine.http("PATCH", f"/v1/campaigns/{draft}", {"audience": taken["id"]})
        self.engine.http("PATCH", f"/v1/campaigns/{draft}?accept_left_out=true", {"audience": taken["id"]})
        self.engine.http("PATCH", f"/v1/campaigns/{draft}", {"subject": "Another"})
        content = json.dumps({"name": "Test", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Dear all",
                              "unsubscribe_url": "https://shop.example/u"})
        made = self.engine.run("create", "-", "--audience", taken["id"], input=content, check=False)
        self.assertEqual(made.returncode, 1)
        self.engine.run("create", "-", "--audience", taken["id"], "--accept-left-out", input=content)
        path = self.engine.folder / "failing.csv"
        path.write_text(rows)
        sent = self.engine.run("send", "-", "--audience", str(path), input=content, check=False)
        self.assertEqual(sent.returncode, 1)
        self.assertIn("--accept-left-out", sent.stderr)
        # Repeated addresses are no failure.
        repeated = self.upload(("email\n" + "a@dest.example\n" * 50).encode())
        self.engine.create(repeated["id"])

    def test_sections_go_over_lists(self):
        taken = self.upload((LISTS / "orders.jsonl").read_bytes())
        self.assertEqual(self.rows(taken)[0]["fields"]["items"][0], {"what": "чай", "n": 2})
        campaign = self.engine.create(taken["id"], subject="Order", text=(
            "{{#items}}\n{{n}} {{what}} for {{name}}\n{{/items}}\n{{^items}}\nnothing\n{{/items}}\n"
            "{{#tags}}<{{.}}>{{/tags}}"))
        text = self.engine.get(f"/v1/campaigns/{campaign}/preview?index=0&part=text")["text"]
        self.assertEqual(text.split(), ["2", "чай", "for", "Ольга", "1", "мёд", "for", "Ольга", "<a><b>"])
        text = self.engine.get(f"/v1/campaigns/{campaign}/preview?index=1&part=text")["text"]
        self.assertEqual(text.split(), ["nothing"])


if __name__ == "__main__":
    unittest.main()
