"""What is kept no longer goes: campaigns that are over with their logs, lists with their addresses. By a wall clock that
somebody sets, since they are kept for days. What was sealed of them before holds, and a process that is killed while it
removes them leaves each whole or gone."""

import http.client
import json
import pathlib
import subprocess
import unittest

from engine import Engine, Refused, wait_until
from test_kill_at_sync import fatal
from wall_clock import PRELOADED as WALL_CLOCK
from wall_clock import Clock

CHECK_EXPORT = pathlib.Path(__file__).resolve().parents[1] / "e2e/check_export.py"
DAY = 86_400
KEPT = {"retention.campaigns": "2d", "retention.addresses": "3d"}


def grep(folder, text):
    """The files of a folder that have it somewhere."""
    return [str(file) for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


class Retention(unittest.TestCase):
    def engine(self, **settings):
        engine = Engine("null:", {**KEPT, **settings})
        self.addCleanup(engine.__exit__)
        engine.clock = Clock(engine.folder)
        engine.environment.update(engine.clock.environment())
        return engine

    def restart_after(self, engine, days):
        engine.kill9()
        engine.clock.jump(days * DAY)
        engine.start()

    def ids(self, engine):
        return [one["id"] for one in engine.get("/v1/campaigns?view=all")["items"]]

    def wait_for_campaigns(self, engine, *ids):
        wait_until(lambda: self.ids(engine) == list(ids), f"only {ids} to be left of {self.ids(engine)}")

    def refused(self, engine, method, path, body=None):
        with self.assertRaises(Refused) as refused:
            engine.http(method, path, body)
        return refused.exception.status, refused.exception.problem

    def sent(self, engine, audience, **fields):
        campaign = engine.create(audience, **fields)
        engine.command(campaign, "start")
        engine.wait_status(campaign, "sent")
        return campaign

    def seal(self, engine, name):
        file = engine.folder / name
        return file, json.loads(engine.run("audit", "seal", "--json", "--out", str(file)).stdout)["public_key"]

    def verify(self, engine, seal, key):
        done = engine.run("audit", "verify", "--seal", str(seal), "--public-key", key, "--json", data=True, check=False)
        report = json.loads(done.stdout)
        self.assertEqual((done.returncode, report["faults"]), (0, []))
        return report

    def assert_removed(self, engine, campaign):
        for method, path in (("GET", f"/v1/campaigns/{campaign}"), ("GET", f"/v1/campaigns/{campaign}/log"),
                             ("GET", f"/v1/campaigns/{campaign}/letters"), ("POST", f"/v1/campaigns/{campaign}/pause"),
                             ("POST", f"/v1/campaigns/{campaign}/copy"), ("GET", f"/v1/audit?campaign={campaign}")):
            with self.subTest(path):
                status, problem = self.refused(engine, method, path, {} if method == "POST" else None)
                self.assertEqual((status, problem["notice"]["code"]), (404, "campaign_removed"))
                self.assertEqual(problem["notice"]["campaign"], campaign)
                self.assertIn(f"{campaign} was removed on ", problem["detail"])

    def test_a_campaign_that_is_over_is_removed_and_the_seal_of_before_holds(self):
        engine = self.engine()
        engine.start()
        audience = engine.import_rows(300)
        first = self.sent(engine, audience)
        early, key = self.seal(engine, "early.json")
        highest = engine.create(audience, name="Never sent")
        partly, _ = self.seal(engine, "partly.json")
        engine.command(highest, "cancel")
        late, _ = self.seal(engine, "late.json")
        counts = engine.show(first)["counts"]
        key_of_create = {"Idempotency-Key": "once"}
        again = engine.post("/v1/campaigns", {"name": "Draft", "from": "a@b.example", "subject": "s", "text": "t"},
                            headers=key_of_create)["id"]
        engine.command(again, "cancel")
        self.restart_after(engine, 1)
        self.assertEqual(len(self.ids(engine)), 3)
        draft = engine.create(audience, name="Draft")
        self.restart_after(engine, 2.5)
        self.wait_for_campaigns(engine, draft)
        for campaign in (first, highest, again):
            self.assert_removed(engine, campaign)
        self.assertEqual(self.refused(engine, "GET", "/v1/campaigns/c99")[1]["notice"]["code"], "campaign_unknown")
        self.assertEqual(self.refused(engine, "POST", "/v1/campaigns/c99/pause", {})[1]["notice"]["code"],
                         "campaign_unknown")
        said = engine.run("show", first, check=False)
        self.assertNotEqual(said.returncode, 0)
        self.assertIn(f"{first} was removed on ", said.stderr)
        told = [one for one in engine.get("/v1/house/log?limit=1000")["items"] if one["t"] == "campaign_removed"]
        self.assertEqual([one["campaign"] for one in told], [int(one[1:]) for one in (first, highest, again)])
        self.assertEqual((told[0]["name"], told[0]["status"], told[0]["total"], told[0]["accepted"], told[0].get("by")),
                         ("Test", "sent", 300, counts["accepted"], None))
        self.assertIn(f'{first} "Test" removed; it was ', engine.run("audit", "log", "house").stdout)
        # The list is in use by the draft. Without that it goes, although all who used it are gone.
        self.assertEqual(engine.get(f"/v1/audiences/{audience}")["size"], 300)
        engine.http("DELETE", f"/v1/campaigns/{draft}")
        # What came twice under its key names the first, which is gone.
        status, problem = self.refused_create(engine, key_of_create)
        self.assertEqual((status, problem["notice"]["campaign"]), (404, again))
        self.restart_after(engine, 4)
        self.assertEqual(self.ids(engine), [])
        self.assertEqual(self.refused(engine, "GET", f"/v1/audiences/{audience}")[1]["notice"]["code"], "audience_deleted")
        self.assertGreater(int(engine.create(None)[1:]), int(draft[1:]))
        after, _ = self.seal(engine, "after.json")
        wait_until(lambda: not grep(engine.data, "r77@d17.example"), "the addresses to leave the disk")
        self.assertEqual(engine.stop(), 0)
        self.assertEqual(grep(engine.data, "r77@d17.example"), [])
        self.assertEqual(self.verify(engine, early, key)["remarks"], [])
        self.assertEqual(self.verify(engine, late, key)["remarks"], [])
        self.assertEqual(self.verify(engine, after, key)["remarks"], [])
        remark, = self.verify(engine, partly, key)["remarks"]
        self.assertEqual((remark["campaign"], remark["number"], remark["notice"]["code"]),
                         (highest, 1, "removed_since_sealed"))
        self.assertIn("can no longer be checked", engine.run("audit", "verify", "--seal", str(partly), data=True).stdout)
        everything = engine.run("audit", "export", "--everything", data=True).stdout
        for seal in (early, partly, late, after):
            checked = subprocess.run(["/usr/bin/python3", str(CHECK_EXPORT), str(seal), key], input=everything,
                                     capture_output=True, text=True)
            self.assertEqual(checked.returncode, 0, checked.stdout)
        # A log that is gone without a word stays a fault, to us and to others.
        silent = "".join(line for line in everything.splitlines(True) if f'"campaign_removed"' not in line)
        checked = subprocess.run(["/usr/bin/python3", str(CHECK_EXPORT), str(late), key], input=silent,
                                 capture_output=True, text=True)
        self.assertIn(f"{first} is not the log that was sealed", checked.stdout)

    def refused_create(self, engine, headers):
        with self.assertRaises(Refused) as refused:
            engine.post("/v1/campaigns", {"name": "Draft", "from": "a@b.example", "subject": "s", "text": "t"},
                        headers=headers)
        return refused.exception.status, refused.exception.problem

    def test_a_process_that_is_killed_at_any_sync_of_a_removal_leaves_each_campaign_whole_or_gone(self):
        engine = self.engine(**{"retention.addresses": "30d"})
        engine.start()
        audience = engine.import_rows(3)
        all_of_them = [self.sent(engine, audience, name=f"Number {number}") for number in range(8)]
        seal, key = self.seal(engine, "seal.json")
        engine.kill9()
        engine.clock.jump(3 * DAY)
        deaths = 0
        for number in range(1, 60):
            for moment in ("before", "after"):
                preloaded = fatal(number, moment)
                preloaded["LD_PRELOAD"] += ":" + WALL_CLOCK
                engine.spawn(preloaded)
                wait_until(lambda: self.is_dead_or_done(engine), "the engine to be killed, or all campaigns to be gone")
                deaths += engine.process.poll() is not None
                engine.kill9()
                self.verify(engine, seal, key)
            if self.gone(engine) == len(all_of_them):
                break
        self.assertGreater(deaths, 10)
        engine.start()
        self.assertEqual(self.ids(engine), [])
        self.assertEqual(int(engine.create(audience)[1:]), len(all_of_them) + 1)

    def is_dead_or_done(self, engine):
        try:
            return engine.process.poll() is not None or (engine.answers() and not self.ids(engine))
        except (OSError, http.client.HTTPException):
            return False  # killed while it was asked

    def gone(self, engine):
        lines = engine.run("audit", "export", "house", data=True).stdout.splitlines()
        return sum(json.loads(line)["event"]["t"] == "campaign_removed" for line in lines)

    def test_a_term_that_is_too_short_stops_the_start_with_what_is_allowed(self):
        engine = self.engine(**{"retention.campaigns": "1h"})
        code, said = engine.failing_start()
        self.assertEqual(code, 2)
        self.assertIn('"1h" is not 24h or longer, nor "0s" for never', said)


if __name__ == "__main__":
    unittest.main()
