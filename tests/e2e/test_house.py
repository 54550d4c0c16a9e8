"""The house's log through the real binary: every act outside campaigns is in it, with who did it, and no address; a recipient
who is erased is gone from the folder; test copies have their bounds."""

import json
import pathlib
import subprocess
import unittest
import urllib.request

from engine import Engine, Refused

CHECK_EXPORT = pathlib.Path(__file__).with_name("check_export.py")
ERASED = "r77@d17.example"


def house(engine, **more):
    words = "&".join(f"{key}={value}" for key, value in more.items())
    return engine.get("/v1/house/log?limit=10000" + (f"&{words}" if words else ""))["items"]


def grep(folder, text):
    """The files of a folder that have it somewhere."""
    return [str(file) for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


class HouseLog(unittest.TestCase):
    def test_every_act_is_in_it_with_who_did_it_and_without_an_address(self):
        with Engine("null:", {"moderation.enabled": "false"}) as engine:
            engine.post("/v1/tokens", {"role": "operator", "name": "olga"})
            olga = engine.post("/v1/tokens", {"role": "operator", "name": "ivan"})["secret"]
            audience = engine.http("POST", "/v1/audiences?name=people", b"email\nann@example.com\nbob@example.com\n",
                                   token=olga)["id"]
            engine.http("PATCH", f"/v1/audiences/{audience}", json.dumps({"name": "friends"}).encode(), token=olga)
            engine.post("/v1/suppressions", {"emails": ["bob@example.com"], "reason": "unsubscribed"}, token=olga)
            engine.http("DELETE", "/v1/suppressions?email=bob@example.com", token=olga)
            engine.run("suppress", "add", "bob@example.com", "--reason", "bob@example.com wrote to us")
            campaign = engine.create(audience)
            engine.post(f"/v1/campaigns/{campaign}/test", {"addresses": ["me@example.com"]}, token=olga)
            engine.run("audience", "export", audience)
            engine.run("audit", "seal")
            with self.assertRaises(AssertionError):
                engine.run("list", token="slc_wrong")
            spare = engine.http("POST", "/v1/audiences?name=spare", b"email\ncyd@example.com\n")["id"]
            engine.http("DELETE", f"/v1/audiences/{spare}")
            engine.http("DELETE", "/v1/tokens/olga")
            events = house(engine)
            kinds = [one["t"] for one in events]
            self.assertEqual(kinds[:2], ["log_began", "engine_started"])
            for kind in ("token_created", "audience_imported", "audience_renamed", "suppressions_added",
                         "suppressions_removed", "test_copy_sent", "recipients_read", "sealed", "sign_ins_refused",
                         "audience_deleted", "token_revoked"):
                self.assertIn(kind, kinds)
            by = {one["t"]: one.get("by") for one in events}
            self.assertEqual((by["test_copy_sent"], by["audience_renamed"], by["sealed"]), ("ivan", "ivan", "local"))
            start = events[1]
            self.assertEqual(start["settings"]["moderation.enabled"], "false")
            self.assertNotIn("example.com", json.dumps([one for one in events if one["t"] != "test_copy_sent"]))
            copy = next(one for one in events if one["t"] == "test_copy_sent")
            self.assertEqual((copy["shown"], copy["outcome"]), ("m…@example.com", "accepted"))
            latest = house(engine, latest="true")
            self.assertEqual([one["number"] for one in latest], sorted((one["number"] for one in events), reverse=True))
            self.assertIn("test copy of letter 1 of c1 to m…@example.com: accepted",
                          engine.run("audit", "log", "house").stdout)
            told = json.loads(engine.run("audit", "replay", "house", "--json").stdout)
            self.assertEqual({one["name"] for one in told["tokens"]}, {"local", "ivan"})
            self.assertEqual(engine.stop(), 0)
            self.assertIn("no fault found", engine.run("audit", "verify", data=True).stdout)

    def test_a_start_is_told_of_without_its_password(self):
        with Engine("smtp://shop:hunter2@127.0.0.1:9") as engine:
            start = house(engine)[1]
            self.assertNotIn("hunter2", json.dumps(start))
            self.assertIn("127.0.0.1:9", json.dumps(start["relays"]))

    def test_the_stream_tells_of_it(self):
        with Engine("null:") as engine:
            request = urllib.request.Request(engine.url + "/v1/stream?house=true",
                                             headers={"Authorization": f"Bearer {engine.token}"})
            with urllib.request.urlopen(request, timeout=30) as stream:
                numbers = []
                for line in stream:
                    if line.startswith(b"event: house"):
                        numbers.append(json.loads(next(stream).split(b":", 1)[1])["number"])
                        if len(numbers) == 1:
                            engine.post("/v1/suppressions", {"emails": ["x@example.com"], "reason": "operator"})
                        else:
                            break
            self.assertEqual(numbers[1], numbers[0] + 1)


class Erasure(unittest.TestCase):
    def test_a_recipient_is_gone_from_the_folder_and_everything_still_verifies(self):
        with Engine("null:", {"moderation.enabled": "false"}) as engine:
            audience = engine.import_rows(3000)
            campaign = engine.create(audience)
            engine.command(campaign, "start")
            engine.wait_status(campaign, "sent")
            engine.post("/v1/suppressions", {"emails": [ERASED], "reason": "unsubscribed"})
            self.assertTrue(grep(engine.data, ERASED))
            told = engine.run("erase", ERASED.upper()).stdout
            self.assertIn("1 row of lists: a1 row 78; 1 suppression hidden", told)
            self.assertEqual(grep(engine.data, ERASED), [])
            letters = engine.get(f"/v1/campaigns/{campaign}/letters?limit=100")["items"]
            self.assertEqual((letters[77]["email"], letters[77]["erased"], letters[77]["outcome"]), ("erased", True, "accepted"))
            self.assertIn("erased; its leaf is", engine.run("audit", "letter", campaign, ERASED).stdout)
            # A list brings the address back: nobody there gets a letter.
            again = engine.http("POST", "/v1/audiences?name=again", f"email\n{ERASED}\nnew@example.com\n".encode())["id"]
            second = engine.create(again, subject="s", text="t")
            engine.command(second, "start")
            engine.wait_status(second, "sent")
            self.assertEqual(engine.show(second)["counts"]["skipped"], 1)
            engine.run("erase", ERASED)
            seal = engine.folder / "seal.json"
            key = json.loads(engine.run("audit", "seal", "--json", "--out", str(seal)).stdout)["public_key"]
            self.assertEqual(engine.stop(), 0)
            self.assertEqual(grep(engine.data, ERASED), [])
            self.assertIn("no fault found", engine.run("audit", "verify", "--seal", str(seal), data=True).stdout)
            everything = engine.run("audit", "export", "--everything", data=True).stdout
            self.assertNotIn(ERASED, everything)
            checked = subprocess.run(["/usr/bin/python3", str(CHECK_EXPORT), str(seal), key], input=everything,
                                     capture_output=True, text=True, timeout=60)
            self.assertEqual(checked.returncode, 0, str(checked))

    def test_what_cannot_be_altered_is_listed(self):
        with Engine("null:", {"moderation.enabled": "false"}) as engine:
            campaign = engine.create(engine.import_rows(3), text=f"Dear {{{{name}}}}, ask {ERASED}")
            told = engine.run("erase", ERASED).stdout
            self.assertIn(f"events of before name it, and cannot be altered: {campaign}.1", told)

    def test_an_address_that_is_none_is_refused(self):
        with Engine("null:") as engine:
            refused = engine.run("erase", "nobody", check=False)
            self.assertEqual(refused.returncode, 1, refused.stdout)


class TestCopies(unittest.TestCase):
    def status_of(self, engine, campaign, *addresses):
        try:
            engine.post(f"/v1/campaigns/{campaign}/test", {"addresses": list(addresses)})
            return 200, ""
        except Refused as refused:
            return refused.status, json.loads(refused.body)["notice"]["code"]

    def test_a_token_has_so_many_an_hour_and_they_go_where_the_setting_lets_them(self):
        with Engine("null:", {"test_copies.per_hour": "3", "test_copies.allowed": '["@shop.example", "ann@example.com"]'}) as engine:
            campaign = engine.create(engine.import_rows(3))
            self.assertEqual(self.status_of(engine, campaign, "x@example.com"), (403, "test_copy_address_forbidden"))
            self.assertEqual(self.status_of(engine, campaign, "a@shop.example", "Ann@example.com"), (200, ""))
            self.assertEqual(self.status_of(engine, campaign, "a@shop.example", "b@shop.example"), (403, "test_copies_used_up"))
            self.assertEqual(self.status_of(engine, campaign, "b@shop.example"), (200, ""))

    def test_none_goes_after_a_rejection_nor_with_what_moderation_looks_for(self):
        with Engine("null:", {"moderation.suspicious_patterns": '["casino"]'}, quiet=False) as engine:
            campaign = engine.create(engine.import_rows(3), text="Our c<b>asi</b>no: casino")
            self.assertEqual(self.status_of(engine, campaign, "a@shop.example"), (409, "test_copy_suspicious"))
            engine.command(campaign, "start")
            engine.command(campaign, "reject", body={"reason": "no"})
            self.assertEqual(self.status_of(engine, campaign, "a@shop.example"), (409, "test_copy_of_rejected"))


if __name__ == "__main__":
    unittest.main()
