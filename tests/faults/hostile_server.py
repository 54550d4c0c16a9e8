"""An SMTP server of ours that misbehaves on request, and keeps books of what it took. A thread for each client.

    server.misbehave("RCPT", cut)            at every RCPT, until `behave`
    server.misbehave(".", late, times=2)     at the first two ends of data

Steps: greeting, EHLO, STARTTLS, TLS (the handshake), AUTH, MAIL, RCPT, DATA, message (amid it), "." (the end of
data, or the whole chunk of a BDAT), RSET, QUIT. What it may do there is in misbehaviours.py."""

import collections
import re
import socket
import ssl
import subprocess
import tempfile
import threading

LINE_ENDS = b"\r\n"
OK = b"250 2.0.0 Ok\r\n"
PIPELINING = (b"PIPELINING", b"8BITMIME", b"SMTPUTF8", b"SIZE 50000000")
CHUNKING = (b"CHUNKING", *PIPELINING)
IN_STEPS = PIPELINING[1:]

Letter = collections.namedtuple("Letter", "recipient message_id")


class HungUp(Exception):
    """The connection is over, whoever closed it."""


class Session:
    """The server's side of one connection."""

    def __init__(self, server, connection):
        self.server = server
        self.connection = connection
        self.incoming = b""
        self.has_sender = False
        self.is_under_tls = False
        self.recipient = None

    def say(self, text):
        self.connection.sendall(text)
        return text

    def fill(self):
        piece = self.connection.recv(1 << 16)
        if not piece:
            raise HungUp
        self.incoming += piece

    def line(self):
        while LINE_ENDS not in self.incoming:
            self.fill()
        line, _, self.incoming = self.incoming.partition(LINE_ENDS)
        return line

    def hang_up(self):
        raise HungUp

    def await_hang_up(self):
        """Listens until the client closes; whatever it says is kept in the server's books."""
        try:
            while True:
                self.fill()
        except (HungUp, OSError):
            self.server.note_unanswered(self.incoming)

    def shake_hands(self):
        self.server.usual_or_not("TLS", self, lambda: None)
        self.is_under_tls = True
        self.connection = self.server.certificates.trusted.wrap_socket(self.connection, server_side=True)
        self.incoming = b""

    def answer(self, step, usual):
        """The code of what was said."""
        said = self.server.usual_or_not(step, self, lambda: self.say(usual), usual)
        return int(said[:3])

    def serve(self):
        if self.server.tls_at_once:
            self.shake_hands()
        self.answer("greeting", b"220 hostile.example ESMTP\r\n")
        while True:
            line = self.line()
            verb = line[:4].upper()
            if verb in (b"EHLO", b"HELO"):
                self.answer("EHLO", self.hello())
            elif verb == b"STAR":
                if self.answer("STARTTLS", b"220 2.0.0 go on\r\n") == 220:
                    self.shake_hands()
            elif verb == b"AUTH":
                self.answer("AUTH", b"235 2.7.0 welcome\r\n")
            elif verb == b"MAIL":
                self.has_sender = self.answer("MAIL", OK) < 300
            elif verb == b"RCPT":
                recipient = re.search(rb"<([^>]*)>", line).group(1).decode()
                usual = self.server.refusals.get(recipient, OK) if self.has_sender else b"503 5.5.1 no sender\r\n"
                self.recipient = recipient if self.answer("RCPT", usual) < 300 else None
            elif verb == b"DATA":
                usual = b"354 go on\r\n" if self.recipient else b"503 5.5.1 no recipient\r\n"
                if self.answer("DATA", usual) == 354:
                    self.take_message()
            elif verb == b"BDAT":
                self.take_chunk(int(line.split()[1]))
            elif verb == b"QUIT":
                self.answer("QUIT", b"221 2.0.0 Bye\r\n")
                self.hang_up()
            else:
                self.answer(verb.decode(errors="replace"), OK)

    def hello(self):
        lines = [b"hostile.example", *self.server.offers]
        return b"".join(b"250-%s\r\n" % line for line in lines[:-1]) + b"250 %s\r\n" % lines[-1]

    def take_message(self):
        while not self.incoming:
            self.fill()
        self.server.usual_or_not("message", self, lambda: None)
        while not (self.incoming.startswith(b".\r\n") or b"\r\n.\r\n" in self.incoming):
            self.fill()
        message, _, self.incoming = (LINE_ENDS + self.incoming).partition(b"\r\n.\r\n")
        self.take(message)

    def take_chunk(self, octets):
        while len(self.incoming) < octets:
            self.fill()
        message, self.incoming = self.incoming[:octets], self.incoming[octets:]
        if self.recipient:
            self.server.note_chunk()
            self.take(message)
        else:
            self.say(b"503 5.5.1 no recipient\r\n")

    def take(self, message):
        letter = None
        if self.recipient:
            found = re.search(rb"(?im)^message-id:\s*(\S+)", message)
            letter = Letter(self.recipient, found.group(1).decode())
            self.server.note_taken(letter)
        # Without a word that says otherwise the letter is the server's: it was in its hands.
        if self.answer(".", OK) >= 400 and letter:
            self.server.note_refused(letter)
        self.recipient = None
        if self.incoming:
            self.server.note_ahead()
        while self.server.refuses_ahead and LINE_ENDS in self.incoming:
            self.line()
            self.has_sender = False
            self.say(b"503 5.5.1 not while I deal with your message\r\n")


class Certificates:
    """The server's side of TLS under certificates that vouch for themselves; the engine is told of the first only."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-certificates-")
        self.trusted_file = self.folder.name + "/trusted.pem"
        self.trusted = make_certificate(self.folder.name + "/trusted")
        self.stranger = make_certificate(self.folder.name + "/stranger")


def make_certificate(path):
    key, certificate = path + ".key", path + ".pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-keyout", key, "-out", certificate, "-subj", "/CN=hostile.example",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class HostileServer:
    """On loopback, at a port of the kernel's choice unless one is given; it listens within its `with`."""

    def __init__(self, offers=PIPELINING, certificates=None, tls_at_once=False, port=0):
        self.offers = offers
        self.certificates = certificates
        self.tls_at_once = tls_at_once
        self.refusals = {}  # a recipient → what is said to its RCPT
        self.lock = threading.Lock()
        self.planned = {}  # a step → (misbehaviour, how often yet)
        self.letters = []
        self.unanswered = []
        self.connections = 0
        self.refuses_ahead = False  # says 503 to what came behind an end of data before its reply, as Haraka does
        self.chunks = 0
        self.ahead = 0  # how often something came there
        self.behaving = threading.Event()
        self.is_closed = False
        self.sessions = set()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Loopback's own sizes would have both sides' buffers take the largest letter whole.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 15)
        self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        self.listener.bind(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.acceptor = threading.Thread(target=self._accept, daemon=True)

    def url(self, scheme="smtp", user="", options=""):
        return f"{scheme}://{user}127.0.0.1:{self.port}{options}"

    def __enter__(self):
        self.listener.listen(64)
        self.acceptor.start()
        return self

    def __exit__(self, *_):
        self.is_closed = True
        self.behaving.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.acceptor.join()
        self.listener.close()
        self.end_all()

    def misbehave(self, step, how, times=None):
        with self.lock:
            self.planned[step] = (how, times)

    def behave(self):
        with self.lock:
            self.planned.clear()
        self.behaving.set()

    def end_all(self, last_words=b""):
        """Ends every connection that there is."""
        with self.lock:
            sessions = list(self.sessions)
        for session in sessions:
            try:
                session.say(last_words)
            except OSError:
                pass  # the client was faster
            close(session.connection)

    def usual_or_not(self, step, session, usual, *words):
        with self.lock:
            how, times = self.planned.get(step, (None, None))
            if how and times is not None:
                if times == 1:
                    del self.planned[step]
                else:
                    self.planned[step] = (how, times - 1)
        return how(session, *words) if how else usual()

    def note_taken(self, letter):
        with self.lock:
            self.letters.append(letter)

    def note_refused(self, letter):
        with self.lock:
            self.letters.remove(letter)

    def note_unanswered(self, text):
        with self.lock:
            self.unanswered.append(text)

    def note_chunk(self):
        with self.lock:
            self.chunks += 1

    def note_ahead(self):
        with self.lock:
            self.ahead += 1

    def taken(self):
        with self.lock:
            return list(self.letters)

    def _accept(self):
        while not self.is_closed:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(60)
            threading.Thread(target=self._serve, args=(Session(self, connection),), daemon=True).start()

    def _serve(self, session):
        with self.lock:
            self.sessions.add(session)
            self.connections += 1
        try:
            session.serve()
        except (HungUp, OSError):
            pass
        with self.lock:
            self.sessions.discard(session)
        close(session.connection)


def close(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is closed already
    connection.close()
