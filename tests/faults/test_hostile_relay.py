"""The sending server is hostile at every step. Of each misbehaviour: what the user sees, that no letter is lost or
arrives twice unless it was in doubt, and that the campaign goes on by itself when the server behaves."""

import collections
import re
import unittest

from engine import Engine, wait_until
from hostile_server import CHUNKING, IN_STEPS, PIPELINING, Certificates, HostileServer
from misbehaviours import (SHUTTING_DOWN, as_a_stranger, cut, endless_line, endless_reply, garbage, half_a_line,
                           half_a_line_and_cut, in_many_lines, in_pieces, late, reset, says, says_and_cuts,
                           says_and_stalls, silence, stray_refusal, twice, two_codes, with_odd_bytes)
from relay_scenarios import (CLOSED, LETTERS, PATIENT, SETTINGS, AtTheSameTime, RelayScenarios, promise,
                             reserve_port)

SOON = "500ms"  # a timeout that the scenario waits for

# Which timeout ends the wait at a step.
TIMEOUT_AT = {"greeting": "greeting", "TLS": "connect", "DATA": "data", "message": "block", ".": "end_of_data"}

# A text that the sockets' buffers do not take whole; twice in a letter, in base64, it is near the 2 MiB limit.
LARGE = ("é" + "x" * 58 + "\n") * 11_000

# What ends the connection, and what the user reads of it; at any step with a reply.
AT_ANY_STEP = [
    (silence, "no reply within " + SOON), (half_a_line, "no reply within " + SOON),
    (cut, CLOSED), (reset, CLOSED), (half_a_line_and_cut, CLOSED),
    (garbage, "no SMTP reply"), (two_codes, "lines have different codes"),
    (endless_line, "a reply line of more than 4 KiB"), (endless_reply, "a reply of more than 64 KiB"),
]
WAITS = {silence, half_a_line, late}

STARTTLS = (b"STARTTLS", *PIPELINING)
AUTH = (b"AUTH PLAIN LOGIN", *PIPELINING)


def at_commands():
    """MAIL, RCPT and DATA: (step, misbehaviour, what the user reads)."""
    for step in ("MAIL", "RCPT", "DATA"):
        for how, words in [*AT_ANY_STEP, (says_and_cuts(SHUTTING_DOWN), "closes the connection: 421 4.3.2 shutting down")]:
            yield step, how, words
    yield "MAIL", says(b"354 go on\r\n"), "answers MAIL or RCPT with 354 go on"
    yield "RCPT", says(b"354 go on\r\n"), "answers MAIL or RCPT with 354 go on"
    yield "DATA", says(b"250 2.0.0 Ok\r\n"), "answers DATA with 250 2.0.0 Ok"
    yield "DATA", twice, "a reply to nothing: 354 go on"


def troubles():
    """(step, misbehaviour, what the user reads, what the server offers, more of the relay's URL)."""
    for how, words in AT_ANY_STEP:
        yield "greeting", how, words, {}, {}
        yield "EHLO", how, words, {}, {}
        yield "STARTTLS", how, words, {"offers": STARTTLS}, {"options": "?tls=require"}
        yield "AUTH", how, words, {"offers": AUTH}, {"user": "shop:secret@"}
    for text in (b"554 5.3.2 not today\r\n", b"450 4.3.2 too busy\r\n", SHUTTING_DOWN):
        yield "greeting", says_and_cuts(text), "does not take us: " + text.decode().strip(), {}, {}
        yield "EHLO", says_and_cuts(text), text.decode().strip() + "|" + CLOSED, {}, {}
    yield "greeting", twice, "a reply to nothing: 220 hostile.example", {}, {}
    yield "EHLO", twice, "a reply to nothing: 250 hostile.example", {}, {}
    yield "AUTH", twice, "a reply to nothing: 235 2.7.0 welcome", {"offers": AUTH}, {"user": "shop:secret@"}
    yield "EHLO", says(b"220 hostile.example ESMTP\r\n"), "does not take our greeting: 220", {}, {}
    yield "EHLO", says(b"354 go on\r\n"), "does not take our greeting: 354", {}, {}
    yield "EHLO", says(b"250 hostile.example\r\n" + SHUTTING_DOWN), "closes the connection: 421", {}, {}
    yield "STARTTLS", says(b"454 4.7.0 not now\r\n"), "STARTTLS failed: 454 4.7.0 not now", \
        {"offers": STARTTLS}, {"options": "?tls=require"}
    yield "EHLO", says(b"250 no TLS here\r\n"), "does not offer STARTTLS", {"offers": STARTTLS}, \
        {"options": "?tls=require"}
    for url in ({}, {"options": "?tls=require"}, {"scheme": "smtps"}):
        offers = {"tls_at_once": True} if url.get("scheme") else {"offers": STARTTLS}
        yield "TLS", silence, "TLS failed: no answer in time", offers, url
        yield "TLS", cut, "TLS failed: (it )?(" + CLOSED + ")", offers, url
        yield "TLS", says_and_cuts(b"250 spoken in clear\r\n"), "TLS failed: ", offers, url
        if url:
            yield "TLS", as_a_stranger, "TLS failed: its certificate is not trusted", offers, url
    for text in (b"535 5.7.8 wrong password\r\n", b"454 4.7.0 try later\r\n"):
        yield "AUTH", says(text), r"refuses the login by \w+: " + re.escape(text.decode().strip()), \
            {"offers": AUTH}, {"user": "shop:secret@"}
    yield "AUTH", says(b"334 and then?\r\n"), r"the login by \w+ failed: ", {"offers": AUTH}, {"user": "shop:secret@"}
    yield "EHLO", says(b"250 nobody logs in here\r\n"), "no way to log in that can be used", {"offers": AUTH}, \
        {"user": "shop:secret@"}
    for step, how, words in at_commands():
        yield step, how, words, {}, {}
        yield step, how, words, {"offers": IN_STEPS}, {}
    yield "MAIL", twice, "answers DATA with 250 2.0.0 Ok", {}, {}
    yield "MAIL", stray_refusal, "answers DATA with 250 2.0.0 Ok", {}, {}
    yield "MAIL", stray_refusal, "a reply to nothing: 250 2.0.0 Ok", {"offers": IN_STEPS}, {}
    for how, words in [(cut, CLOSED), (says_and_stalls(b""), "takes no more of the message for " + SOON),
                       (says_and_stalls(SHUTTING_DOWN), "closes the connection: 421 4.3.2 shutting down"),
                       (says_and_stalls(b"250 2.0.0 taken\r\n"), "takes a message over before its end: 250 2.0.0 taken"),
                       (says_and_stalls(b"what is this\r\n"), "no SMTP reply")]:
        yield "message", how, words, {}, {}
    yield ".", says(SHUTTING_DOWN), "closes the connection: 421 4.3.2 shutting down", {}, {}


# At the end of data: what of it stands in the letter's last reply.
DOUBTS = [*AT_ANY_STEP, (late, "no reply within " + SOON), (says(b"354 go on\r\n"), "answers the end of data with 354")]

# What it refuses at which step, and whether for good.
VERDICTS = [(step, says(text)) for step in ("RCPT", "DATA", ".") for text in
            (b"451 4.2.0 try later\r\n", b"452 4.2.2 no room\r\n", b"550 5.1.1 no such user\r\n")]

# What is no trouble at all.
HARMLESS = [(step, how) for step in ("greeting", "EHLO", "MAIL", "RCPT", "DATA", ".")
            for how in (in_pieces, in_many_lines, with_odd_bytes)]


def settings_for(step, how):
    is_awaited = how in WAITS or (how.words == "reads no more") or (step == "TLS" and how is silence)
    return {**SETTINGS, f"relay.{TIMEOUT_AT.get(step, 'command')}_timeout": SOON} if is_awaited else SETTINGS


class HostileRelay(RelayScenarios):
    certificates = None

    def engine_for(self, server, settings=SETTINGS, **url):
        return Engine(server.url(**url), {**settings, "relay.ca_file": self.certificates.trusted_file})

    def start(self, engine, large=False, **fields):
        if large:
            fields.update(text=LARGE, html=LARGE)
        return engine.start_campaign(2 if large else LETTERS, **fields)

    def play_trouble(self, step, how, words, offers, url):
        with HostileServer(**offers, certificates=self.certificates) as server:
            server.misbehave(step, how)
            with self.engine_for(server, settings_for(step, how), **url) as engine:
                campaign = self.start(engine, large=step == "message")
                seen = self.await_trouble(engine, campaign, words)
                counts = engine.show(campaign)["counts"]
                self.assertEqual(counts["pending"] + counts["in_flight"], counts["total"])
                server.behave()
                self.assertEqual(self.await_end(engine, campaign)["accepted"], counts["total"])
                self.assertNotIn("secret", engine.log() + seen)
                self.assertFalse(self.check_books(engine, campaign, server), "a letter was in doubt")

    def play_doubt(self, policy, how, words, offers=PIPELINING, **url):
        with HostileServer(offers) as server:
            server.misbehave(".", how, times=2)
            with self.engine_for(server, settings_for(".", how), **url) as engine:
                campaign = self.start(engine, on_doubt=policy)
                if policy == "hold":
                    self.settle_doubt(engine, campaign, server, words)
                self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
                said = [one for one in engine.get(f"/v1/campaigns/{campaign}/responses")["items"] if not one["code"]]
                self.assertTrue(any(re.search(f"no reply to the end of data; .*({words})", one["text"]) for one in said),
                                said)
                self.assertEqual(sum(self.check_books(engine, campaign, server).values()), len(server.taken()) - LETTERS)
                for text in server.unanswered:
                    self.assertNotIn(b"\r\n.\r\n", text, "a letter was ended on a connection with a reply missing")

    def settle_doubt(self, engine, campaign, server, words):
        """Held letters wait, listed with what is known, until a person decides; none has arrived twice."""
        wait_until(lambda: (c := engine.show(campaign)["counts"])["accepted"] + c["in_doubt"] == LETTERS,
                   "all letters to be accepted or in doubt")
        listed = engine.ask("doubt", campaign)["items"]
        self.assertEqual(len(listed), len(self.times_in_doubt(engine, campaign)))
        self.assertGreaterEqual(len(listed), 2)
        for one in engine.letters(campaign):
            if one["outcome"] == "in_doubt":
                self.assertRegex(one["last_reply"]["text"], words)
        self.assertEqual(len({one.recipient for one in server.taken()}), len(server.taken()))
        engine.run("doubt", campaign, "--resend")

    def play_verdict(self, offers, step, how, **url):
        is_final = how.words.startswith("says 5")
        with HostileServer(offers) as server:
            server.misbehave(step, how, times=3)
            with self.engine_for(server, **url) as engine:
                campaign = self.start(engine)
                counts = self.await_end(engine, campaign)
                self.assertEqual(counts["refused"], 3 if is_final else 0)
                self.assert_grouped(engine, campaign, how.words.removeprefix("says "), 3)
                self.assertFalse(self.check_books(engine, campaign, server), "a letter was in doubt")

    def play_harmless(self, prepare, offers=PIPELINING, settings=None, refused=0, **url):
        """Nobody needs to hear of it."""
        with HostileServer(offers, self.certificates) as server:
            prepare(server)
            with self.engine_for(server, {**SETTINGS, **(settings or {})}, **url) as engine:
                campaign = self.start(engine)
                self.assertEqual(self.await_end(engine, campaign)["refused"], refused)
                self.assertNotIn("relay_failed", [event["t"] for event in engine.events(campaign)])
                self.assertFalse(self.check_books(engine, campaign, server), "a letter was in doubt")

    def play_reset(self, how):
        with HostileServer() as server:
            server.refusals["r1@d1.example"] = b"550 5.1.1 no such user\r\n"
            server.misbehave("RSET", how, times=1)
            with self.engine_for(server, {**settings_for("RSET", how), "relay.connections": 1}) as engine:
                campaign = self.start(engine)
                self.assertEqual(self.await_end(engine, campaign)["refused"], 1)
                self.assertNotIn("RSET", server.planned, "the step never came")
                self.assertFalse(self.check_books(engine, campaign, server), "a letter was in doubt")

    def test_a_recipient_is_refused_although_the_server_goes_on_to_take_data(self):
        with HostileServer() as server:
            server.misbehave("RCPT", says(b"550 5.1.1 no such user\r\n"), times=1)
            server.misbehave("DATA", says(b"354 go on\r\n"), times=1)
            with self.engine_for(server, {**SETTINGS, "relay.connections": 1}) as engine:
                campaign = self.start(engine)
                self.assertEqual(self.await_end(engine, campaign)["refused"], 1)
                self.assert_grouped(engine, campaign, "550 5.1.1 no such user", 1)
                self.assertFalse(self.check_books(engine, campaign, server))
                self.assertEqual(len(server.taken()), LETTERS - 1)

    def test_a_refusal_amid_a_message_is_the_letter_s_and_the_others_go_on(self):
        for text in (b"552 5.3.4 too large\r\n", b"452 4.2.2 no room\r\n"):
            with HostileServer() as server:
                server.misbehave("message", says_and_stalls(text), times=1)
                with self.engine_for(server, {**SETTINGS, "retry.delay_first": "1s", "retry.delay_max": "1s"}) as engine:
                    campaign = self.start(engine, large=True)
                    wait_until(lambda: engine.show(campaign)["counts"]["deferred"] == 1, "one letter to be put off")
                    server.behave()
                    self.assertEqual(self.await_end(engine, campaign)["refused"], 0)
                    self.assert_grouped(engine, campaign, text.decode().strip(), 1)
                    self.assertFalse(self.check_books(engine, campaign, server))

    def test_what_is_said_in_clear_behind_the_answer_to_STARTTLS_is_forgotten(self):
        injected = b"220 go on\r\n250-evil.example\r\n250-SIZE 1\r\n250 AUTH PLAIN\r\n"
        self.play_harmless(lambda server: server.misbehave("STARTTLS", says(injected)), STARTTLS,
                           options="?tls=require")

    def test_a_server_that_breaks_off_after_every_letter_does_not_get_it_over_and_over(self):
        with HostileServer() as server:
            server.misbehave(".", cut)
            with self.engine_for(server, {**SETTINGS, "retry.delay_first": "1h", "retry.delay_max": "1h"}) as engine:
                campaign = self.start(engine)
                wait_until(lambda: engine.show(campaign)["counts"]["deferred"] == LETTERS, "all letters to wait")
                self.assertEqual(set(self.times_in_doubt(engine, campaign).values()), {2})
                self.assertLessEqual(max(collections.Counter(one.recipient for one in server.taken()).values(), default=0), 2)
                said = engine.ask("why", campaign, "r1@d1.example")
                self.assertEqual(said["code"], "deferred")
                engine.command(campaign, "cancel")
                self.check_books(engine, campaign, server)

    def test_nothing_is_sent_behind_an_end_of_data_before_its_reply(self):
        with HostileServer() as server, self.engine_for(server) as engine:
            campaign = self.start(engine)
            self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
            self.assertEqual(server.ahead, 0)

    def test_a_server_that_says_503_to_what_comes_behind_an_end_of_data_costs_no_letter(self):
        with HostileServer() as server:
            server.refuses_ahead = True
            with self.engine_for(server, {**SETTINGS, "relay.connections": 1}, options="?pipelining=full") as engine:
                campaign = self.start(engine)
                self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
                self.assertEqual(server.ahead, 1, "it went on as if nothing had been said")
                self.assertEqual(engine.log().count("from now on pipelining=commands"), 1)
                self.assertNotIn("relay_failed", [event["t"] for event in engine.events(campaign)])
                self.assertFalse(self.check_books(engine, campaign, server), "a letter was in doubt")

    def test_where_TLS_is_not_required_a_server_that_nobody_vouches_for_is_spoken_to_under_TLS(self):
        with HostileServer(STARTTLS, self.certificates) as server, Engine(server.url(), SETTINGS) as engine:
            campaign = self.start(engine)
            self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
            self.assertTrue(all(session.is_under_tls for session in server.sessions))
            self.assertFalse(self.check_books(engine, campaign, server), "a letter was in doubt")

    def test_smtps_to_a_server_that_greets_in_clear_is_told_what_to_change(self):
        with HostileServer() as server, Engine(server.url("smtps"), SETTINGS) as engine:
            self.await_trouble(engine, self.start(engine), r"does not speak TLS at once; is it smtp://\?")

    def test_a_wrong_password_costs_one_login_although_there_are_twenty_connections(self):
        with HostileServer(AUTH) as server:
            server.misbehave("AUTH", says(b"535 5.7.8 wrong password\r\n"))
            settings = {**SETTINGS, "relay.connections": 20, "relay.reconnect_delay_max": "1m"}
            with self.engine_for(server, settings, user="shop:secret@") as engine:
                self.await_trouble(engine, engine.start_campaign(100), "535 5.7.8 wrong password")
                self.assertEqual(server.connections, 1)

    def test_smtp_to_a_server_that_waits_for_TLS_is_told_while_it_waits(self):
        with HostileServer(tls_at_once=True, certificates=self.certificates) as server, \
                Engine(server.url(), SETTINGS) as engine:
            self.await_trouble(engine, self.start(engine), "connected, and no greeting yet; does it speak TLS at once")

    def test_by_BDAT_a_connection_that_is_cut_before_the_reply_to_MAIL_costs_no_letter(self):
        with HostileServer(CHUNKING) as server:
            server.misbehave("MAIL", cut, times=6)
            with self.engine_for(server, options="?chunking=on") as engine:
                campaign = self.start(engine)
                self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
                self.check_books(engine, campaign, server)

    def test_letters_leave_by_BDAT_where_it_is_asked_for_and_offered(self):
        with HostileServer(CHUNKING) as server, self.engine_for(server, options="?chunking=on") as engine:
            campaign = self.start(engine)
            self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
            self.assertGreater(server.chunks, 0)
            self.assertFalse(self.check_books(engine, campaign, server), "a letter was in doubt")

    def test_where_TLS_is_not_required_a_refused_STARTTLS_is_gone_without(self):
        self.play_harmless(lambda server: server.misbehave("STARTTLS", says(b"454 4.7.0 not now\r\n")), STARTTLS)

    def test_a_connection_that_the_server_closes_while_idle_is_no_trouble(self):
        for text in (SHUTTING_DOWN, b""):
            with HostileServer() as server, self.engine_for(server) as engine:
                for _ in range(3):
                    campaign = self.start(engine)
                    self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
                    self.assertNotIn("relay_failed", [event["t"] for event in engine.events(campaign)])
                    self.assertTrue(server.sessions)
                    server.end_all(text)
                self.assertEqual(len(server.taken()), 3 * LETTERS)

    def test_a_server_that_is_not_there_is_named_and_the_campaign_goes_on_when_it_is(self):
        holder, port = reserve_port()
        with holder, Engine(f"smtp://127.0.0.1:{port}", SETTINGS) as engine:
            campaign = self.start(engine)
            self.await_trouble(engine, campaign, "cannot connect: Connection refused")
            with HostileServer(port=port) as server:
                self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
                self.check_books(engine, campaign, server)

    def test_a_server_that_comes_back_with_another_fault_is_named_with_that_one(self):
        holder, port = reserve_port()
        with holder, Engine(f"smtp://shop:secret@127.0.0.1:{port}", SETTINGS) as engine:
            campaign = self.start(engine)
            self.await_trouble(engine, campaign, "cannot connect: Connection refused")
            since = engine.show(campaign)["relay_trouble"]["since"]
            server = HostileServer(AUTH, port=port)
            server.misbehave("AUTH", says(b"535 5.7.8 wrong password\r\n"))
            with server:
                self.await_trouble(engine, campaign, "refuses the login by PLAIN: 535 5.7.8 wrong password")
                self.assertEqual(engine.show(campaign)["relay_trouble"]["since"], since)
                server.behave()
                self.assertEqual(self.await_end(engine, campaign)["accepted"], LETTERS)
                self.check_books(engine, campaign, server)

    def test_a_server_that_says_421_behind_its_answer_to_EHLO_is_asked_again_after_growing_delays(self):
        with HostileServer() as server:
            server.misbehave("EHLO", says(b"250 hostile.example\r\n" + SHUTTING_DOWN))
            with self.engine_for(server, {**SETTINGS, "relay.reconnect_delay_first": "1m",
                                           "relay.reconnect_delay_max": "1m"}) as engine:
                campaign = self.start(engine)
                wait_until(lambda: engine.show(campaign)["relay_trouble"], "the trouble")
                self.assertLessEqual(server.connections, 2)


def add_scenarios():
    for step, how, words, offers, url in troubles():
        where = " ".join(filter(None, [
            "amid a message" if step == "message" else f"at {'the end of data' if step == '.' else step}",
            "command by command" if offers.get("offers") == IN_STEPS else "",
            "of " + url["scheme"] if "scheme" in url else "", "where TLS is required" if "options" in url else ""]))
        promise(HostileRelay, f"a server that {how.words} {where} is named as the trouble and the campaign goes on by itself",
                lambda self, row=(step, how, words, offers, url): self.play_trouble(*row))
    for how, words in DOUBTS:
        for policy, fate in (("resend", "it is sent again under the same Message-ID"),
                             ("hold", "it waits, listed, for a person")):
            promise(HostileRelay, f"a server that {how.words} at the end of data leaves the letter in doubt and {fate}",
                    lambda self, row=(policy, how, words): self.play_doubt(*row))
    for offers, pace in ((PIPELINING, ""), (IN_STEPS, "command by command ")):
        for step, how in VERDICTS:
            fate = "refuses that letter for good" if how.words.startswith("says 5") else "gets that letter again later"
            promise(HostileRelay, f"a server that {how.words} at {'the end of data' if step == '.' else step} {pace}{fate}",
                    lambda self, row=(offers, step, how): self.play_verdict(*row))
    for how, words in DOUBTS:
        promise(HostileRelay, f"a server that {how.words} behind BDAT leaves the letter in doubt and it is sent again",
                lambda self, row=("resend", how, words): self.play_doubt(*row, CHUNKING, options="?chunking=on"))
    for step, how in ((step, how) for step, how in VERDICTS if step != "DATA"):  # which letters by BDAT do not have
        promise(HostileRelay, f"a server that {how.words} at {'the end' if step == '.' else step} of a letter by BDAT means that letter",
                lambda self, row=(CHUNKING, step, how): self.play_verdict(*row, options="?chunking=on"))
    for step, how in HARMLESS:
        promise(HostileRelay, f"a server that {how.words} at {'the end of data' if step == '.' else step} is as good as any",
                lambda self, step=step, how=how: self.play_harmless(lambda server: server.misbehave(step, how)))
    for how in (*(one for one, _ in AT_ANY_STEP), says(b"500 what\r\n"), says_and_cuts(SHUTTING_DOWN)):
        promise(HostileRelay, f"a server that {how.words} at QUIT does no harm",
                lambda self, how=how: self.play_harmless(
                    lambda server: server.misbehave("QUIT", how),
                    settings={"relay.letters_per_connection": 3, "relay.command_timeout": SOON if how in WAITS else PATIENT}))
        promise(HostileRelay, f"a server that {how.words} at RSET is left and the letters leave on another connection",
                lambda self, how=how: self.play_reset(how))


add_scenarios()


def load_tests(_, by_class, __):
    HostileRelay.certificates = Certificates()
    return AtTheSameTime(by_class)


if __name__ == "__main__":
    unittest.main()
