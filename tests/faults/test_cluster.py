#!/usr/bin/env python3
"""Nodes that share a store: any of them takes any command, any may die, stop or leave, and nobody sends twice."""

import collections
import signal
import time
import unittest

from cluster_nodes import Cluster
from engine import Refused, indices, wait_until
from kills import number_of
from sink import Sink

# A letter that a second fault puts in doubt waits: not for the five minutes of an engine in use.
SETTINGS = {"relay.connections": 20, "retry.delay_first": "1s"}
LETTERS = 4000
CLAIMS_AGAIN_WITHIN = 3.5


class ClusterTest(unittest.TestCase):
    def enter(self, context):
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def sending(self, policy, letters=LETTERS, delay=0.01):
        """Three nodes, of which `a` sends a campaign, a few hundred letters of which have left."""
        self.sink = self.enter(Sink(delay=delay))
        self.cluster = self.enter(Cluster(self.sink.url, settings=SETTINGS))
        a, b = self.cluster["a"], self.cluster["b"]
        self.campaign = a.start_campaign(letters, on_doubt=policy)
        wait_until(lambda: self.sink.count() > 300, "letters to leave")
        return a, b

    def doubted(self, node):
        """How often each letter was in doubt, by the log."""
        found = collections.Counter()
        for event in node.events(self.campaign):
            for group in event.get("groups", []):
                if group["outcome"] == "in_doubt":
                    found.update(indices(group["letters"]))
        return found

    def check_counts(self, node, policy, letters=LETTERS):
        """Everybody has the letter; who has it twice was in doubt, and under `hold` nobody has."""
        counts = wait_until(lambda: (c := node.show(self.campaign)["counts"])["accepted"] + c["in_doubt"] == letters and c,
                            "all letters to be accepted or in doubt", 120, 0.1)
        doubted = self.doubted(node)
        arrived = collections.Counter(map(number_of, self.sink.taken()))
        for index, times in arrived.items():
            self.assertLessEqual(times - 1, doubted[index] if policy == "resend" else 0,
                                 f"letter {index} came {times} times, and was in doubt {doubted[index]} times")
        lost = set(range(letters)) - set(arrived)
        self.assertLessEqual(lost, set(doubted) if policy == "hold" else set(), "letters are lost")
        return counts, doubted

    def await_claims(self, since, before, seconds):
        """How long after `since` a letter left that had not left before."""
        wait_until(lambda: self.sink.count() > before, "letters to leave again", seconds)
        return next(letter.at for letter in self.sink.taken()[before:]) - since

    def test_any_node_shows_and_steers_any_campaign(self):
        sink = self.enter(Sink())
        cluster = self.enter(Cluster(sink.url, settings=SETTINGS))
        a, b, c = (cluster[name] for name in "abc")
        campaign = b.create(a.import_rows(40), plan={"parts": {"size": 1, "every": "1m"}})
        self.assertEqual(cluster.owner(campaign), "b")
        for node in (a, c): # at once: it may come to any node what another has answered
            self.assertEqual(node.show(campaign)["status"], "draft")
        self.assertTrue(c.command(campaign, "start")["changed"])
        for node in (a, b, c):
            node.wait_status(campaign, "sending")
        paused = a.command(campaign, "pause")
        self.assertEqual((paused["changed"], paused["status"]), (True, "paused"))
        self.assertFalse(c.command(campaign, "pause")["changed"])
        for node in (a, b, c):
            node.wait_status(campaign, "paused")
            self.assertEqual(node.show(campaign)["counts"]["accepted"], 1)
        with self.assertRaises(Refused) as refused:
            a.command(campaign, "approve")
        self.assertEqual(refused.exception.problem["code"], "not_allowed_now")
        c.command(campaign, "release")
        for node in (a, b, c):
            node.wait_status(campaign, "sent")
        self.assertEqual(len({letter.recipient for letter in sink.taken()}), 40)

    def test_a_command_with_a_key_is_one_whichever_node_it_comes_to(self):
        sink = self.enter(Sink())
        cluster = self.enter(Cluster(sink.url, "ab", settings=SETTINGS))
        a, b = cluster["a"], cluster["b"]
        campaign = a.start_campaign(40, plan={"parts": {"size": 1, "every": "1m"}})
        key = {"Idempotency-Key": "one"}
        first = b.command(campaign, "pause", headers=key)
        self.assertTrue(first["changed"])
        a.command(campaign, "resume")
        # It was given with another token: it is another's key, and counts as new.
        self.assertEqual(b.command(campaign, "pause", headers=key), first)

    def test_a_killed_node_is_taken_over_and_nobody_has_a_letter_twice_under_hold(self):
        a, b = self.sending("hold")
        a.kill9()
        died = time.time()
        wait_until(lambda: not self.sink.clients, "the sink to read what the dead node had sent")
        before = self.sink.count()
        took = self.await_claims(died, before, 15)
        self.assertLess(took, CLAIMS_AGAIN_WITHIN)
        counts, doubted = self.check_counts(b, "hold")
        self.assertEqual(counts["in_doubt"], len(doubted))
        self.assertLessEqual(len(doubted), 40)
        if doubted:
            self.cluster["c"].run("doubt", self.campaign, "--resend")
        b.wait_status(self.campaign, "sent")
        self.assertEqual(b.state_of("a"), "dead")
        a.start()  # as itself, with what it owns by now: nothing
        wait_until(lambda: b.state_of("a") == "live", "the node to be back")
        self.assertEqual(a.show(self.campaign)["counts"]["accepted"], LETTERS)

    def test_a_killed_node_is_taken_over_and_nobody_is_left_out_under_resend(self):
        a, b = self.sending("resend")
        a.kill9()
        self.check_counts(b, "resend")
        b.wait_status(self.campaign, "sent")

    def test_a_stopped_node_sends_nothing_once_it_goes_on(self):
        a, b = self.sending("hold")
        a.process.send_signal(signal.SIGSTOP)
        stopped = time.time()
        wait_until(lambda: self.cluster.owner(self.campaign) != "a", "others to take over", 10)
        self.assertLess(time.time() - stopped, CLAIMS_AGAIN_WITHIN)
        a.process.send_signal(signal.SIGCONT)
        self.check_counts(b, "hold")
        # It comes back as a new one, and takes commands.
        wait_until(lambda: a.answers() and b.state_of("a") == "live", "the node to be back", 20)
        self.assertEqual(a.command(self.campaign, "pause" if b.show(self.campaign)["status"] == "sending" else "cancel")
                         ["status"] in ("paused", "sent", "cancelled"), True)

    def test_a_node_that_leaves_hands_over_without_doubt(self):
        a, b = self.sending("hold")
        self.assertEqual(a.stop(), 0)
        counts, doubted = self.check_counts(b, "hold")
        self.assertEqual((counts["accepted"], len(doubted)), (LETTERS, 0))
        self.assertEqual(b.state_of("a"), "left")
        self.assertIn("left", [one["state"] for one in self.cluster["c"].cluster()["nodes"]])

    def test_a_node_that_is_drained_gives_what_it_owns_to_the_others(self):
        a, b = self.sending("hold")
        self.assertEqual(self.cluster["c"].run("cluster", "drain", "a").stdout, "a is drained\n")
        wait_until(lambda: self.cluster.owner(self.campaign) != "a", "others to own the campaign")
        counts, doubted = self.check_counts(b, "hold")
        self.assertEqual((counts["accepted"], len(doubted)), (LETTERS, 0))
        self.assertIn("drained", a.run("cluster", "status").stdout)
        with self.assertRaises(Refused) as refused:
            b.post("/v1/cluster/nodes/nobody/drain")
        self.assertEqual(refused.exception.status, 404)
        a.run("cluster", "undrain", "a")
        wait_until(lambda: b.state_of("a") == "live", "the node to take campaigns again")

    def test_a_database_that_is_killed_loses_nothing_and_doubles_nothing(self):
        a, b = self.sending("hold")
        self.cluster.database.kill()
        died = time.time()
        for node in (a, b):
            wait_until(lambda: not node.cluster()["store"]["takes_writes"], "the node to say that the database is away")
        self.assertGreater(time.time(), died)
        self.cluster.database.start()
        counts, _ = self.check_counts(b, "hold")
        self.assertEqual(counts["in_doubt"], 0)
        b.wait_status(self.campaign, "sent")
        # Nobody was declared dead because the database was away.
        self.assertEqual({one["state"] for one in b.cluster()["nodes"]}, {"live"})

    def test_everything_at_once(self):
        a, b = self.sending("resend")
        for node in self.cluster.nodes.values():
            node.kill9()
        self.cluster.database.kill()
        self.cluster.database.start()
        for node in self.cluster.nodes.values():
            node.spawn()
        for node in self.cluster.nodes.values():
            wait_until(node.is_ready, f"{node.name} to be back")
        self.check_counts(b, "resend")
        for node in self.cluster.nodes.values():
            node.wait_status(self.campaign, "sent")

    def test_tokens_and_suppressions_of_one_node_count_at_the_others(self):
        sink = self.enter(Sink())
        cluster = self.enter(Cluster(sink.url, "ab", settings=SETTINGS))
        a, b = cluster["a"], cluster["b"]
        made = a.post("/v1/tokens", {"name": "reader", "role": "viewer"})
        wait_until(lambda: "reader" in self.names_at(b), "the other node to know the token", 3)
        self.assertEqual(b.get("/v1/me", token=made["secret"])["name"], "reader")
        with self.assertRaises(Refused) as refused:
            b.post("/v1/tokens", {"name": "reader", "role": "viewer"})
        self.assertEqual(refused.exception.problem["code"], "conflict")
        a.http("DELETE", f"/v1/tokens/{made['id']}")
        wait_until(lambda: "reader" not in self.names_at(b), "the other node to know that it was revoked", 3)
        with self.assertRaises(Refused) as refused:
            b.get("/v1/me", token=made["secret"])
        self.assertEqual(refused.exception.status, 401)
        audience = a.import_rows(5)
        a.post("/v1/suppressions", {"items": [{"email": "r3@d3.example", "reason": "unsubscribed"}]})
        campaign = b.create(audience)
        b.command(campaign, "start")
        b.wait_status(campaign, "sent")
        self.assertEqual(b.show(campaign)["counts"]["skipped"], 1)

    def names_at(self, node):
        return [one["name"] for one in node.get("/v1/tokens")["items"]]


class BadStores(unittest.TestCase):
    """What a node is refused with, and that nothing was changed."""

    @classmethod
    def setUpClass(cls):
        cls.context = Cluster("null:", names="")
        cls.cluster = cls.context.__enter__()
        cls.addClassCleanup(cls.context.__exit__, None, None, None)

    def refused(self, expected, url=None, **settings):
        from cluster_nodes import Node
        with_url = url or self.cluster.database.url()
        node = Node("x", with_url, "null:", settings)
        self.addCleanup(node.__exit__)
        code, told = node.failing_start()
        self.assertNotEqual(code, 0)
        self.assertIn(expected, told)
        self.assertNotIn("hunter2", told)

    def test_a_database_that_is_not_there(self):
        self.refused("cannot reach the database", "postgresql://postgres:hunter2@127.0.0.1:1/postgres")

    def test_a_database_that_could_lose_what_it_acknowledged(self):
        self.refused("synchronous_standby_names", **{"store.accept_single": "false"})

    def test_a_role_without_rights(self):
        self.cluster.database.sql("CREATE ROLE weak LOGIN")
        self.refused("lacks a right", self.cluster.database.url(user="weak"))
        self.assertEqual(self.cluster.database.sql("SELECT to_regclass('sluice.cluster')"), "")

    def test_a_name_that_another_node_has(self):
        database = self.cluster.database
        database.sql("CREATE DATABASE named")
        from cluster_nodes import Node
        first = Node("x", database.url("named"), "null:")
        with first:
            self.refused("a node named x is in this cluster", database.url("named"))

    def test_a_store_of_a_newer_engine(self):
        database = self.cluster.database
        database.sql("CREATE DATABASE newer")
        from cluster_nodes import Node
        with Node("x", database.url("newer"), "null:"):
            pass
        database.sql("UPDATE sluice.cluster SET format = 99", "newer")
        self.refused("start the newer engine", database.url("newer"))


if __name__ == "__main__":
    unittest.main()
