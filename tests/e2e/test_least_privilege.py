"""Who sees and does what: every route by every role and every scope, from the engine's own table of routes; and tokens that end."""

import json
import re
import unittest

from engine import Engine, Refused, wait_until
from test_roles_and_stream import Stream

ROLES = ["watcher", "viewer", "operator", "moderator", "admin"]
NAME = "kunigunde"  # whose local part must be in no answer to a watcher
ADDRESS = NAME + "@example.com"


def refused(job):
    """(status, notice) of what must be refused."""
    try:
        job()
    except Refused as fault:
        return fault.status, fault.problem["notice"]["code"]
    raise AssertionError("it was not refused")


def status_of(job):
    try:
        job()
        return 200
    except Refused as fault:
        return fault.status


class Tokens(unittest.TestCase):
    def test_a_token_expires_and_then_opens_nothing_and_ends_its_streams(self):
        with Engine("null:") as engine:
            made = engine.ask("token", "create", "--role", "viewer", "--name", "for now", "--expires", "2s")
            with Stream(engine, token=made["secret"]) as stream:
                wait_until(lambda: status_of(lambda: engine.get("/v1/me", token=made["secret"])) == 401, "the token to end")
                self.assertEqual(refused(lambda: engine.get("/v1/campaigns", token=made["secret"])), (401, "token_expired"))
                engine.create(engine.import_rows(1))
                self.assertEqual(stream.answer.read(), b"")

    def test_what_was_not_said_is_a_year_and_never_is_said(self):
        with Engine("null:") as engine:
            made = {one["name"]: one for one in (
                engine.ask("token", "create", "--role", "viewer", "--name", "a"),
                engine.ask("token", "create", "--role", "viewer", "--name", "b", "--expires", "never"),
                engine.ask("token", "create", "--role", "viewer", "--name", "c", "--expires", "90d"))}
            self.assertIsNone(made["b"]["expires_at"])
            self.assertLess(made["c"]["expires_at"], made["a"]["expires_at"])
            self.assertIsNone(engine.get("/v1/me")["expires_at"], "the data folder's own")
            for wrong in ("0s", "yesterday", "2020-01-01T00:00:00Z", "-1d"):
                status = refused(lambda: engine.post("/v1/tokens", {"role": "viewer", "name": "d", "expires": wrong}))
                self.assertEqual(status, (400, "expires_wrong"), wrong)
            self.assertIn("never", engine.run("token", "list").stdout)

    def test_a_rotated_token_has_a_new_secret_and_the_old_one_for_the_overlap_only(self):
        with Engine("null:") as engine:
            first = engine.ask("token", "create", "--role", "operator", "--name", "shop", "--domain", "shop.example")
            second = engine.ask("token", "rotate", "shop", "--overlap", "1h")
            self.assertEqual((second["id"], second["name"], second["domains"]), (first["id"], "shop", ["shop.example"]))
            for _ in range(2):
                for one in (first, second):
                    self.assertEqual(engine.get("/v1/me", token=one["secret"])["name"], "shop")
                engine.kill9()
                engine.start()
            third = engine.ask("token", "rotate", first["id"])
            for one in (first, second):
                self.assertEqual(refused(lambda: engine.get("/v1/me", token=one["secret"])), (401, "token_not_accepted"))
            self.assertEqual(engine.get("/v1/me", token=third["secret"])["domains"], ["shop.example"])
            rotated = [one for one in engine.get("/v1/house/log?limit=1000")["items"] if one["t"] == "token_rotated"]
            self.assertEqual([(one["id"], one["by"]) for one in rotated], [(first["id"], "local")] * 2)
            self.assertEqual(engine.stop(), 0)
            self.assertEqual(engine.verify().returncode, 0)

    def test_names_are_given_once_and_look_like_no_other(self):
        with Engine("null:") as engine:
            made = engine.ask("token", "create", "--role", "viewer", "--name", "night")
            engine.run("token", "revoke", made["id"])
            engine.kill9()
            engine.start()

            def create(name):
                return engine.post("/v1/tokens", {"role": "viewer", "name": name})

            self.assertEqual(refused(lambda: create("night")), (409, "token_name_taken"))
            self.assertEqual(refused(lambda: create("\uff4eight")), (409, "token_name_taken"))
            for wrong in ("ni\u200bght", "\u202enight", "night ", "a\nb", "ni\u00adght"):
                self.assertEqual(refused(lambda: create(wrong)), (400, "token_name_wrong"), ascii(wrong))

    def test_a_lost_token_file_is_made_anew_also_where_its_name_was_revoked(self):
        with Engine("null:") as engine:
            first = engine.token
            (engine.data / "token").unlink()
            engine.stop()
            engine.start()
            self.assertNotEqual(engine.token, first)
            self.assertEqual(engine.get("/v1/me")["name"], "local")
            self.assertEqual(refused(lambda: engine.get("/v1/me", token=first))[0], 401)
            other = engine.ask("token", "create", "--role", "admin", "--name", "other")["secret"]
            engine.http("DELETE", "/v1/tokens/local", token=other)
            engine.stop()
            engine.start()
            self.assertEqual(engine.get("/v1/me")["name"], "local 2")

    def test_idempotency_keys_belong_to_the_token(self):
        with Engine("null:") as engine:
            campaign = engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
            tokens = [engine.ask("token", "create", "--role", "operator", "--name", name)["secret"] for name in ("a", "b")]
            key = {"Idempotency-Key": "once"}
            first = engine.command(campaign, "pause", headers=key, token=tokens[0])
            self.assertEqual(engine.command(campaign, "pause", headers=key, token=tokens[0]), first)
            self.assertFalse(engine.command(campaign, "pause", headers=key, token=tokens[1])["changed"])
            rotated = engine.ask("token", "rotate", "a")["secret"]
            self.assertEqual(engine.command(campaign, "pause", headers=key, token=rotated), first)


class Routes(unittest.TestCase):
    """A request to each route, with each token: that it is open to whom the table says, and closed to all others."""

    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("null:").__enter__()
        cls.routes = cls.engine.get("/v1/routes")["items"]
        cls.inside = cls.engine.create(cls.engine.import_rows(3, "inside"), name="Inside", tags=["spring"])
        cls.outside = cls.engine.create(cls.engine.import_rows(3, "outside"), name="Outside",
                                        **{"from": "Other <news@other.example>"}, tags=["autumn"])
        cls.tokens = {role: cls.engine.ask("token", "create", "--role", role, "--name", role)["secret"] for role in ROLES}
        cls.limited = {(role, scope): cls.engine.ask("token", "create", "--role", role, "--name", f"{role} {scope}", *words)["secret"]
                       for role in ROLES for scope, words in (("by domain", ("--domain", "shop.example")), ("by tag", ("--tag", "spring")))}

    @classmethod
    def tearDownClass(cls):
        cls.engine.__exit__()

    def answered(self, route, token, fills="nothing"):
        """What a request is answered that could change nothing: what it is about is not there, or its body is wrong."""
        path = route["path"].replace("{}", fills) + ("?campaign=banana" if route["path"] == "/v1/stream" else "")
        body = None if route["method"] in ("GET", "DELETE") else b'{"nonsense": 1}'
        return status_of(lambda: self.engine.http(route["method"], path + ("?x=1" if body is None and "?" not in path else ""),
                                                  body, token=token))

    def test_every_route_is_open_to_its_roles_and_to_no_other(self):
        self.assertGreater(len(self.routes), 60)
        for route in self.routes:
            if not route["path"].startswith("/v1/"):
                self.assertEqual(route["needs"], "anyone", route)
                continue
            for role in ROLES:
                with self.subTest(f"{role}: {route['method']} {route['path']}"):
                    status = self.answered(route, self.tokens[role])
                    if role in route["roles"]:
                        self.assertNotIn(status, (401, 403, 405, 500, 503))
                    else:
                        self.assertEqual(status, 403)
            with self.subTest(f"nobody: {route['method']} {route['path']}"):
                self.assertEqual(self.answered(route, ""), 401)

    def test_a_campaign_outside_of_the_scope_is_not_there_on_any_route(self):
        for route in self.routes:
            if not route["path"].startswith("/v1/campaigns/{}"):
                continue
            for (role, scope), token in self.limited.items():
                if role in route["roles"]:
                    with self.subTest(f"{role} {scope}: {route['method']} {route['path']}"):
                        self.assertEqual(self.answered(route, token, self.outside), 404)
                        self.assertNotEqual(self.answered(route, token, self.inside), 404)

    def test_what_is_about_all_campaigns_is_for_no_limited_token(self):
        closed = {"POST /v1/audit", "POST /v1/audit/seal", "GET /v1/audit/tables", "GET /v1/house/log", "GET /v1/house/replay",
                  "GET /v1/tokens", "POST /v1/tokens", "POST /v1/tokens/{}/rotate", "DELETE /v1/tokens/{}", "GET /v1/audit",
                  "GET /v1/audit/export", "POST /v1/erase", "POST /v1/cluster/nodes/{}/drain",
                  "POST /v1/cluster/nodes/{}/undrain"}
        for route in self.routes:
            name = f"{route['method']} {route['path']}"
            for (role, scope), token in self.limited.items():
                if role in route["roles"] and route["path"].startswith("/v1/") and not route["path"].startswith("/v1/campaigns/{}"):
                    with self.subTest(f"{role} {scope}: {name}"):
                        (self.assertEqual if name in closed else self.assertNotEqual)(self.answered(route, token), 403)

    def test_a_limited_token_lists_steers_and_makes_what_is_within_its_scope(self):
        for scope in ("by domain", "by tag"):
            token = self.limited["operator", scope]
            with self.subTest(scope):
                listed = self.engine.get("/v1/campaigns?view=all", token=token)["items"]
                self.assertNotIn(self.outside, [one["id"] for one in listed])
                self.assertIn(self.inside, [one["id"] for one in listed])
                self.assertEqual(self.engine.get("/v1/campaigns?view=all&q=Outside", token=token)["items"], [])
                audience = self.engine.get("/v1/audiences")["items"][0]["id"]
                wrong = {"from": "Other <news@other.example>", "tags": ["autumn"]}
                self.assertEqual(refused(lambda: self.engine.create(audience, token=token, **wrong)), (403, "out_of_scope"))
                made = self.engine.create(audience, token=token, tags=["spring"])
                edit = {"from": wrong["from"]} if scope == "by domain" else {"tags": []}
                self.assertEqual(refused(lambda: self.engine.http("PATCH", f"/v1/campaigns/{made}", edit, token=token)),
                                 (403, "out_of_scope"))
                derive = {"name": "x", "from": {"campaign": self.outside, "outcomes": ["accepted"]}}
                self.assertEqual(refused(lambda: self.engine.post("/v1/audiences/derive", derive, token=token))[0], 404)
                self.assertEqual(status_of(lambda: self.engine.get(f"/v1/audit?campaign={self.inside}", token=token)), 200)
                self.assertEqual(status_of(lambda: self.engine.get(f"/v1/audit?campaign={self.outside}", token=token)), 404)
                self.assertEqual(refused(lambda: self.engine.get("/v1/audit?campaign=house", token=token)), (403, "scope_forbids"))

    def test_a_stream_tells_a_limited_token_of_its_campaigns_alone(self):
        with Stream(self.engine, "?form=brief", token=self.limited["viewer", "by tag"]) as stream:
            told = []
            while not told or told[-1][0] != "caught_up":
                told.append(stream.next())
            ids = [data["id"] for name, data, _ in told if name == "campaign"]
            self.assertIn(self.inside, ids)
            self.assertNotIn(self.outside, ids)
            self.engine.http("PATCH", f"/v1/campaigns/{self.outside}", {"subject": "Changed"})
            gone = self.engine.create(self.engine.get("/v1/audiences")["items"][0]["id"], tags=["spring"])
            stream.until(lambda data: data.get("id") == gone)
            self.engine.http("PATCH", f"/v1/campaigns/{gone}", {"tags": ["autumn"]})
            seen = stream.until(lambda data: data.get("id") == gone and "name" not in data)
            self.assertNotIn(self.outside, [data.get("id") for _, data, _ in seen])

    def test_campaigns_are_found_by_their_tags(self):
        ids = [one["id"] for one in self.engine.get("/v1/campaigns?view=all&tag=autumn")["items"]]
        self.assertIn(self.outside, ids)
        self.assertNotIn(self.inside, ids)
        self.assertIn(self.inside, self.engine.run("list", "--tag", "spring").stdout)
        self.assertEqual(self.engine.show(self.inside)["tags"], ["spring"])
        self.assertEqual(refused(lambda: self.engine.create("", tags=["two words"])), (400, "tag_wrong"))

    def test_a_moderator_stops_a_campaign_and_nothing_else(self):
        campaign = self.engine.start_campaign(10, plan={"parts": {"size": 1, "every": "1h"}})
        token = self.tokens["moderator"]
        self.assertTrue(self.engine.command(campaign, "pause", token=token)["changed"])
        for other in ("resume", "release", "cancel"):
            self.assertEqual(refused(lambda: self.engine.command(campaign, other, token=token)), (403, "role_forbids"))
        self.assertEqual(self.engine.show(campaign)["status"], "paused")


class Watcher(unittest.TestCase):
    """A campaign, lists and logs with one address everywhere, and a watcher who asks for all of it."""

    def test_no_answer_to_a_watcher_has_the_address(self):
        with Engine("null:") as engine:
            audience = engine.http("POST", "/v1/audiences?name=all", (
                f"email,name,link\n{ADDRESS},K,https://shop.example/u?e={NAME}%40example.com\n{NAME} at example,L,\n"
                f"{NAME}@@example.com,M,\nother@example.com,N,\n").encode())["id"]
            campaign = engine.post("/v1/campaigns?accept_left_out=true", {
                "name": "Test", "audience": audience, "from": f"Shop <{ADDRESS}>", "subject": "To {{email}}", "reply_to": ADDRESS,
                "text": "Dear {{email}}, see {{link}}", "html": "<p>{{email}} <a href='{{link}}'>x</a></p>",
                "unsubscribe_mailto": ADDRESS})["id"]
            engine.post("/v1/suppressions", {"email": ADDRESS, "reason": f"asked by {ADDRESS}"})
            engine.post("/v1/suppressions", {"email": "@else.example"})
            engine.command(campaign, "start")
            engine.wait_status(campaign, "sent")
            engine.post(f"/v1/campaigns/{campaign}/test", {"addresses": [ADDRESS], "index": 0})
            engine.post("/v1/feedback", {"kind": "complaint", "email": ADDRESS})
            watcher = engine.ask("token", "create", "--role", "watcher", "--name", "screen")["secret"]
            routes = engine.get("/v1/routes")["items"]
            queries = {"/v1/campaigns/{}/why": f"?address={ADDRESS}", "/v1/campaigns/{}/story": f"?address={ADDRESS}",
                       "/v1/campaigns/{}/diff": "?from=1&to=3", "/v1/campaigns/{}/preview": "?index=0&part=all"}
            asked = 0
            for route in routes:
                if "watcher" not in route["roles"] or route["method"] != "GET" or route["path"] in ("/", "/v1/stream"):
                    continue
                for query in {queries.get(route["path"], ""), *(["?full=true"] if route["path"] == "/v1/campaigns/{}" else []),
                              *(["?view=all"] if route["path"] == "/v1/campaigns" else [])}:
                    path = route["path"].replace("{}", audience if "audiences" in route["path"] else campaign) + query
                    if path.startswith("/sign-in"):
                        continue
                    with self.subTest(path):
                        answer = engine.get(path, token=watcher)
                        text = json.dumps(answer, ensure_ascii=False) if not isinstance(answer, bytes) else answer.decode()
                        self.assertNotIn(NAME, text)
                        asked += 1
            self.assertGreater(asked, 25)
            letters = engine.get(f"/v1/campaigns/{campaign}/letters", token=watcher)["items"]
            self.assertEqual([one["email"] for one in letters], ["k…@example.com", "o…@example.com"])
            self.assertEqual({one["email"] for one in engine.get("/v1/suppressions", token=watcher)["items"]},
                             {"k…@example.com", "@else.example"})
            self.assertEqual(engine.get(f"/v1/audiences/{audience}", token=watcher)["size"], 2)
            with Stream(engine, f"?campaign={campaign}", token=watcher) as stream:
                self.assertNotIn(NAME, json.dumps(stream.next()[1]))

    def test_a_watcher_cannot_find_addresses_out_and_gets_no_rows_letters_or_exports(self):
        with Engine("null:") as engine:
            audience = engine.import_rows(3)
            campaign = engine.create(audience)
            watcher = engine.ask("token", "create", "--role", "watcher", "--name", "screen")["secret"]
            for path in (f"/v1/campaigns/{campaign}/letters?q=r1", "/v1/suppressions?q=r", "/v1/suppressions?after=a%40b"):
                self.assertEqual(refused(lambda: engine.get(path, token=watcher)), (403, "watcher_searches_not"), path)
            for path in (f"/v1/audiences/{audience}/rows", f"/v1/audiences/{audience}/export", "/v1/audit/export",
                         f"/v1/campaigns/{campaign}/preview?index=0", "/v1/partials", "/v1/attachments"):
                self.assertEqual(refused(lambda: engine.get(path, token=watcher)), (403, "role_forbids"), path)
            shown = engine.get(f"/v1/campaigns/{campaign}/preview?index=0&part=all", token=watcher)
            self.assertIsNone(shown["source"])
            self.assertRegex(shown["to"], re.compile("^.?<?r…@"))


if __name__ == "__main__":
    unittest.main()
