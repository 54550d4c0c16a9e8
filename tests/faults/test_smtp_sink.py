"""Postfix's smtp-sink misbehaves on request too: it hangs up, says 421, or refuses, at a command of one's choice."""

import os
import socket
import subprocess
import unittest

from engine import Engine, wait_until
from hostile_server import HostileServer
from relay_scenarios import CLOSED, LETTERS, SETTINGS, AtTheSameTime, RelayScenarios, promise, reserve_port

# Flag, command, what the user reads while it lasts.
TROUBLES = [
    *(("-q", command, CLOSED) for command in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA")),
    *(("-Q", command, "421 ") for command in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", ".")),
    ("-f", "CONNECT", "does not take us: 500 5.3.0"), ("-r", "CONNECT", "does not take us: 450 4.3.0"),
    ("-f", "EHLO,HELO", "does not take our greeting: 500 5.3.0"), ("-r", "EHLO", "does not take our greeting: 450 4.3.0"),
]
COMMANDS_OF_A_LETTER = ("MAIL", "RCPT", "DATA", ".")
HARMLESS = [("-f", "EHLO"), ("-e",), ("-p",), ("-8",), ("-q", "QUIT"), ("-Q", "QUIT"), ("-f", "QUIT"), ("-r", "QUIT")]


class SmtpSink:
    def __init__(self, *flags):
        self.holder, self.port = reserve_port()
        as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(["/usr/sbin/smtp-sink", *as_nobody, *flags, f"127.0.0.1:{self.port}", "100"],
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        wait_until(self.listens, "smtp-sink to listen")
        return self

    def __exit__(self, *_):
        self.kill()
        self.holder.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def engine(self, **settings):
        return Engine(f"smtp://127.0.0.1:{self.port}", {**SETTINGS, **settings})


class Sink(RelayScenarios):
    def end_with_a_good_server(self, engine, campaign, sink):
        """The bad one goes, a good one comes in its place: what is left arrives there."""
        sink.kill()
        with HostileServer(port=sink.port) as server:
            self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
            return self.check_books(engine, campaign, server)

    def end_without_doubt(self, engine, campaign, sink, command):
        self.assertFalse(self.times_in_doubt(engine, campaign), "a letter was in doubt")
        doubted = self.end_with_a_good_server(engine, campaign, sink)
        if command != ".":  # where it gets that far, its end may leave letters in doubt that await its reply
            self.assertFalse(doubted, "a letter was in doubt")

    def play_trouble(self, flag, command, words):
        with SmtpSink(flag, command) as sink, sink.engine() as engine:
            campaign = engine.start_campaign(LETTERS)
            self.await_trouble(engine, campaign, words)
            self.end_without_doubt(engine, campaign, sink, command)

    def play_harmless(self, *flags):
        with SmtpSink(*flags) as sink, sink.engine(**{"relay.letters_per_connection": 3}) as engine:
            campaign = engine.start_campaign(LETTERS)
            self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
            self.assertNotIn("relay_failed", [event["t"] for event in engine.events(campaign)])
            self.assertFalse(self.times_in_doubt(engine, campaign))
            self.check_log(engine)

    def play_refusal(self, flags, words):
        """Fewer than ten are tried once more, and then they are final."""
        with SmtpSink(*flags) as sink, sink.engine() as engine:
            campaign = engine.start_campaign(LETTERS)
            self.assertEqual(self.await_end(engine, campaign)["refused"], LETTERS)
            self.assert_grouped(engine, campaign, words, 2 * LETTERS)
            self.check_log(engine)

    def play_delay(self, command):
        """The same words to all of them are not about any of them."""
        with SmtpSink("-r", command) as sink, sink.engine(**{"retry.delay_first": "1s", "retry.delay_max": "1s"}) as engine:
            campaign = engine.start_campaign(LETTERS)
            wait_until(lambda: sum(one["count"] for one in engine.get(f"/v1/campaigns/{campaign}/responses")["items"]
                                   if one["code"] == 450) > 3, "some to be put off")
            self.assertEqual(engine.show(campaign)["counts"]["refused"], 0)
            self.end_without_doubt(engine, campaign, sink, command)

    def test_a_sink_that_refuses_behind_its_354_and_hangs_up_has_refused_each_letter(self):
        self.play_refusal(("-A", "0"), "550 This violates SMTP")

    def test_a_sink_that_hangs_up_at_the_end_of_data_leaves_letters_in_doubt_and_none_is_lost(self):
        with SmtpSink("-q", ".") as sink, sink.engine() as engine:
            campaign = engine.start_campaign(LETTERS)
            self.await_trouble(engine, campaign, CLOSED)
            self.assertTrue(self.end_with_a_good_server(engine, campaign, sink))

    def test_a_sink_that_hangs_up_at_the_end_of_data_gets_no_held_letter_twice(self):
        with SmtpSink("-q", ".") as sink, sink.engine() as engine:
            campaign = engine.start_campaign(LETTERS, on_doubt="hold")
            wait_until(lambda: engine.show(campaign)["counts"]["in_doubt"] == LETTERS, "all letters to be in doubt")
            self.assertEqual(set(self.times_in_doubt(engine, campaign).values()), {1})
            self.check_log(engine)


def add_scenarios():
    ways = {"-q": "hangs up", "-Q": "says 421", "-f": "refuses for good", "-r": "refuses for now"}
    for flag, command, words in TROUBLES:
        promise(Sink, f"a sink that {ways[flag]} at {command.replace('.', 'the end of data')} is named as the trouble and "
                      f"the campaign goes on by itself",
                lambda self, row=(flag, command, words): self.play_trouble(*row))
    for command in COMMANDS_OF_A_LETTER:
        where = command.replace(".", "the end of data")
        promise(Sink, f"a sink that does not know {where} is named as the trouble and the campaign goes on by itself",
                lambda self, command=command: self.play_trouble("-f", command, "500 5.3.0 Error: command failed"))
        if command == "MAIL":
            promise(Sink, "a sink that puts off MAIL for its own sake is named as the trouble",
                    lambda self: self.play_trouble("-r", "MAIL", "450 4.3.0 Error: command failed"))
            continue
        promise(Sink, f"a sink that puts off {where} gets the letters again later",
                lambda self, command=command: self.play_delay(command))
    for flags in HARMLESS:
        promise(Sink, f"a sink run with {' '.join(flags)} takes every letter",
                lambda self, flags=flags: self.play_harmless(*flags))


add_scenarios()


def load_tests(_, by_class, __):
    return AtTheSameTime(by_class)


if __name__ == "__main__":
    unittest.main()
