"""A data folder that somebody wrote to with RocksDB's own tool: `sluice audit verify` notices each kind of it, names
campaign, event and what is wrong, and exits 4. Whoever rewrites a whole chain, or cuts off its end, is given away
by a seal that was kept elsewhere."""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from damage import ldb  # noqa: E402
from engine import EXECUTABLE, Engine  # noqa: E402

LETTERS = 40


def key(campaign, number):
    return campaign.to_bytes(8, "big") + number.to_bytes(8, "big")


class Folder:
    """A copy of a data folder, to be tampered with."""

    def __init__(self, original):
        self.holder = tempfile.TemporaryDirectory(prefix="sluice-tampered-")
        self.path = pathlib.Path(self.holder.name) / "data"
        shutil.copytree(original, self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.holder.cleanup()

    def ldb(self, *words, family="events"):
        ldb(self.path, *words, family=family)

    def put(self, at, value, family="events"):
        self.ldb("put", "0x" + at.hex(), "0x" + value.hex(), family=family)

    def delete(self, at, family="events"):
        self.ldb("delete", "0x" + at.hex(), family=family)

    def audit(self, *words):
        return subprocess.run([EXECUTABLE, "audit", "verify", *words, "--data", str(self.path)], capture_output=True,
                              text=True, timeout=60)


class Tampering(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with Engine("null:") as engine:
            for _ in range(2):
                campaign = engine.create(engine.import_rows(LETTERS))
                engine.command(campaign, "start")
                engine.wait_status(campaign, "sent")
            cls.draft = engine.create(engine.import_rows(3))
            assert engine.stop() == 0
            cls.holder = tempfile.TemporaryDirectory(prefix="sluice-untouched-")
            cls.addClassCleanup(cls.holder.cleanup)
            cls.folder = pathlib.Path(cls.holder.name) / "data"
            cls.seal = pathlib.Path(cls.holder.name) / "seal.json"
            engine.run("audit", "seal", "--out", str(cls.seal), data=True)
            cls.values, cls.events = {1: [b""], 2: [b""]}, {1: [None], 2: [None]}
            for campaign in (1, 2):
                for line in engine.run("audit", "export", f"c{campaign}", data=True).stdout.splitlines():
                    record = json.loads(line)
                    cls.values[campaign].append(bytes.fromhex(record["previous"] + record["body"]))
                    cls.events[campaign].append(record["event"])
            shutil.copytree(engine.data, cls.folder)
        cls.last = len(cls.values[1]) - 1
        assert cls.last >= 7, cls.events

    def tampered(self):
        folder = Folder(self.folder)
        self.addCleanup(folder.__exit__)
        return folder

    def assert_named(self, folder, *faults, seal=False):
        """Each (campaign, event, words) is reported; in JSON as well as in words."""
        more = ["--seal", str(self.seal)] if seal else []
        told = folder.audit(*more)
        self.assertEqual(told.returncode, 4, told.stdout + told.stderr)
        found = json.loads(folder.audit("--json", *more).stdout)["faults"]
        for campaign, number, what in faults:
            with self.subTest(what):
                self.assertTrue(any((one["campaign"], one["number"]) == (campaign, number) and what in one["what"]
                                    for one in found), f"{(campaign, number, what)} is not in {found}")
                place = (campaign or "the store") + (f" event {number}" if number else "")
                self.assertTrue(any(line.startswith(place + ": ") and what in line
                                    for line in told.stdout.splitlines()), told.stdout)
        others = {one["campaign"] for one in found} - {campaign for campaign, _, _ in faults}
        self.assertEqual(others, set(), "nothing was done to other campaigns")

    def forge(self, folder, campaign, bodies):
        """Writes a whole log anew, every link right."""
        previous = bytes(32)
        for number, body in enumerate(bodies, 1):
            folder.put(key(campaign, number), previous + body)
            previous = hashlib.sha256(key(campaign, number) + previous + body).digest()
        for number in range(len(bodies) + 1, len(self.values[campaign])):
            folder.delete(key(campaign, number))

    def number_of(self, kind, campaign=1):
        return next(number for number, event in enumerate(self.events[campaign]) if event and event["t"] == kind)

    def bodies(self, campaign=1):
        return [value[32:] for value in self.values[campaign][1:]]

    def test_a_folder_that_nobody_touched_is_without_fault(self):
        folder = self.tampered()
        for more in ([], ["--seal", str(self.seal)]):
            done = folder.audit(*more)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_01_a_changed_byte_of_an_event(self):
        folder = self.tampered()
        value = bytearray(self.values[1][1])
        value[value.index(b"Hello")] ^= 0x20
        folder.put(key(1, 1), bytes(value))
        self.assert_named(folder, ("c1", 1, "it was altered"))

    def test_02_any_one_changed_byte_of_a_log(self):
        value = self.values[1][3]
        folder = self.tampered()
        for at in range(0, len(value), 7):
            changed = bytearray(value)
            changed[at] ^= 1
            folder.put(key(1, 3), bytes(changed))
            done = folder.audit()
            self.assertEqual(done.returncode, 4, f"byte {at} of event 3: {done.stdout}")
            self.assertRegex(done.stdout, r"c1 event [34]: ", f"byte {at} of event 3")

    def test_03_a_changed_byte_of_the_last_event(self):
        folder = self.tampered()
        value = bytearray(self.values[1][self.last])
        at = value.index(b"at") + 9  # within the time
        value[at] += 1 if value[at] < 255 else -1
        folder.put(key(1, self.last), bytes(value))
        self.assert_named(folder, ("c1", self.last, "not the event that the snapshot was made of"))
        folder.delete((1).to_bytes(8, "big"), family="snapshots")
        self.assert_named(folder, ("c1", self.last, "not the event that was sealed"), seal=True)

    def test_04_a_missing_event(self):
        folder = self.tampered()
        folder.delete(key(1, 4))
        self.assert_named(folder, ("c1", 4, "event 4 is missing"))
        folder.delete(key(1, 5))
        self.assert_named(folder, ("c1", 4, "events 4 to 5 are missing"))

    def test_05_a_missing_first_event(self):
        folder = self.tampered()
        folder.delete(key(1, 1))
        self.assert_named(folder, ("c1", 1, "event 1 is missing"))

    def test_06_a_missing_event_whose_gap_was_closed(self):
        folder = self.tampered()
        for number in range(3, self.last):
            folder.put(key(1, number), self.values[1][number + 1])
        folder.delete(key(1, self.last))
        self.assert_named(folder, ("c1", 3, "does not name the event before it"), ("c1", self.last, "cut off"))

    def test_07_a_repeated_event(self):
        folder = self.tampered()
        folder.put(key(1, 5), self.values[1][4])
        self.assert_named(folder, ("c1", 5, "it repeats event 4"))

    def test_08_an_event_that_was_repeated_behind_the_end(self):
        folder = self.tampered()
        folder.put(key(1, self.last + 1), self.values[1][self.last])
        self.assert_named(folder, ("c1", self.last + 1, f"it repeats event {self.last}"))

    def test_09_two_events_in_each_others_place(self):
        folder = self.tampered()
        folder.put(key(1, 4), self.values[1][5])
        folder.put(key(1, 5), self.values[1][4])
        self.assert_named(folder, ("c1", 4, "altered, moved or put here"),
                          ("c1", 5, "it was moved: it names event 3 as the one before it"))

    def test_10_a_foreign_event(self):
        folder = self.tampered()
        folder.put(key(1, 5), self.values[2][5])
        self.assert_named(folder, ("c1", 5, "it is foreign: it names event 4 of c2 as the one before it"))

    def test_11_a_foreign_log(self):
        folder = self.tampered()
        for number, value in enumerate(self.values[2]):
            if number > 0:
                folder.put(key(4, number), value)
        self.assert_named(folder, ("c4", 2, "it is foreign: it names event 1 of c2"))

    def test_12_a_record_that_was_cut_short(self):
        folder = self.tampered()
        folder.put(key(1, 4), self.values[1][4][:20])
        self.assert_named(folder, ("c1", 4, "cut short"))
        folder.put(key(1, 4), self.values[1][4][:-3])
        self.assert_named(folder, ("c1", 4, "it cannot be read"), ("c1", 4, "it was altered"))

    def test_13_an_end_that_was_cut_off(self):
        folder = self.tampered()
        folder.delete(key(1, self.last))
        self.assert_named(folder, ("c1", self.last, f"cut off: a snapshot was made of event {self.last}"))
        folder.delete((1).to_bytes(8, "big"), family="snapshots")
        self.assertEqual(folder.audit().returncode, 0, "from the chain alone it cannot be seen: " + folder.audit().stdout)
        self.assert_named(folder, ("c1", self.last, "the log is shorter than sealed"), seal=True)

    def test_14_a_log_that_is_gone(self):
        folder = self.tampered()
        for number in range(1, self.last + 1):
            folder.delete(key(1, number))
        self.assert_named(folder, ("c1", 0, "its whole log is gone"))
        folder.delete((1).to_bytes(8, "big"), family="snapshots")
        self.assert_named(folder, ("c1", 0, "its whole log is gone"), seal=True)

    def test_15_a_log_that_was_written_anew_with_every_link_right(self):
        folder = self.tampered()
        bodies = self.bodies()
        self.assertIn(b"dTest", bodies[0])
        bodies[0] = bodies[0].replace(b"dTest", b"dRest")  # its name, which no approval is about
        self.forge(folder, 1, bodies)
        self.assert_named(folder, ("c1", self.last, "not the event that the snapshot was made of"))
        folder.delete((1).to_bytes(8, "big"), family="snapshots")
        self.assertEqual(folder.audit().returncode, 0, "from the chain alone it cannot be seen: " + folder.audit().stdout)
        self.assert_named(folder, ("c1", self.last, "not the event that was sealed"), seal=True)

    def test_16_a_broken_rule_with_every_link_right(self):
        folder = self.tampered()
        claim = self.number_of("claimed")
        bodies = self.bodies()
        bodies.insert(claim, bodies[claim - 1])
        self.forge(folder, 1, bodies)
        self.assert_named(folder, ("c1", claim + 1, "letters were claimed that are not to be sent"))

    def test_17_an_outcome_whose_claim_was_taken_out_with_every_link_right(self):
        folder = self.tampered()
        claim = self.number_of("claimed")
        bodies = self.bodies()
        del bodies[claim - 1]
        self.forge(folder, 1, bodies)
        self.assert_named(folder, ("c1", claim, "settled that were not claimed"))

    def test_18_records_that_no_log_has(self):
        for strange, fault in ((key(1, 0), ("c1", 0, "the number 0")), (key(0, 1), ("house", 1, "it was altered")),
                               (b"junk", ("", 0, "none of a record: 6a756e6b")),
                               (b"\0", ("", 0, "none of a record: 00")),
                               (key(1, 3) + b"x", ("c1", None, "none of a record: " + (key(1, 3) + b"x").hex())),
                               (key(1, 0)[:9], ("c1", None, "none of a record: " + key(1, 0)[:9].hex()))):
            folder = self.tampered()
            folder.put(strange, self.values[1][3])
            done = json.loads(folder.audit("--json").stdout)
            campaign, number, what = fault
            self.assertTrue(any(one["campaign"] == campaign and what in one["what"] and number in (None, one["number"])
                                for one in done["faults"]), f"{strange.hex()}: {done}")
            self.assertEqual(folder.audit().returncode, 4)
            self.assertGreaterEqual(done["campaigns"], 3, "the logs are checked all the same")

    def test_19_a_byte_of_a_file_that_was_changed_under_the_store(self):
        folder = self.tampered()
        folder.ldb("compact", family="events")  # out of the write-ahead log, into a table
        noticed = 0
        for table in sorted(folder.path.glob("*.sst")):
            content = bytearray(table.read_bytes())
            found = [content.find(value[at:at + 8]) for value in self.values[1][2:] for at in range(0, 32, 8)]
            if max(found) < 0:
                continue  # another family's
            content[max(found) + 5] ^= 1
            table.write_bytes(content)
            noticed += 1
        self.assertGreater(noticed, 0, "of all hashes one lies in a table as it is: they cannot be compressed")
        done = folder.audit()
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("damaged", done.stdout)

    def test_20_a_snapshot_that_shows_another_state(self):
        folder = self.tampered()
        end = hashlib.sha256(key(1, self.last) + self.values[1][self.last]).digest()
        other = hashlib.sha256(key(2, self.last) + self.values[2][self.last]).digest()
        self.assertNotEqual(end, other)
        folder.put((1).to_bytes(8, "big"), self.last.to_bytes(8, "big") + other + b"state", family="snapshots")
        self.assert_named(folder, ("c1", self.last, "not the event that the snapshot was made of"))


if __name__ == "__main__":
    unittest.main()
