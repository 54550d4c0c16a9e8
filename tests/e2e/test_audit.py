"""The audit's commands, on a running engine and on the data folder of a stopped one: the same answers."""

import json
import pathlib
import stat
import subprocess
import unittest
from datetime import datetime

from engine import Engine

LETTERS = 60
CHECK_CHAIN = pathlib.Path(__file__).with_name("check_chain.py")


def checked_by_python(export):
    done = subprocess.run(["/usr/bin/python3", "-B", str(CHECK_CHAIN)], input=export, capture_output=True, text=True)
    return done.returncode, done.stdout


class Audit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("null:")
        cls.addClassCleanup(cls.engine.__exit__)
        cls.engine.start()
        cls.campaign = cls.engine.start_campaign(LETTERS, plan={"start_at": "2001-01-01T00:00:00Z"})
        cls.engine.wait_status(cls.campaign, "sent")
        cls.draft = cls.engine.create(cls.engine.import_rows(3))
        cls.asks = {False: {}, True: {}}
        for command in cls.commands():
            cls.asks[False][command] = cls.engine.run(*command, check=False)
        # The seal of the running engine, and of the same engine's key on the stopped folder later.
        cls.seal_file = cls.engine.folder / "seal.json"
        cls.sealed = cls.engine.run("audit", "seal", "--out", str(cls.seal_file))
        cls.verified_running = cls.engine.run("audit", "verify", "--seal", str(cls.seal_file), check=False)
        assert cls.engine.stop() == 0
        for command in cls.commands():
            cls.asks[True][command] = cls.engine.run(*command, data=True, check=False)

    @classmethod
    def commands(cls):
        c = cls.campaign
        return [("audit", "log", c, "--json"), ("audit", "replay", c, "--at", "3", "--json"),
                ("audit", "replay", c, "--time", "2999-01-01T00:00:00Z", "--json"),
                ("audit", "replay", c, "--time", "1999-01-01T00:00:00Z"), ("audit", "replay", c, "--time", "noon"),
                ("audit", "diff", c, "1", "3"), ("audit", "diff", c, "1", "3", "--json"), ("audit", "diff", c, "3", "1"),
                ("audit", "diff", c, "1", "999999"), ("audit", "letter", c, "r7@d7.example"), ("audit", "export"),
                ("audit", "export", c), ("audit", "export", "c99"), ("audit", "verify"), ("audit", "verify", "--json")]

    def both(self, *command):
        """The answer, which must be the same of a running engine and of its folder."""
        running, stopped = self.asks[False][command], self.asks[True][command]
        self.assertEqual((running.returncode, running.stdout), (stopped.returncode, stopped.stdout), running.stderr)
        return running

    def events(self):
        return json.loads(self.both("audit", "log", self.campaign, "--json").stdout)["items"]

    def test_the_log_is_the_same_of_a_running_engine_and_of_its_folder(self):
        self.assertEqual([event["number"] for event in self.events()], list(range(1, len(self.events()) + 1)))
        self.assertEqual(self.events()[0]["t"], "created")
        self.assertEqual(self.events()[-1]["t"], "finished")

    def test_replay_shows_the_state_after_an_event_and_at_a_moment(self):
        at3 = json.loads(self.both("audit", "replay", self.campaign, "--at", "3", "--json").stdout)
        self.assertEqual((at3["version"], at3["status"], at3["counts"]["pending"]), (3, "preparing", LETTERS))
        late = json.loads(self.both("audit", "replay", self.campaign, "--time", "2999-01-01T00:00:00Z", "--json").stdout)
        self.assertEqual((late["status"], late["counts"]["accepted"]), ("sent", LETTERS))
        early = self.both("audit", "replay", self.campaign, "--time", "1999-01-01T00:00:00Z")
        self.assertEqual(early.returncode, 1)
        self.assertEqual(self.both("audit", "replay", self.campaign, "--time", "noon").returncode, 2)

    def test_replay_to_a_moment_stops_at_the_last_event_that_was_not_later(self):
        for event in self.events():
            view = self.engine.ask("audit", "replay", self.campaign, "--time", event["at"], data=True)
            at = datetime.fromisoformat(event["at"])
            until = [one["number"] for one in self.events() if datetime.fromisoformat(one["at"]) <= at]
            self.assertEqual(view["version"], max(until))

    def test_diff_names_the_fields_and_the_letters_that_changed_and_no_other(self):
        words = self.both("audit", "diff", self.campaign, "1", "3").stdout
        self.assertIn("status: draft -> preparing", words)
        self.assertNotIn("subject", words)
        whole = self.engine.ask("audit", "diff", self.campaign, "3", str(len(self.events())), data=True)
        self.assertEqual(whole["letters"],
                         [{"before": "pending", "after": "accepted", "count": LETTERS, "letters": [0, LETTERS]}])
        self.assertIn({"field": "counts.pending", "before": LETTERS, "after": 0}, whole["changed"])
        self.assertEqual(self.both("audit", "diff", self.campaign, "3", "1").returncode, 1)
        self.assertEqual(self.both("audit", "diff", self.campaign, "1", "999999").returncode, 1)

    def test_a_letters_story_has_the_relays_words_and_nothing_of_other_letters(self):
        story = self.both("audit", "letter", self.campaign, "r7@d7.example").stdout
        self.assertRegex(story, r"claimed +may be offered")
        self.assertRegex(story, r"settled +accepted")
        self.assertNotIn("letters", story)

    def test_an_export_can_be_checked_by_twenty_lines_of_python(self):
        export = self.both("audit", "export").stdout
        self.assertEqual(checked_by_python(export), (0, "2 campaigns, 0 faults\n"))
        one = self.both("audit", "export", self.campaign).stdout
        self.assertEqual(len(one.splitlines()), len(self.events()))
        for line, event in zip(one.splitlines(), self.events()):
            record = json.loads(line)
            self.assertEqual((record["number"], record["previous"], record["hash"]),
                             (event["number"], event["previous"], event["hash"]))
            self.assertEqual(record["event"]["t"], event["t"])
        self.assertEqual(self.both("audit", "export", "c99").returncode, 1)

    def test_the_script_finds_a_changed_a_missing_a_repeated_and_a_moved_line(self):
        lines = self.both("audit", "export", self.campaign).stdout.splitlines()
        record = json.loads(lines[2])
        record["body"] = record["body"][:-2] + ("00" if record["body"][-2:] != "00" else "01")
        for changed in ([*lines[:2], json.dumps(record), *lines[3:]], [*lines[:2], *lines[3:]],
                        [*lines[:3], lines[2], *lines[3:]], [*lines[:2], lines[3], lines[2], *lines[4:]]):
            self.assertEqual(checked_by_python("\n".join(changed))[0], 1)

    def test_an_export_of_many_pages_is_whole(self):
        found, after = [], ""
        with Engine("null:") as engine:
            engine.start_campaign(5)
            engine.wait_status("c1", "sent")
            engine.start_campaign(4)
            engine.wait_status("c2", "sent")
            while after is not None:
                page = engine.get("/v1/audit/export?limit=3" + (f"&after={after}" if after else ""))
                found += page["items"]
                after = page["next"]
            self.assertEqual(engine.run("audit", "export").stdout.splitlines(),
                             [json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in found])
        self.assertEqual(checked_by_python("\n".join(map(json.dumps, found)))[0], 0)

    def test_verify_finds_nothing_wrong_with_a_log_that_nobody_touched(self):
        done = self.both("audit", "verify")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("no fault found", done.stdout)
        self.assertEqual(json.loads(self.both("audit", "verify", "--json").stdout)["faults"], [])

    def test_a_seal_is_signed_with_the_folders_key_and_holds_while_the_log_grows(self):
        seal = json.loads(self.seal_file.read_text())
        self.assertEqual([head["campaign"] for head in seal["heads"]], [self.campaign, self.draft])
        self.assertEqual(seal["heads"][0]["number"], len(self.events()))
        self.assertEqual(seal["heads"][0]["hash"], self.events()[-1]["hash"])
        self.assertGreater(seal["house"]["number"], 3)
        self.assertIn(seal["public_key"], self.sealed.stdout)
        key = self.engine.data / "seal.key"
        self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600)
        self.assertTrue(key.read_text().startswith("-----BEGIN PRIVATE KEY-----"))
        self.assertEqual(self.verified_running.returncode, 0, self.verified_running.stdout)
        again = json.loads(self.engine.run("audit", "seal", data=True).stdout)
        self.assertEqual((again["public_key"], again["heads"]), (seal["public_key"], seal["heads"]))
        for more in ([], ["--public-key", seal["public_key"]]):
            done = self.engine.run("audit", "verify", "--seal", str(self.seal_file), *more, data=True)
            self.assertIn("no fault found", done.stdout)

    def test_a_seal_can_be_checked_with_openssl_alone(self):
        seal = json.loads(self.seal_file.read_text())
        folder = self.engine.folder
        lines = ["sluice seal 1", seal["at"], seal["public_key"],
                 *(f"{head['campaign']} {head['number']} {head['hash']}" for head in seal["heads"])]
        (folder / "signed").write_text("".join(line + "\n" for line in lines))
        (folder / "signature").write_bytes(bytes.fromhex(seal["signature"]))
        # The public key as RFC 8410 wraps it.
        (folder / "public.der").write_bytes(bytes.fromhex("302a300506032b6570032100" + seal["public_key"]))
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                               str(folder / "public.der"), "-rawin", "-in", str(folder / "signed"), "-sigfile",
                               str(folder / "signature")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_seal_that_was_altered_or_is_anothers_is_a_fault(self):
        seal = json.loads(self.seal_file.read_text())
        seal["heads"][0]["number"] += 1
        done = self.verify_against(seal)
        self.assertEqual(done.returncode, 4)
        self.assertIn("signature is wrong", done.stdout)
        own = self.engine.folder / "auditor.pem"
        others = json.loads(self.engine.run("audit", "seal", "--key", str(own), data=True).stdout)
        self.assertEqual(stat.S_IMODE(own.stat().st_mode), 0o600)
        self.assertEqual(self.verify_against(others).returncode, 0)
        done = self.verify_against(others, "--public-key", json.loads(self.seal_file.read_text())["public_key"])
        self.assertEqual(done.returncode, 4)
        self.assertIn("another key than the one given", done.stdout)
        self.assertEqual(self.verify_against({"format": "?"}).returncode, 1)

    def test_a_key_file_that_holds_no_key_is_refused_and_left_alone(self):
        file = self.engine.folder / "no.key"
        file.write_text("my notes\n")
        done = self.engine.run("audit", "seal", "--key", str(file), data=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(str(file), done.stderr)
        self.assertEqual(file.read_text(), "my notes\n")

    def verify_against(self, seal, *more):
        file = self.engine.folder / "other.json"
        file.write_text(json.dumps(seal))
        return self.engine.run("audit", "verify", "--seal", str(file), *more, data=True, check=False)


class Grown(unittest.TestCase):
    def test_a_seal_of_before_holds_after_the_log_has_grown(self):
        with Engine("null:") as engine:
            campaign = engine.create(engine.import_rows(10))
            file = engine.folder / "seal.json"
            engine.run("audit", "seal", "--out", str(file))
            engine.command(campaign, "start")
            engine.wait_status(campaign, "sent")
            self.assertEqual(engine.run("audit", "verify", "--seal", str(file)).returncode, 0)
            own = engine.folder / "own.pem"
            engine.run("audit", "seal", "--key", str(own), "--out", str(file))
            self.assertEqual(engine.run("audit", "verify", "--seal", str(file)).returncode, 0)


if __name__ == "__main__":
    unittest.main()
