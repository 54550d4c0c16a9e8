"""Tables that somebody wrote to with RocksDB's own tool while the engine stood still: `sluice audit verify` names table and entry
of each, and what would mail somebody else stops before the first such letter."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from damage import ldb  # noqa: E402
from engine import EXECUTABLE, Engine, Refused, wait_until  # noqa: E402

ROWS = 300  # three groups of the tree
CHECK_EXPORT = pathlib.Path(__file__).resolve().parents[1] / "e2e" / "check_export.py"


def number(value, size=8):
    return value.to_bytes(size, "big")


def hexed(text):
    return "0x" + bytes(text).hex()


class Planted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="sluice-planted-")
        cls.addClassCleanup(cls.holder.cleanup)
        cls.folder = pathlib.Path(cls.holder.name) / "data"
        cls.seal = pathlib.Path(cls.holder.name) / "seal.json"
        cls.mail = pathlib.Path(cls.holder.name) / "mail"
        with Engine(f"maildir:{cls.mail}", {"moderation.enabled": "false"}) as engine:
            cls.list = engine.import_rows(ROWS)
            engine.post("/v1/suppressions", {"emails": ["r7@d7.example", "r8@d8.example"], "reason": "unsubscribed"})
            engine.post("/v1/tokens", {"role": "viewer", "name": "eye"})
            # Waits until its time, so that there is something left to be mailed.
            cls.campaign = engine.create(cls.list, plan={"start_at": "2999-01-01T00:00:00Z"})
            engine.command(cls.campaign, "start")
            sealed = engine.run("audit", "seal", "--json", "--out", str(cls.seal))
            cls.public_key = json.loads(sealed.stdout)["public_key"]
            assert engine.stop() == 0
            shutil.copytree(engine.data, cls.folder)

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="sluice-tampered-")
        self.addCleanup(holder.cleanup)
        self.data = pathlib.Path(holder.name) / "data"
        shutil.copytree(self.folder, self.data)

    def ldb(self, *words, family="audiences"):
        ldb(self.data, *words, family=family)

    def keys(self, family, prefix):
        """What begins so: key and value."""
        done = subprocess.run(["ldb", f"--db={self.data}", f"--column_family={family}", "--hex", "scan",
                               f"--from={hexed(prefix)}", f"--to={hexed(prefix + bytes([255] * 24))}"],
                              capture_output=True, text=True, timeout=60, check=True)
        found = {}
        for line in done.stdout.splitlines():
            key, separator, value = line.partition(" : ")
            if separator:
                found[bytes.fromhex(key.strip()[2:])] = bytes.fromhex(value.strip()[2:])
        return {key: value for key, value in found.items() if key.startswith(prefix)}

    def put(self, key, value, family="audiences"):
        self.ldb("put", hexed(key), hexed(value), family=family)

    def delete(self, key, family="audiences"):
        self.ldb("delete", hexed(key), family=family)

    def audit(self, *words):
        return subprocess.run([EXECUTABLE, "audit", "verify", *words, "--data", str(self.data)], capture_output=True,
                              text=True, timeout=60)

    def assert_named(self, *words, seal=False, by_script=True):
        """By `audit verify`, and where it shows in an export by the auditor's own script."""
        more = ["--seal", str(self.seal), "--public-key", self.public_key] if seal else []
        told = self.audit(*more)
        self.assertEqual(told.returncode, 4, told.stdout + told.stderr)
        for one in words:
            self.assertIn(one, told.stdout)
        if by_script:
            checked = self.check_export()
            self.assertEqual(checked.returncode, 1, f"the auditor's script finds nothing: {checked}")

    def check_export(self):
        everything = subprocess.run([EXECUTABLE, "audit", "export", "--everything", "--data", str(self.data)],
                                    capture_output=True, timeout=60)
        return subprocess.run(["/usr/bin/python3", str(CHECK_EXPORT), str(self.seal), self.public_key],
                              input=everything.stdout, capture_output=True, timeout=60, text=False)

    def engine_on_it(self, relay):
        engine = Engine("null:", {"moderation.enabled": "false"})
        engine.relay = relay
        shutil.copytree(self.data, engine.data)
        return engine

    def mailed(self, seconds=3):
        """Whom an engine on this folder mails when everything is released."""
        shutil.rmtree(self.mail, ignore_errors=True)
        with self.engine_on_it(f"maildir:{self.mail}") as engine:
            try:
                engine.command(self.campaign, "release")
            except Refused:
                return []  # held before that, or its list cannot be read
            wait_until(lambda: engine.show(self.campaign)["hold"] or engine.show(self.campaign)["status"] == "sent"
                       or "letters cannot be made ready" in engine.log(), "the campaign to stop", seconds)
            to = [line.split(b":", 1)[1].strip().decode() for letter in self.mail.rglob("*")
                  if letter.is_file() for line in letter.read_bytes().split(b"\r\n\r\n")[0].split(b"\n")
                  if line.lower().startswith(b"to:")]
            engine.kill9()
            return to

    def chunk(self, first):
        prefix = b"s" + number(1)
        chunks = self.keys("audiences", prefix)
        key = max(key for key in chunks if int.from_bytes(key[len(prefix):], "big") <= first)
        return key, chunks[key]

    # -- rows

    def test_a_folder_that_nobody_touched_is_without_fault_and_is_mailed(self):
        told = self.audit("--seal", str(self.seal), "--public-key", self.public_key)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        checked = self.check_export()
        self.assertEqual(checked.returncode, 0, str(checked))
        self.assertEqual(len(self.mailed(30)), ROWS - 2)

    def test_an_address_of_a_row(self):
        key, chunk = self.chunk(200)
        self.put(key, chunk.replace(b"r200@d0.example", b"evil@x.example\0"[:15]))
        self.assert_named("row 201 (group 1) of a1 was changed")
        self.assertNotIn("evil", " ".join(self.mailed()))

    def test_a_field_of_a_row(self):
        key, chunk = self.chunk(0)
        self.put(key, chunk.replace(b"Recipient 5\x01", b"Recipient 6\x01", 1) if b"Recipient 5\x01" in chunk
                 else chunk.replace(b"Recipient 5", b"Recipient 9", 1))
        self.assert_named("(group 0) of a1 was changed")
        self.assertEqual(self.mailed(), [], "the first group was changed: nobody of it gets a letter")

    def test_the_order_of_rows(self):
        key, chunk = self.chunk(0)
        self.put(key, chunk.replace(b"r1@d1.example", b"r?@d?.example").replace(b"r2@d2.example", b"r1@d1.example")
                 .replace(b"r?@d?.example", b"r2@d2.example"))
        self.assert_named("row 2 (group 0) of a1 was changed", "row 3 (group 0) of a1 was changed")
        self.assertEqual(self.mailed(), [])

    def test_a_row_that_is_gone(self):
        key, chunk = self.chunk(ROWS - 1)
        self.delete(key)
        self.assert_named("a1 cannot be read at row")

    def test_a_random_part_of_a_row(self):
        key, chunk = self.chunk(0)
        self.put(key, chunk[:1] + bytes([chunk[1] ^ 1]) + chunk[2:])
        self.assert_named("row 1 (group 0) of a1 was changed")

    def test_a_row_that_says_it_was_erased(self):
        key, chunk = self.chunk(0)
        length = 17 + 1 + chunk[17]
        self.put(key, b"\0" + bytes(32) + chunk[length:])
        self.assert_named("row 1 (group 0) of a1 was changed")

    def test_columns(self):
        key, value = next(iter(self.keys("audiences", b"i" + number(1)).items()))
        self.put(key, value.replace(b"dname", b"dnome"))
        self.assert_named("a1")
        self.assertEqual(self.mailed(), [])

    def test_the_audiences_hash(self):
        key, value = next(iter(self.keys("audiences", b"i" + number(1)).items()))
        at = value.index(b"t1:") + 10
        self.put(key, value[:at] + (b"0" if value[at:at + 1] != b"0" else b"1") + value[at + 1:])
        self.assert_named("a1 \"recipients\" has another name, size or hash", "c1: its audience a1 is not the one")
        self.assertEqual(self.mailed(), [])

    def test_the_tree(self):
        key, value = next(iter(self.keys("audiences", b"h" + number(1) + b"\0").items()))
        self.put(key, bytes([value[0] ^ 1]) + value[1:])
        self.assert_named("(group 0) of a1 do not lead to its hash", by_script=False)
        self.assertEqual(self.mailed(), [])

    # -- the index of addresses

    def test_the_index_of_addresses(self):
        self.put(b"x" + number(1) + b"r3@d3.example", number(4, 4))
        self.assert_named("the index of a1 says r3@d3.example stands in row 5", "row 4 of a1 is missing in the index",
                          by_script=False)

    def test_an_address_more_in_the_index(self):
        self.put(b"x" + number(1) + b"evil@x.example", number(4, 4))
        self.assert_named("the index of a1 says evil@x.example stands in row 5", by_script=False)

    # -- lists

    def test_a_list_that_was_planted(self):
        for mark in b"ish":
            for key, value in self.keys("audiences", bytes([mark]) + number(1)).items():
                self.put(key[:1] + number(2) + key[9:], value)
        self.assert_named("table audiences: a2 \"recipients\" is not in the house's log")

    def test_a_list_that_is_gone(self):
        self.delete(b"i" + number(1))
        self.assert_named("table audiences: a1 \"recipients\" is missing")

    # -- suppressions

    def test_a_suppression_that_is_gone(self):
        self.delete(b"r7@d7.example", family="suppressions")
        self.assert_named("table suppressions: an entry that event")
        self.assertEqual(self.mailed(), [], "nobody may get a letter while it is not known who must get none")

    def test_a_suppression_that_was_planted(self):
        value = next(iter(self.keys("suppressions", b"r7@").values()))
        self.put(b"r9@d9.example", value, family="suppressions")
        self.assert_named("table suppressions: r9@d9.example is not in the house's log")

    def test_a_suppression_that_ends_sooner(self):
        self.put(b"r7@d7.example", b"\x02" + number(1) + number(2) + b"unsubscribed", family="suppressions")
        self.assert_named("table suppressions: r7@d7.example is another entry", by_script=False)
        self.assertEqual(self.mailed(), [])

    # -- tokens

    def token(self, name):
        return next((key, value) for key, value in self.keys("tokens", b"").items() if name in value)

    def test_a_token_that_was_planted(self):
        _, value = self.token(b"eye")
        import hashlib
        self.put(hashlib.sha256(b"slc_planted").digest(), value.replace(b"eye", b"own").replace(b"fviewer", b"eadmin"),
                 family="tokens")
        self.assert_named("is not in the house's log: it was put there by hand")
        with self.engine_on_it("null:") as engine:
            with self.assertRaises(AssertionError):
                engine.run("token", "list", token="slc_planted")

    def test_a_token_that_was_raised(self):
        key, value = self.token(b"eye")
        self.put(key, value.replace(b"fviewer", b"eadmin"), family="tokens")
        self.assert_named("has the role admin, the house's log says \"eye\", viewer")

    def test_a_token_that_is_gone(self):
        key, _ = self.token(b"eye")
        self.delete(key, family="tokens")
        self.assert_named("table tokens: \"eye\"", "is missing")

    # -- the house's log, and what it hangs on

    def house(self):
        return self.keys("events", number(0))

    def test_an_event_of_the_houses_log(self):
        key, value = next((key, value) for key, value in self.house().items() if b"unsubscribed" in value)
        self.put(key, value.replace(b"unsubscribed", b"unsubscribe!"), family="events")
        self.assert_named("the house's log event")

    def test_the_end_of_the_houses_log(self):
        events = self.house()
        for key in sorted(events)[-3:]:
            self.delete(key, family="events")
        self.assert_named("the log is shorter than sealed", seal=True)

    def test_the_whole_of_the_houses_log(self):
        for key in self.house():
            self.delete(key, family="events")
        self.assert_named("the house's log was deleted")
        self.assertEqual(self.mailed(), [])

    def test_the_stores_secret(self):
        self.put(b"secret", bytes(32), family="default")
        self.assert_named("the store's secret is another one")
        self.assertEqual(self.mailed(), [])

    def test_the_seal(self):
        seal = json.loads(self.seal.read_text())
        forged = pathlib.Path(self.data).parent / "forged.json"
        for change in ({"at": "2026-01-01T00:00:00Z"}, {"heads": seal["heads"][:-1]}):
            forged.write_text(json.dumps({**seal, **change}))
            told = self.audit("--seal", str(forged), "--public-key", self.public_key)
            self.assertEqual(told.returncode, 4, told.stdout + told.stderr)
            self.assertIn("signature", told.stdout)


if __name__ == "__main__":
    unittest.main()
