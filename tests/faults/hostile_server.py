"""An SMTP server of ours that misbehaves on request, and keeps books of what it took. A thread for each client.

    server.misbehave("RCPT", cut)            at every RCPT, until `behave`
    server.misbehave(".", late, times=2)     at the first two ends of data

Steps: greeting, EHLO, STARTTLS, TLS (the handshake), AUTH, MAIL, RCPT, DATA, message (amid it), "." (the end of
data), RSET, QUIT. A misbehaviour is a function of the session and of what the server would say; it returns what
was said instead, or hangs up."""

import collections
import re
import socket
import struct
import threading

LINE_ENDS = b"\r\n"
OK = b"250 2.0.0 Ok\r\n"
PIPELINING = (b"PIPELINING", b"8BITMIME", b"SMTPUTF8", b"SIZE 50000000")
IN_STEPS = PIPELINING[1:]
ENDLESS_PIECE = 4000

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
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
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
        letter = None
        if self.recipient:
            found = re.search(rb"(?im)^message-id:\s*(\S+)", message)
            letter = Letter(self.recipient, found.group(1).decode())
            self.server.note_taken(letter)
        # Without a word that says otherwise the letter is the server's: it was in its hands.
        if self.answer(".", OK) >= 400 and letter:
            self.server.note_refused(letter)
        self.recipient = None


class HostileServer:
    """Listens on loopback, where the kernel chooses unless a port is given. `tls` is the context of a server."""

    def __init__(self, offers=PIPELINING, tls=None, tls_at_once=False, port=0):
        self.offers = offers
        self.tls = tls
        self.tls_at_once = tls_at_once
        self.refusals = {}  # a recipient → what is said to its RCPT
        self.lock = threading.Lock()
        self.planned = {}  # a step → (misbehaviour, how often yet)
        self.letters = []
        self.unanswered = []
        self.connections = 0
        self.behaving = threading.Event()
        self.is_closed = False
        self.sessions = set()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # a large message soon has no room
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.acceptor = threading.Thread(target=self._accept, daemon=True)

    def url(self, scheme="smtp", user="", options=""):
        return f"{scheme}://{user}127.0.0.1:{self.port}{options}"

    def __enter__(self):
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


# -- misbehaviours ----------------------------------------------------------------------------------------


def misbehaviour(words):
    def named(how):
        how.words = words
        return how
    return named


def says(text):
    """Says something else, and goes on."""
    @misbehaviour("says " + text.decode().strip())
    def how(session, *_):
        return session.say(text)
    return how


def says_and_cuts(text):
    @misbehaviour("says " + text.decode().strip() + " and cuts the connection")
    def how(session, *_):
        session.say(text)
        session.hang_up()
    return how


def says_and_stalls(text):
    """Says something, and from then on reads nothing of what comes."""
    @misbehaviour(f"says {text.decode().strip()} and reads no more" if text else "reads no more")
    def how(session, *_):
        session.say(text)
        session.server.behaving.wait(60)
        session.hang_up()
    return how


@misbehaviour("says nothing")
def silence(session, *_):
    session.await_hang_up()
    session.hang_up()


@misbehaviour("cuts the connection")
def cut(session, *_):
    session.hang_up()


@misbehaviour("resets the connection")
def reset(session, *_):
    session.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    session.connection.close()
    session.hang_up()


@misbehaviour("says garbage")
def garbage(session, *_):
    session.say(b"\x00\xff\xfe250 \x1b[2J\x80\x00\r\n\x00")
    session.await_hang_up()
    session.hang_up()


@misbehaviour("says half a line and no more")
def half_a_line(session, usual):
    session.say(usual[:7])
    session.await_hang_up()
    session.hang_up()


@misbehaviour("says half a line and cuts the connection")
def half_a_line_and_cut(session, usual):
    session.say(usual[:7])
    session.hang_up()


@misbehaviour("says a line without end")
def endless_line(session, usual):
    session.say(usual[:4])
    while True:
        session.say(b"x" * ENDLESS_PIECE)


@misbehaviour("says a reply without end")
def endless_reply(session, usual):
    while True:
        session.say((usual[:3] + b"-\r\n") * (ENDLESS_PIECE // 6))


@misbehaviour("says a reply of two codes")
def two_codes(session, usual):
    session.say(usual[:3] + b"-one\r\n451 two\r\n")
    session.await_hang_up()
    session.hang_up()


@misbehaviour("says its reply twice")
def twice(session, usual):
    return session.say(usual + usual)


@misbehaviour("says a refusal of nothing before its reply")
def stray_refusal(session, usual):
    session.say(b"550 5.1.1 stray\r\n" + usual)
    return usual


@misbehaviour("says its reply when the client has given up")
def late(session, usual):
    session.await_hang_up()
    return session.say(usual)


@misbehaviour("says its reply byte by byte")
def in_pieces(session, usual):
    for at in range(len(usual)):
        session.say(usual[at:at + 1])
    return usual


@misbehaviour("says its reply in many lines")
def in_many_lines(session, usual):
    return session.say((usual[:3] + b"-" + b"y" * 1000 + b"\r\n") * 50 + usual)


@misbehaviour("says its reply with bytes that are no text")
def with_odd_bytes(session, usual):
    return session.say(usual[:4] + b"\x00\x1b[2J\xc2\x9b\xff " + usual[4:])
