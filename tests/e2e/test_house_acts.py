"""Each act of the house's log, by whichever way in it is done: it is one event, by the token that did it."""

import unittest

from engine import Engine


class Acts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine("null:").__enter__()
        cls.addClassCleanup(cls.engine.__exit__)
        cls.made = cls.engine.ask("token", "create", "--role", "admin", "--name", "anna")
        cls.secret = cls.made["secret"]
        cls.rows = cls.engine.folder / "rows.csv"
        cls.rows.write_text("email\na@b.example\nc@d.example\n")

    def events(self):
        found, after = [], 0
        while True:
            page = self.engine.get(f"/v1/house/log?limit=1000&after={after}")
            found += page["items"]
            if not page["next"]:
                return found
            after = page["next"]

    def http(self, method, path, body=None):
        return self.engine.http(method, path, body, token=self.secret)

    def cli(self, *words):
        return self.engine.ask(*words, token=self.secret)

    def is_told(self, kind, act):
        """What the act gives; exactly one event of that kind is new, and it is anna's."""
        before = len(self.events())
        given = act()
        new = [one for one in self.events()[before:] if one["t"] == kind]
        self.assertEqual([(one["by"], one["token"]) for one in new], [("anna", self.made["id"])], kind)
        return given

    def test_tokens(self):
        for way, (create, rotate, revoke) in {
            "http": (lambda: self.http("POST", "/v1/tokens", {"role": "viewer", "name": "by http"}),
                     lambda: self.http("POST", "/v1/tokens/by%20http/rotate", {}),
                     lambda: self.http("DELETE", "/v1/tokens/by%20http")),
            "cli": (lambda: self.cli("token", "create", "--role", "viewer", "--name", "by cli"),
                    lambda: self.cli("token", "rotate", "by cli"),
                    lambda: self.engine.run("token", "revoke", "by cli", token=self.secret)),
        }.items():
            with self.subTest(way):
                self.is_told("token_created", create)
                self.is_told("token_rotated", rotate)
                self.is_told("token_revoked", revoke)

    def test_suppressions(self):
        for way, (add, remove) in {
            "http": (lambda: self.http("POST", "/v1/suppressions", {"email": "x@http.example"}),
                     lambda: self.http("DELETE", "/v1/suppressions", {"email": "x@http.example"})),
            "cli": (lambda: self.engine.run("suppress", "add", "x@cli.example", token=self.secret),
                    lambda: self.engine.run("suppress", "remove", "x@cli.example", token=self.secret)),
        }.items():
            with self.subTest(way):
                self.is_told("suppressions_added", add)
                self.is_told("suppressions_removed", remove)
        self.is_told("suppressions_added",
                     lambda: self.http("POST", "/v1/feedback", {"kind": "complaint", "email": "y@http.example"}))

    def test_audiences(self):
        with self.subTest("http"):
            made = self.is_told("audience_imported", lambda: self.http("POST", "/v1/audiences?name=http", b"email\na@b.example\n"))
            self.is_told("audience_renamed", lambda: self.http("PATCH", f"/v1/audiences/{made['id']}", {"name": "other"}))
            self.is_told("recipients_read", lambda: self.http("GET", f"/v1/audiences/{made['id']}/export?format=csv"))
            self.is_told("audience_deleted", lambda: self.http("DELETE", f"/v1/audiences/{made['id']}"))
        with self.subTest("cli"):
            made = self.is_told("audience_imported", lambda: self.cli("audience", "import", str(self.rows), "--name", "cli"))
            self.is_told("audience_renamed", lambda: self.engine.run("audience", "rename", made["id"], "other 2", token=self.secret))
            self.is_told("recipients_read", lambda: self.engine.run("audience", "export", made["id"], token=self.secret))
            self.is_told("audience_deleted", lambda: self.engine.run("audience", "delete", made["id"], token=self.secret))

    def test_seals_exports_and_test_copies(self):
        self.is_told("sealed", lambda: self.http("POST", "/v1/audit/seal", {}))
        self.is_told("recipients_read", lambda: self.http("GET", "/v1/audit/export"))
        draft = self.engine.create(self.engine.import_rows(2))
        self.is_told("test_copy_sent", lambda: self.http("POST", f"/v1/campaigns/{draft}/test",
                                                         {"addresses": ["t@b.example"], "index": 0}))

    def test_the_tables_are_what_the_log_says_at_the_end(self):
        with Engine("null:") as engine:
            engine.ask("token", "create", "--role", "viewer", "--name", "a", "--tag", "spring", "--expires", "1h")
            engine.ask("token", "rotate", "a", "--overlap", "1h")
            replayed = {one["name"]: one for one in engine.get("/v1/house/replay")["tokens"]}
            self.assertEqual(replayed["a"]["limits"], [{"tag": "spring"}])
            self.assertEqual(engine.stop(), 0)
            self.assertEqual(engine.verify().returncode, 0)


if __name__ == "__main__":
    unittest.main()
