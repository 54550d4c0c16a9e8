"""A real provider of OpenID Connect beside the engine, and a browser that knows no script: cookies, redirects, forms."""

import html.parser
import http.cookiejar
import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from engine import EXECUTABLE, Engine, free_port

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = os.environ.get("SLUICE_PROVIDER_PACKAGES", str(pathlib.Path(EXECUTABLE).resolve().parent / "provider"))
SECRET = "a secret / of 40% & more"
ROLES = ["sluice-admins=admin", "sluice-operators=operator", "sluice-moderators=moderator", "sluice-screens=watcher"]


class Provider:
    def __init__(self, redirect_url, *options):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(["node", str(HERE / "provider/provider.mjs"), str(self.port), redirect_url, *options],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env={**os.environ, "SLUICE_PROVIDER_PACKAGES": PACKAGES})

    def __enter__(self):
        assert self.process.stdout.readline().strip() == "ready", "the provider does not start"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class SigningEngine(Engine):
    """An engine whose people sign in through the provider; its port is known before it starts."""

    def __init__(self, provider_url, port, **more):
        super().__init__("null:", **more)
        self.port = port
        secret = self.folder / "client_secret"
        secret.write_text(SECRET + "\n")
        self.settings |= {"oidc.issuer": provider_url, "oidc.client_id": "sluice", "oidc.client_secret_file": str(secret),
                          "oidc.redirect_url": f"http://127.0.0.1:{port}/sign-in/callback", "oidc.roles_claim": "groups",
                          "oidc.roles": ",".join(ROLES), **more.get("settings", {})}


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and its fields."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = known.get("action")
        if tag == "input" and known.get("name"):
            self.fields[known["name"]] = known.get("value", "")


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """Follows redirects by itself, so that each can be looked at."""

    def __init__(self):
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), Stay)

    def ask(self, method, url, body=None, headers=None):
        """(status, headers, text)"""
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as fault:
            return fault.code, fault.headers, fault.read().decode()

    def follow(self, method, url, body=None, until=""):
        """The last address and its text; stops before an address that begins with `until`."""
        for _ in range(20):
            status, headers, text = self.ask(method, url, body)
            if status not in (301, 302, 303, 307):
                return url, text
            url, method, body = urllib.parse.urljoin(url, headers["Location"]), "GET", None
            if until and url.startswith(until):
                return url, ""
        raise AssertionError("round in circles")

    def sign_in(self, engine, name, until=""):
        """Where the browser is at last."""
        url, text = self.follow("GET", engine.url + "/sign-in")
        form = Form(text)
        assert form.action, f"no form at {url}: {text[:300]}"
        fields = {**form.fields, "login": name, "password": "any"}
        return self.follow("POST", urllib.parse.urljoin(url, form.action), urllib.parse.urlencode(fields).encode(), until)[0]

    def cookie(self, name):
        return next((one for one in self.jar if one.name == name), None)

    def json(self, method, url, body=None, headers=None):
        """(status, the answer's JSON)"""
        status, _, text = self.ask(method, url, None if body is None else json.dumps(body).encode(), headers)
        return status, json.loads(text) if text else None
