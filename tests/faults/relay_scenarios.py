"""What scenarios with a sending server share: each has an engine and a server of its own, many play at the same time."""

import collections
import concurrent.futures
import re
import socket
import unittest

from engine import indices, wait_until

LETTERS = 8
AT_ONCE = 16  # scenarios
PATIENT = "30s"

SETTINGS = {"relay.connections": 2, "relay.reconnect_delay_first": "10ms", "relay.reconnect_delay_max": "50ms",
            "retry.delay_first": "50ms", "retry.delay_max": "100ms",
            **{f"relay.{name}_timeout": PATIENT for name in
               ("connect", "greeting", "command", "data", "block", "end_of_data", "idle")}}

CLOSED = r"closed the connection|reset by peer|Broken pipe"


def reserve_port():
    """A socket and its port: while it is open nobody gets the port who does not ask for it by number."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder, holder.getsockname()[1]


class RelayScenarios(unittest.TestCase):
    """What every scenario looks at."""

    def await_end(self, engine, campaign):
        """The counts of the campaign that has come to its end by itself."""
        view = engine.wait_status(campaign, "sent", 40)
        self.assertIsNone(view["relay_trouble"], "it is over and the relay still fails")
        self.assertEqual(view["counts"]["total"], view["counts"]["accepted"] + view["counts"]["refused"])
        return view["counts"]

    def times_in_doubt(self, engine, campaign):
        found = collections.Counter()
        for event in engine.events(campaign):
            for group in event.get("groups", []):
                if group["outcome"] == "in_doubt":
                    found.update(indices(group["letters"]))
        return found

    def await_trouble(self, engine, campaign, words):
        """The words that the user reads while the relay fails."""
        seen = wait_until(lambda: (trouble := engine.show(campaign)["relay_trouble"])
                          and re.search(words, trouble["text"]) and trouble, f"the trouble “{words}”", 20)
        told = engine.run("show", campaign).stdout
        # By then the next attempt may have failed in other words.
        failures = [event["text"] for event in engine.events(campaign) if event["t"] == "relay_failed"]
        self.assertTrue([text for text in failures if text in told], f"none of {failures} is in {told}")
        return seen["text"]

    def check_books(self, engine, campaign, server):
        """Every accepted letter is in the server's books, none twice that was not in doubt; the log is in order."""
        taken = server.taken()
        arrived = collections.Counter(letter.recipient for letter in taken)
        doubted = self.times_in_doubt(engine, campaign)
        for letter in engine.letters(campaign):
            times = arrived.pop(letter["email"], 0)
            if letter["outcome"] == "accepted":
                self.assertGreaterEqual(times, 1, f"{letter} was lost")
            self.assertLessEqual(times, doubted[letter["index"]] + (letter["outcome"] == "accepted"), letter)
            ids = {one.message_id for one in taken if one.recipient == letter["email"]}
            self.assertLessEqual(ids, {letter["message_id"]})
        self.assertFalse(arrived, "somebody got a letter who is no recipient")
        self.check_log(engine)
        return doubted

    def check_log(self, engine):
        self.assertEqual(engine.stop(), 0)
        audit = engine.verify()
        self.assertEqual(audit.returncode, 0, audit.stdout + audit.stderr)

    def assert_grouped(self, engine, campaign, words, count):
        found = [one["count"] for one in engine.get(f"/v1/campaigns/{campaign}/responses")["items"]
                 if " ".join(filter(None, (str(one["code"]), one["enhanced"], one["text"]))) == words]
        self.assertEqual(found, [count], "the reply is not grouped in the responses")


def promise(case, sentence, play):
    """A test of that name."""
    name = "test_" + re.sub(r"\W+", "_", sentence)
    assert not hasattr(case, name), name
    setattr(case, name, play)


class AtTheSameTime(unittest.TestSuite):
    """Begins all of its tests, and then asks one after the other what came of it."""

    def __init__(self, by_class, at_once=AT_ONCE):
        self.at_once = at_once
        super().__init__(test for tests in by_class for test in tests)

    def run(self, result, debug=False):
        with concurrent.futures.ThreadPoolExecutor(self.at_once) as pool:
            for test in self:
                name = test._testMethodName
                setattr(test, name, pool.submit(getattr(test, name)).result)
            return super().run(result, debug)
