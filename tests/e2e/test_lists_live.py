"""Lists live: they are searched, renamed, exported, deleted and made of one another; campaigns are copied; entries of the
suppression list name domains and lists, and end. The real executable, also killed in the middle."""

import concurrent.futures
import datetime
import http.client
import threading
import time
import unittest

from engine import Engine, Refused, wait_until
from sink import Sink

SHOP = {"name": "Sale", "from": "Shop <news@shop.example>", "subject": "Hello", "text": "Dear {{name}}",
        "unsubscribe_url": "https://shop.example/u"}


def csv(count, first=0, domain="d.example"):
    return "email,name,note\n" + "".join(f"r{i}@{domain},Recipient {i},\n" for i in range(first, first + count))


def raw(engine, path, method="GET"):
    """Status, headers and body of an answer, as they came."""
    connection = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=60)
    connection.request(method, path, headers={"Authorization": "Bearer " + engine.token})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body.decode()


class ListsLive(unittest.TestCase):
    def upload(self, engine, text, name="list"):
        return engine.http("POST", f"/v1/audiences?name={name}", text.encode())

    def refused(self, engine, method, path, body=None, **more):
        with self.assertRaises(Refused) as refused:
            engine.http(method, path, body, **more)
        return refused.exception.status, refused.exception.problem["notice"]["code"]

    def finished(self, engine, count=20, **fields):
        audience = self.upload(engine, csv(count), "Weekly")["id"]
        campaign = engine.create(audience, **fields)
        engine.command(campaign, "start")
        engine.wait_status(campaign, "sent")
        return audience, campaign

    # -- deleting -----------------------------------------------------------------------------------------

    def test_a_list_in_use_is_not_deleted_and_a_deleted_one_is_told_of_wherever_it_was_read(self):
        with Sink(refusal=lambda to: "550 5.1.1 no such user" if to.startswith("r0@") else None) as sink, \
                Engine(sink.url) as engine:
            audience, campaign = self.finished(engine)
            draft = engine.create(audience)
            self.assertEqual(self.refused(engine, "DELETE", f"/v1/audiences/{audience}"), (409, "audience_in_use"))
            with self.assertRaises(Refused) as refused:
                engine.http("DELETE", f"/v1/audiences/{audience}")
            self.assertIn(draft, refused.exception.problem["detail"])
            self.assertNotIn(campaign + " ", refused.exception.problem["detail"])
            engine.http("DELETE", f"/v1/campaigns/{draft}")
            engine.run("audience", "delete", audience)
            view = engine.show(campaign)
            self.assertEqual((view["audience"]["id"], view["audience"]["size"], view["counts"]["accepted"]),
                             (audience, 20, 19))
            for path in (f"/v1/audiences/{audience}", f"/v1/audiences/{audience}/rows",
                         f"/v1/audiences/{audience}/export",
                         f"/v1/campaigns/{campaign}/why?address=r1@d.example",
                         f"/v1/campaigns/{campaign}/story?address=r1@d.example",
                         f"/v1/campaigns/{campaign}/letters?address=r1@d.example",
                         f"/v1/campaigns/{campaign}/letters?q=r1",
                         f"/v1/campaigns/{campaign}/preview?index=1"):
                with self.subTest(path):
                    self.assertEqual(self.refused(engine, "GET", path), (404, "audience_deleted"))
            letters = engine.get(f"/v1/campaigns/{campaign}/letters?outcome=refused")
            self.assertEqual([(one["index"], one["email"], one["last_reply"]["code"]) for one in letters["items"]],
                             [(0, "", 550)])
            self.assertEqual(letters["notice"]["code"], "audience_deleted")
            responses = engine.get(f"/v1/campaigns/{campaign}/responses")
            self.assertEqual({one["example"] for one in responses["items"]}, {None})
            self.assertEqual(responses["notice"]["code"], "audience_deleted")
            self.assertEqual(self.refused(engine, "POST", f"/v1/campaigns/{campaign}/copy", {}),
                             (404, "audience_deleted"))
            self.assertEqual(self.refused(engine, "POST", "/v1/audiences/derive",
                                          {"from": {"campaign": campaign, "outcomes": ["accepted"]}}),
                             (404, "audience_deleted"))
            said = engine.run("audit", "letter", campaign, "r1@d.example", check=False)
            self.assertEqual(said.returncode, 1)
            self.assertIn("was deleted", said.stderr)
            self.assertIn("250", engine.run("letters", campaign).stdout)
            self.assertNotEqual(self.upload(engine, csv(1))["id"], audience)
            engine.stop()
            self.assertEqual(engine.verify().returncode, 0)

    def test_a_deleted_list_leaves_the_disk(self):
        with Engine("null:") as engine:
            # A short list, in which nothing comes twice: its bytes stand in their table as they are, compressed or not.
            mark = "zq7x-jv_k3wz.m9fb"
            marked = self.upload(engine, f"email\n{mark}@d.example\n")["id"]
            kept = self.upload(engine, "email\nkept@d.example\n")["id"]

            def is_on_disk():
                return any(mark.encode() in file.read_bytes() for file in engine.data.glob("*.sst"))

            self.assertTrue(is_on_disk())
            engine.http("DELETE", f"/v1/audiences/{marked}")
            wait_until(lambda: not is_on_disk(), "the list's bytes to leave the disk")
            self.assertEqual(engine.get(f"/v1/audiences/{kept}/rows")["items"][0]["email"], "kept@d.example")

    # Whenever the kills below come, before, amid or after, what is there must be right.

    def test_a_kill_amid_a_deletion_leaves_all_or_nothing(self):
        with Engine("null:") as engine:
            for attempt in range(4):
                audience = self.upload(engine, csv(30_000))["id"]
                with concurrent.futures.ThreadPoolExecutor(1) as pool:
                    asked = pool.submit(lambda: raw(engine, f"/v1/audiences/{audience}", "DELETE"))
                    time.sleep(0.002 * attempt)
                    engine.kill9()
                    try:
                        was_answered = asked.result()[0] == 204
                    except (OSError, http.client.HTTPException):
                        was_answered = False
                engine.start()
                try:
                    self.assertEqual(engine.get(f"/v1/audiences/{audience}")["rows"], 30_000)
                    self.assertFalse(was_answered)
                    last = engine.get(f"/v1/audiences/{audience}/rows?first=29999")["items"]
                    self.assertEqual(last[0]["email"], "r29999@d.example")
                except Refused as gone:
                    self.assertEqual(gone.problem["notice"]["code"], "audience_deleted")
                    self.assertEqual(self.refused(engine, "GET", f"/v1/audiences/{audience}/rows"),
                                     (404, "audience_deleted"))

    # -- searching, renaming, exporting -------------------------------------------------------------------

    def test_lists_are_found_by_name_and_rows_by_address(self):
        with Engine("null:") as engine:
            first = self.upload(engine, csv(3000), "Autumn")["id"]
            second = self.upload(engine, csv(3), "Spring")["id"]
            found = engine.get("/v1/audiences?q=aut")["items"]
            self.assertEqual([one["id"] for one in found], [first])
            self.assertEqual(len(engine.get("/v1/audiences")["items"]), 2)
            self.assertEqual(engine.http("PATCH", f"/v1/audiences/{second}", {"name": "Late Autumn"})["name"], "Late Autumn")
            engine.run("audience", "rename", first, "Winter")
            self.assertEqual([one["id"] for one in engine.get("/v1/audiences?q=AUTUMN")["items"]], [second])
            self.assertIn("Winter", engine.run("audience", "list", "--search", "wint").stdout)
            rows = engine.get(f"/v1/audiences/{first}/rows?q=R299&limit=5")
            self.assertEqual([one["index"] for one in rows["items"]], [299, 2990, 2991, 2992, 2993])
            rest = engine.get(f"/v1/audiences/{first}/rows?q=R299&first={rows['next']}")
            self.assertEqual([one["index"] for one in rest["items"]], [2994, 2995, 2996, 2997, 2998, 2999])
            self.assertIsNone(rest["next"])
            for body in ({}, {"name": ""}, {"name": "x" * 201}, {"title": "x"}):
                self.assertEqual(self.refused(engine, "PATCH", f"/v1/audiences/{first}", body)[0], 400)
            engine.stop()
            engine.start()
            self.assertEqual(engine.get(f"/v1/audiences/{first}")["name"], "Winter")

    def test_an_exported_list_is_the_same_when_it_is_imported_again(self):
        odd = ('email,"first, name",=note\r\n'
               'ann@d.example,"Ann ""A""",=1+1\r\n'
               'bob@d.example,,"two\r\nlines"\r\n'
               'eve@bücher.example, blank ,@x\r\n')
        with Engine("null:") as engine:
            small = self.upload(engine, odd)
            status, headers, text = raw(engine, f"/v1/audiences/{small['id']}/export")
            self.assertEqual((status, headers["Content-Type"]), (200, "text/csv; charset=utf-8; header=present"))
            self.assertIn(small["id"] + ".csv", headers["Content-Disposition"])
            self.assertEqual(text, odd)
            self.assertEqual(raw(engine, f"/v1/audiences/{self.upload(engine, text)['id']}/export")[2], text)
            _, _, lines = raw(engine, f"/v1/audiences/{small['id']}/export?format=jsonl")
            self.assertEqual(lines.count("\n"), 3)
            again = self.upload(engine, lines)
            self.assertEqual(engine.get(f"/v1/audiences/{again['id']}/rows")["items"],
                             engine.get(f"/v1/audiences/{small['id']}/rows")["items"])
            _, _, shielded = raw(engine, f"/v1/audiences/{small['id']}/export?shield=true")
            self.assertIn(",'=1+1\r\n", shielded)
            self.assertEqual(raw(engine, f"/v1/audiences/{small['id']}/export", "HEAD")[0], 200)
            self.assertEqual(self.refused(engine, "GET", f"/v1/audiences/{small['id']}/export?format=xls")[0], 400)

            large = self.upload(engine, csv(60_000))
            out = engine.folder / "out.csv"
            engine.run("audience", "export", large["id"], "--out", str(out))
            self.assertEqual(out.read_bytes().decode().replace("\r\n", "\n"), csv(60_000))
            self.assertEqual(raw(engine, f"/v1/audiences/{self.upload(engine, out.read_text())['id']}/export")[2],
                             out.read_bytes().decode())
            printed = engine.run("audience", "export", large["id"], "--format", "jsonl").stdout
            self.assertEqual(printed.count("\n"), 60_000)
            said = engine.run("audience", "export", "a99", "--out", str(engine.folder / "none.csv"), check=False)
            self.assertEqual(said.returncode, 1)
            self.assertFalse((engine.folder / "none.csv").exists())

    # -- lists made of lists ------------------------------------------------------------------------------

    def test_lists_are_combined_and_split(self):
        with Engine("null:") as engine:
            first = self.upload(engine, csv(10))["id"]
            second = self.upload(engine, csv(10, first=5))["id"]

            def combined(*words):
                made = engine.ask("audience", "combine", *words, first, second, "--name", "new")["items"]
                self.assertEqual([one["name"] for one in made], ["new"])
                return [one["email"].split("@")[0] for one in engine.get(f"/v1/audiences/{made[0]['id']}/rows")["items"]]

            self.assertEqual(combined("--and"), ["r5", "r6", "r7", "r8", "r9"])
            self.assertEqual(combined("--without"), ["r0", "r1", "r2", "r3", "r4"])
            self.assertEqual(combined("--or"), [f"r{i}" for i in range(15)])
            parts = engine.ask("audience", "split", first, "20", "80")["items"]
            self.assertEqual([(one["name"], one["rows"]) for one in parts], [("list 1", 2), ("list 2", 8)])
            self.assertIn("8 recipients", engine.run("audience", "split", first, "20", "80").stdout)
            self.assertEqual(engine.run("audience", "combine", first, second, "--name", "x", check=False).returncode, 2)

    def test_wrong_wishes_for_lists_are_refused_with_what_is_wrong(self):
        with Engine("null:") as engine:
            first = self.upload(engine, csv(3))["id"]
            second = self.upload(engine, csv(3, first=3))["id"]
            draft = engine.create(first)
            sets = {"operation": "and", "audiences": [first, second]}
            for wish, status, code in (
                    ({}, 400, "derivation_needed"),
                    ({"from": {}}, 400, "derivation_needed"),
                    ({"from": {**sets, "split": [20, 80]}}, 400, "derivation_needed"),
                    ({"from": {**sets, "more": 1}, "name": "x"}, 400, "no_such_field"),
                    ({"from": {**sets, "operation": "xor"}, "name": "x"}, 400, "must_be_one_of"),
                    ({"from": {**sets, "audiences": [first]}, "name": "x"}, 400, "must_be_audience_ids"),
                    ({"from": {**sets, "audiences": [first, first]}, "name": "x"}, 400, "must_be_audience_ids"),
                    ({"from": {**sets, "audiences": [first, "a99"]}, "name": "x"}, 404, "audience_unknown"),
                    ({"from": sets}, 400, "audience_name_needed"),
                    ({"from": sets, "name": "x"}, 400, "derived_list_empty"),
                    ({"from": {"audience": first, "split": [20, 70]}}, 400, "split_percents_wrong"),
                    ({"from": {"audience": first, "split": [100]}}, 400, "split_percents_wrong"),
                    ({"from": {"audience": first, "split": [0, 100]}}, 400, "split_percents_wrong"),
                    ({"from": {"audience": first, "split": "half"}}, 400, "split_percents_wrong"),
                    ({"from": {"audience": first, "split": [1, 99]}}, 400, "split_part_empty"),
                    ({"from": {"campaign": draft, "outcomes": []}}, 400, "must_be_one_of"),
                    ({"from": {"campaign": draft, "outcomes": ["lost"]}}, 400, "must_be_one_of"),
                    ({"from": {"campaign": draft, "outcomes": ["not_sent"]}}, 409, "outcome_needs_final"),
                    ({"from": {"campaign": draft, "outcomes": ["refused"]}}, 400, "derived_list_empty"),
                    ({"from": {"campaign": "c99", "outcomes": ["refused"]}}, 404, "campaign_unknown")):
                with self.subTest(str(wish)):
                    self.assertEqual(self.refused(engine, "POST", "/v1/audiences/derive", wish), (status, code))
            self.assertEqual(len(engine.get("/v1/audiences")["items"]), 2)

    def test_a_kill_amid_a_derivation_leaves_all_or_nothing(self):
        with Engine("null:") as engine:
            first = self.upload(engine, csv(40_000))["id"]
            for attempt in range(4):
                asked = threading.Thread(target=lambda: self.try_split(engine, first), daemon=True)
                asked.start()
                time.sleep(0.1 * attempt)
                engine.kill9()
                asked.join()
                engine.start()
                rows = [one["rows"] for one in engine.get("/v1/audiences")["items"][1:]]
                self.assertEqual(len(rows) % 2, 0)
                self.assertEqual(sum(rows), len(rows) // 2 * 40_000)
            self.assertEqual([one["rows"] for one in self.try_split(engine, first)["items"]], [8_000, 32_000])

    def try_split(self, engine, audience):
        try:
            return engine.post("/v1/audiences/derive", {"from": {"audience": audience, "split": [20, 80]}})
        except (OSError, http.client.HTTPException):
            return None

    # -- copies -------------------------------------------------------------------------------------------

    def test_a_campaign_is_copied_in_any_status_also_for_those_who_did_not_get_it(self):
        refusing = [True]
        refusal = lambda to: "550 5.1.1 no such user" if refusing[0] and to[:3] in ("r1@", "r2@") else None
        with Sink(refusal=refusal) as sink, Engine(sink.url) as engine:
            engine.post("/v1/suppressions", {"email": "r3@d.example"})
            audience, campaign = self.finished(engine, name="Sale")
            made = engine.ask("audience", "from-campaign", campaign, "--outcome", "refused", "--outcome", "skipped")
            self.assertEqual([(one["name"], one["rows"]) for one in made["items"]], [("Sale: refused, skipped", 3)])
            first = engine.post(f"/v1/campaigns/{campaign}/copy", {}, headers={"Idempotency-Key": "k1"})
            self.assertEqual((first["name"], first["status"], first["audience"]["id"], first["text"]),
                             ("Sale (2)", "draft", audience, engine.get(f"/v1/campaigns/{campaign}?full=true")["text"]))
            again = engine.post(f"/v1/campaigns/{campaign}/copy", {}, headers={"Idempotency-Key": "k1"})
            self.assertEqual(again["id"], first["id"])
            self.assertEqual(self.refused(engine, "POST", f"/v1/campaigns/{first['id']}/copy", {},
                                          headers={"Idempotency-Key": "k1"}), (409, "idempotency_key_reused"))
            self.assertEqual(engine.post(f"/v1/campaigns/{first['id']}/copy")["name"], "Sale (3)")

            lists = len(engine.get("/v1/audiences")["items"])
            key = {"Idempotency-Key": "k2"}
            rest = engine.post(f"/v1/campaigns/{campaign}/copy", {"outcomes": ["refused"], "name": "Again"}, headers=key)
            self.assertEqual((rest["name"], rest["audience"]["size"], rest["audience"]["name"]), ("Again", 2, "Weekly"))
            self.assertEqual(engine.post(f"/v1/campaigns/{campaign}/copy", {"outcomes": ["refused"], "name": "Again"},
                                         headers=key)["id"], rest["id"])
            self.assertEqual(len(engine.get("/v1/audiences")["items"]), lists + 1)
            refusing[0] = False
            engine.command(rest["id"], "start")
            engine.wait_status(rest["id"], "sent")
            self.assertEqual({one.recipient for one in sink.taken() if one.recipient[:3] in ("r1@", "r2@")},
                             {"r1@d.example", "r2@d.example"})

            other = self.upload(engine, csv(2))["id"]
            copied = engine.run("copy", campaign, "--audience", other, "--name", "Other").stdout.strip()
            self.assertEqual(engine.show(copied)["audience"]["id"], other)
            engine.command(copied, "start")
            engine.wait_status(copied, "sent")
            for body, status, code in (({"outcomes": ["refused"], "audience": other}, 400, "copy_audience_or_outcomes"),
                                       ({"audience": "x"}, 400, "must_be_audience_id"),
                                       ({"audience": "a99"}, 404, "audience_unknown"),
                                       ({"outcomes": ["in_doubt"]}, 400, "derived_list_empty"),
                                       ({"outcomes": "refused"}, 400, "must_be_one_of"),
                                       ({"subject": "x"}, 400, "no_such_field")):
                self.assertEqual(self.refused(engine, "POST", f"/v1/campaigns/{campaign}/copy", body), (status, code))
            self.assertEqual(self.refused(engine, "POST", "/v1/campaigns/c99/copy", {}), (404, "campaign_unknown"))
            self.assertEqual(self.refused(engine, "POST", f"/v1/campaigns/{first['id']}/copy", {"outcomes": ["not_sent"]}),
                             (409, "outcome_needs_final"))

    def test_a_cancelled_campaign_is_copied_for_whom_it_was_not_sent_to(self):
        with Sink() as sink, Engine(sink.url) as engine:
            audience = self.upload(engine, csv(10))["id"]
            campaign = engine.create(audience, plan={"parts": {"size": 4, "every": "1h"}})
            engine.command(campaign, "start")
            wait_until(lambda: engine.show(campaign)["counts"]["accepted"] == 4, "the first part")
            engine.command(campaign, "cancel")
            copied = engine.ask("copy", campaign, "--outcome", "not_sent")
            rows = engine.get(f"/v1/audiences/{copied['audience']['id']}/rows")["items"]
            self.assertEqual([one["email"] for one in rows], [f"r{i}@d.example" for i in range(4, 10)])

    # -- the suppression list -----------------------------------------------------------------------------

    def test_domains_and_lists_are_suppressed_until_their_time(self):
        rows = "email,name\nann@a.example,Ann\nbob@b.example,Bob\ncarl@sub.a.example,Carl\neve@e.example,Eve\n"
        with Sink() as sink, Engine(sink.url) as engine:
            engine.run("suppress", "add", "@A.example", "--reason", "operator")
            engine.run("suppress", "add", "bob@b.example", "--list", "Weekly", "--until", "2127-01-01")
            engine.run("suppress", "add", "*@*.b.example", "--list", "Monthly")
            listed = engine.get("/v1/suppressions")["items"]
            self.assertEqual([(one["email"], one["list"], one["until"]) for one in listed],
                             [("@a.example", None, None), ("@*.b.example", "Monthly", None),
                              ("bob@b.example", "Weekly", "2127-01-01T00:00:00Z")])
            self.assertEqual([one["email"] for one in engine.get("/v1/suppressions?list=Weekly")["items"]], ["bob@b.example"])
            self.assertEqual([one["email"] for one in engine.get("/v1/suppressions?q=B.EX")["items"]],
                             ["@*.b.example", "bob@b.example"])
            pages, after = [], ""
            while after is not None:
                page = engine.get("/v1/suppressions?limit=1" + (f"&after={after}" if after else ""))
                pages += [one["email"] for one in page["items"]]
                after = page["next"]
            self.assertEqual(pages, ["@a.example", "@*.b.example", "bob@b.example"])

            audience = self.upload(engine, rows, "Weekly")["id"]
            campaign = engine.create(audience)
            self.assertIn("@a.example", engine.get(f"/v1/campaigns/{campaign}/why?address=ann@a.example")["text"]
                          + str(engine.get(f"/v1/campaigns/{campaign}/why?address=ann@a.example")["also"]))
            engine.command(campaign, "start")
            engine.wait_status(campaign, "sent")
            told = {one["email"]: (one["outcome"], (one["last_reply"] or {}).get("notice", {}))
                    for one in engine.letters(campaign)}
            self.assertEqual(told["ann@a.example"][0], "skipped")
            self.assertEqual(told["ann@a.example"][1]["domain"], "@a.example")
            self.assertEqual((told["bob@b.example"][0], told["bob@b.example"][1]["list"]), ("skipped", "Weekly"))
            self.assertEqual((told["carl@sub.a.example"][0], told["eve@e.example"][0]), ("accepted", "accepted"))

            other = engine.create(self.upload(engine, rows, "News")["id"])
            engine.command(other, "start")
            engine.wait_status(other, "sent")
            self.assertEqual(engine.show(other)["counts"]["skipped"], 1)

            self.assertEqual(engine.http("DELETE", "/v1/suppressions?email=bob@b.example")["removed"], 0)
            self.assertEqual(engine.http("DELETE", "/v1/suppressions?email=bob@b.example&list=Weekly")["removed"], 1)
            engine.run("suppress", "remove", "@a.example")
            self.assertEqual([one["email"] for one in engine.get("/v1/suppressions")["items"]], ["@*.b.example"])

    def test_an_entry_ends(self):
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=2)
        with Engine("null:") as engine:
            engine.post("/v1/suppressions", {"email": "ann@a.example", "until": soon.strftime("%Y-%m-%dT%H:%M:%S.%fZ")})
            wait_until(lambda: engine.get("/v1/suppressions")["items"] == [], "the entry to end")
            engine.post("/v1/suppressions", {"email": "ann@a.example", "reason": "bounced"})
            self.assertEqual(engine.get("/v1/suppressions")["items"][0]["reason"], "bounced")

    def test_a_file_of_suppressions_names_domains_lists_and_ends(self):
        text = ("email;reason;list;until\n@x.example;operator;;\nann@a.example;;Weekly;2127-01-01T00:00:00Z\n"
                "# nobody\n\nbob@b.example\n")
        with Engine("null:") as engine:
            engine.run("suppress", "import", "-", input=text)
            listed = engine.get("/v1/suppressions")["items"]
            self.assertEqual([(one["email"], one["reason"], one["list"]) for one in listed],
                             [("@x.example", "operator", None), ("bob@b.example", "operator", None),
                              ("ann@a.example", "operator", "Weekly")])
            engine.stop()
            engine.start()
            self.assertEqual(engine.get("/v1/suppressions")["items"], listed)

    def test_wrong_suppressions_are_refused(self):
        with Engine("null:") as engine:
            for body, code in (({"email": "@com"}, "suppressed_domain_wrong"),
                               ({"email": "@*.com"}, "suppressed_domain_wrong"),
                               ({"email": "*@"}, "suppressed_domain_wrong"),
                               ({"email": "a@b.example", "until": "2001-01-01T00:00:00Z"}, "suppression_ends_in_past"),
                               ({"email": "a@b.example", "until": "soon"}, "not_a_time"),
                               ({"email": "a@b.example", "list": "a\nb"}, "control_character"),
                               ({"email": "a@b.example", "list": "x" * 201}, "too_many_bytes"),
                               ({"items": [{"email": "a@b.example", "until": 5}]}, "must_be_text")):
                with self.subTest(str(body)):
                    self.assertEqual(self.refused(engine, "POST", "/v1/suppressions", body), (400, code))
            self.assertEqual(engine.get("/v1/suppressions")["items"], [])


if __name__ == "__main__":
    unittest.main()
