"""People sign in through a real provider of OpenID Connect, with the real engine."""

import json
import unittest
import urllib.parse

from engine import Engine, Refused, free_port
from sign_in_provider import Browser, Provider, SigningEngine


def callback(engine):
    return engine.url + "/sign-in/callback"


def fault_in(url):
    """The notice that the page is sent back with."""
    return json.loads(urllib.parse.unquote(urllib.parse.urlsplit(url).fragment.removeprefix("sign-in=")))


class Signing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.provider = Provider(f"http://127.0.0.1:{port}/sign-in/callback").__enter__()
        cls.engine = SigningEngine(cls.provider.url, port).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.engine.__exit__()
        cls.provider.__exit__()

    def signed_in(self, name):
        browser = Browser()
        self.assertEqual(browser.sign_in(self.engine, name), self.engine.url + "/")
        return browser

    def house(self, kind):
        return [one for one in self.engine.get("/v1/house/log?limit=10000")["items"] if one["t"] == kind]

    def test_each_person_is_what_the_provider_s_groups_say(self):
        for name, role in (("ada", "admin"), ("olga", "operator"), ("maria", "moderator"), ("walter", "watcher")):
            status, me = self.signed_in(name).json("GET", self.engine.url + "/v1/me")
            self.assertEqual((status, me["name"], me["role"]), (200, name, role))
            self.assertTrue(me["csrf"])
            event = self.house("signed_in")[-1]
            self.assertEqual((event["by"], event["role"]), (name, role))
            self.assertTrue(event["token"].startswith("oidc:"))

    def test_who_is_nothing_there_is_told_so_and_has_no_session(self):
        browser = Browser()
        fault = fault_in(browser.sign_in(self.engine, "stranger"))
        self.assertEqual((fault["code"], fault["name"]), ("oidc_no_role", "stranger"))
        self.assertIsNone(browser.cookie("sluice"))

    def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(self):
        browser = self.signed_in("olga")
        cookie = browser.cookie("sluice")
        self.assertTrue(cookie.has_nonstandard_attr("HttpOnly"))
        self.assertEqual(cookie.get_nonstandard_attr("SameSite"), "Lax")
        self.assertEqual(cookie.path, "/")
        self.assertIsNone(browser.cookie("sluice-sign-in"), "what the sign-in needed is gone")
        self.assertNotIn(cookie.value, json.dumps(self.house("signed_in")))

    def test_a_request_that_changes_something_needs_the_session_s_word_and_comes_from_the_page(self):
        browser = self.signed_in("olga")
        draft = self.engine.create(self.engine.import_rows(3))
        url = f"{self.engine.url}/v1/campaigns/{draft}/start"
        csrf = {"X-Sluice-CSRF": browser.json("GET", self.engine.url + "/v1/me")[1]["csrf"]}
        for headers in ({}, {"X-Sluice-CSRF": "guessed"}, {**csrf, "Origin": "https://evil.example"},
                        {**csrf, "Sec-Fetch-Site": "cross-site"}, {**csrf, "Sec-Fetch-Site": "same-site"},
                        {**csrf, "Origin": "null"}):
            status, problem = browser.json("POST", url, {}, headers)
            self.assertEqual((status, problem["notice"]["code"]), (403, "csrf_wrong"), headers)
        self.assertEqual(self.engine.show(draft)["status"], "draft")
        status, _ = browser.json("POST", url, {}, {**csrf, "Origin": self.engine.url, "Sec-Fetch-Site": "same-origin"})
        self.assertEqual(status, 200)
        self.assertEqual({one.get("by", "") for one in self.engine.events(draft)} - {"", "local"}, {"olga"})
        other = self.signed_in("olga").json("GET", self.engine.url + "/v1/me")[1]["csrf"]
        status, _ = browser.json("POST", f"{self.engine.url}/v1/campaigns/{draft}/pause", {}, {"X-Sluice-CSRF": other})
        self.assertEqual(status, 403, "another session's word is not this one's")

    def test_roles_hold_for_sessions_as_for_tokens(self):
        browser = self.signed_in("maria")
        csrf = {"X-Sluice-CSRF": browser.json("GET", self.engine.url + "/v1/me")[1]["csrf"]}
        draft = self.engine.create(self.engine.import_rows(3))
        self.assertEqual(browser.json("POST", f"{self.engine.url}/v1/campaigns/{draft}/start", {}, csrf)[0], 403)
        self.assertEqual(browser.json("GET", self.engine.url + "/v1/tokens")[0], 403)
        watcher = self.signed_in("walter")
        _, shown = watcher.json("GET", f"{self.engine.url}/v1/campaigns/{draft}")
        self.assertEqual(shown["from"], "Shop <n…@shop.example>")

    def test_signing_out_ends_the_session_and_is_in_the_log(self):
        browser = self.signed_in("olga")
        value = browser.cookie("sluice").value
        csrf = {"X-Sluice-CSRF": browser.json("GET", self.engine.url + "/v1/me")[1]["csrf"]}
        self.assertEqual(browser.json("POST", self.engine.url + "/v1/sign-out", {}, csrf)[0], 204)
        self.assertIsNone(browser.cookie("sluice"))
        status, problem = Browser().json("GET", self.engine.url + "/v1/me", headers={"Cookie": f"sluice={value}"})
        self.assertEqual((status, problem["notice"]["code"]), (401, "session_ended"))
        last = self.house("signed_out")[-1]
        self.assertEqual((last["by"], last["why"]), ("olga", "asked"))

    def test_nobody_passes_for_a_token_by_its_name(self):
        _, me = self.signed_in("local").json("GET", self.engine.url + "/v1/me")
        self.assertRegex(me["name"], r"^local [0-9a-f]{8}$")
        with self.assertRaises(Refused) as caught:
            self.signed_in("olga")
            self.engine.post("/v1/tokens", {"role": "viewer", "name": "olga"})
        self.assertEqual(caught.exception.problem["notice"]["code"], "token_name_taken")

    def test_an_answer_that_was_begun_elsewhere_or_twice_is_refused(self):
        mine, theirs = Browser(), Browser()
        answer = mine.sign_in(self.engine, "ada", until=callback(self.engine) + "?")
        theirs.follow("GET", self.engine.url + "/sign-in")  # has a cookie of its own sign-in
        self.assertEqual(fault_in(theirs.follow("GET", answer)[0])["code"], "oidc_state_unknown")
        self.assertIsNone(theirs.cookie("sluice"))
        self.assertEqual(fault_in(Browser().follow("GET", answer)[0])["code"], "oidc_state_unknown")
        kept = mine.cookie("sluice-sign-in").value
        self.assertEqual(mine.follow("GET", answer)[0], self.engine.url + "/")
        again = Browser().ask("GET", answer, headers={"Cookie": f"sluice-sign-in={kept}"})[1]["Location"]
        self.assertEqual(fault_in(again)["code"], "oidc_refused", "a code is taken once")

    def test_the_token_of_the_first_start_stays_and_wins_over_a_cookie(self):
        browser = self.signed_in("walter")
        _, me = browser.json("GET", self.engine.url + "/v1/me", headers={"Authorization": "Bearer " + self.engine.token})
        self.assertEqual((me["name"], me["role"]), ("local", "admin"))


class Ends(unittest.TestCase):
    def test_a_restart_ends_sessions_and_names_stay_reserved(self):
        port = free_port()
        with Provider(f"http://127.0.0.1:{port}/sign-in/callback", "ES256", "id_token") as provider, \
                SigningEngine(provider.url, port) as engine:
            browser = Browser()
            self.assertEqual(browser.sign_in(engine, "olga"), engine.url + "/")
            engine.kill9()
            engine.start()
            self.assertEqual(browser.json("GET", engine.url + "/v1/me")[0], 401)
            with self.assertRaises(Refused) as caught:
                engine.post("/v1/tokens", {"role": "viewer", "name": "olga"})
            self.assertEqual(caught.exception.problem["notice"]["code"], "token_name_taken")
            engine.stop()
            self.assertEqual(engine.verify().returncode, 0)

    def test_without_a_provider_there_is_no_sign_in_and_no_cookie_counts(self):
        with Engine("null:") as engine:
            self.assertEqual(engine.get("/sign-in/options", token="")["oidc"], False)
            with self.assertRaises(Refused) as caught:
                engine.get("/sign-in", token="")
            self.assertEqual(caught.exception.problem["notice"]["code"], "oidc_off")
            self.assertEqual(Browser().json("GET", engine.url + "/v1/me", headers={"Cookie": "sluice=x"})[0], 401)

    def test_a_provider_that_is_not_there_is_told_of_and_stops_nothing(self):
        port = free_port()
        with SigningEngine(f"http://127.0.0.1:{free_port()}", port) as engine:
            self.assertEqual(fault_in(Browser().follow("GET", engine.url + "/sign-in")[0])["code"], "oidc_unreachable")
            self.assertEqual(engine.get("/v1/me")["name"], "local")

    def test_settings_that_cannot_be_stop_the_start(self):
        for settings, words in (({"oidc.issuer": "http://login.example"}, "issuer"),
                                ({"oidc.roles": "admins=king"}, "roles"),
                                ({"oidc.redirect_url": "https://sluice.example/other"}, "redirect_url")):
            with self.subTest(words):
                engine = SigningEngine("https://login.example", free_port(), settings=settings)
                self.addCleanup(engine.__exit__)
                code, said = engine.failing_start()
                self.assertNotEqual(code, 0)
                self.assertIn("oidc." + words, said)


if __name__ == "__main__":
    unittest.main()
