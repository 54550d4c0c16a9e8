"""A listener with TLS of its own: trusted by its certificate, which is renewed without a restart, and never by a bad one."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import unittest
import urllib.request

from engine import Engine, wait_until


def make_certificate(folder, name, subject="IP:127.0.0.1"):
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", key, "-out", certificate, "-subj", f"/CN={name}", "-addext", f"subjectAltName={subject}"],
                   check=True, capture_output=True)
    return certificate, key


class SecureEngine(Engine):
    """Its address is told as https://, and its certificate is its own authority."""

    def __init__(self, **more):
        super().__init__("null:", **more)
        self.certificate, self.key = make_certificate(self.folder, "first")
        self.settings |= {"http.tls_certificate": str(self.certificate), "http.tls_key": str(self.key)}

    scheme = "https"

    def trusting(self, certificate=None):
        return ssl.create_default_context(cafile=str(certificate or self.certificate))

    def ready(self, certificate=None):
        with urllib.request.urlopen(self.url + "/readyz", timeout=10, context=self.trusting(certificate)) as answer:
            return answer.read().decode()

    def answers(self):
        if not self.port:
            told = re.search(r"sluice listens at https://127\.0\.0\.1:(\d+)", self.log())
            if not told:
                return False
            self.port = int(told.group(1))
        return True


class Listener(unittest.TestCase):
    def engine(self, **more):
        made = SecureEngine(**more)
        self.addCleanup(made.__exit__)
        return made

    def test_browsers_and_the_command_line_reach_it_over_TLS_and_nobody_in_clear(self):
        engine = self.engine()
        engine.start()
        self.assertIn('"ready"', engine.ready())
        listed = engine.run_plain("list", "--url", engine.url, "--data", str(engine.data), "--cacert", str(engine.certificate))
        self.assertEqual(listed.returncode, 0, listed.stderr)
        untrusted = engine.run_plain("list", "--url", engine.url, "--data", str(engine.data))
        self.assertEqual(untrusted.returncode, 3)
        self.assertIn("certificate", untrusted.stderr)
        with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertNotIn(b"200", line.recv(4096))
        self.assertNotIn("there is no TLS", engine.log())
        self.assertEqual(engine.stop(), 0)

    def test_imports_streams_and_large_answers_go_through_it(self):
        engine = self.engine()
        engine.start()
        rows = engine.folder / "rows.csv"
        rows.write_text("email,name\n" + "".join(f"r{number}@d.example,Reader {number}\n" for number in range(50_000)))
        where = ["--url", engine.url, "--data", str(engine.data), "--cacert", str(engine.certificate)]
        self.assertEqual(engine.run_plain("audience", "import", str(rows), *where).returncode, 0)
        exported = engine.run_plain("audience", "export", "a1", *where)
        self.assertEqual(exported.stdout.count("@d.example"), 50_000)
        context = engine.trusting()
        with context.wrap_socket(socket.create_connection(("127.0.0.1", engine.port), timeout=10), server_hostname="127.0.0.1") as line:
            line.sendall(f"GET /v1/stream?form=brief HTTP/1.1\r\nHost: any.example\r\nAuthorization: Bearer {engine.token}\r\n\r\n".encode())
            told = b""
            while b"caught_up" not in told:
                told += line.recv(4096)

    def test_TLS_older_than_1_2_is_refused(self):
        engine = self.engine()
        engine.start()
        old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{engine.port}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        self.assertNotEqual(old.returncode, 0, old.stdout)

    def test_a_renewed_certificate_is_used_without_a_restart_and_a_bad_one_is_told_and_not_used(self):
        engine = self.engine(environment={"SLUICE_LOG_LEVEL": "info"})
        engine.start()
        first = engine.folder / "was.pem"
        shutil.copy(engine.certificate, first)
        engine.certificate.write_text("no certificate\n")
        wait_until(lambda: "certificate_kept" in engine.ready(first), "the bad one to be told")
        self.assertIn("so the one before stays", engine.log())
        newer, key = make_certificate(engine.folder, "second")
        os.replace(newer, engine.certificate)

        def is_mismatch_told():
            return "does not hold the private key" in engine.ready(first)

        wait_until(is_mismatch_told, "the key that is of another certificate to be told")
        os.replace(key, engine.key)

        def is_new():
            try:
                return "detail" not in engine.ready()
            except OSError:
                return False

        wait_until(is_new, "the new one to be in use")
        self.assertIn("the new one is in use", engine.log())

    def test_a_start_without_a_good_certificate_or_key_is_refused_with_what_is_missing(self):
        for key, value, words in (("http.tls_key", "", "needs http.tls_certificate and http.tls_key"),
                                  ("http.tls_key", "/nowhere/key", "/nowhere/key cannot be read"),
                                  ("http.tls_certificate", "/etc/hostname", "holds no certificate")):
            with self.subTest(key=key, value=value):
                engine = self.engine()
                engine.settings[key] = value
                code, said = engine.failing_start()
                self.assertNotEqual(code, 0)
                self.assertIn(words, said)

    def test_handshakes_that_are_begun_and_left_keep_nobody_waiting(self):
        engine = self.engine()
        engine.start()
        left = [socket.create_connection(("127.0.0.1", engine.port), timeout=10) for _ in range(200)]
        try:
            for number, one in enumerate(left):
                one.sendall(b"\x16\x03\x01\x02\x00\x01" if number % 2 else b"GET / HTTP/1.1\r\n\r\n")
            self.assertIn('"ready"', engine.ready())
        finally:
            for one in left:
                one.close()
        self.assertEqual(engine.stop(), 0)


if __name__ == "__main__":
    unittest.main()
