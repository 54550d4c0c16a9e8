"""An SMTP server of ours that keeps books: who got which letter, and when. One thread, any number of clients."""

import collections
import re
import selectors
import socket
import threading
import time


class Letter(collections.namedtuple("Letter", "at recipient message_id message")):
    """`at` is when the end of its data came in."""

    @property
    def body(self):
        return self.message.partition(b"\r\n\r\n")[2].decode()


GREETING = b"220 sink.example ESMTP\r\n"
HELLO = b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 50000000\r\n"
OK = b"250 2.0.0 Ok\r\n"


class Client:
    def __init__(self, connection):
        self.connection = connection
        self.incoming = bytearray()
        self.recipient = None
        self.is_in_data = False
        self.heard_at = time.monotonic()
        self.answers_at = 0  # a slow server's reply to the end of data is held back until then


class Sink:
    """Takes every letter unless `refusal` gives other words for its recipient, and takes `delay` seconds
    from the end of data to its reply. Whoever says nothing for `patience` seconds is told so and cut off."""

    def __init__(self, refusal=None, delay=0, patience=None):
        self.refusal = refusal or (lambda recipient: None)
        self.delay = delay
        self.patience = patience
        self.cut_off = 0
        self.held_back = collections.deque()
        self.letters = []
        self.changed = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.port = self.listener.getsockname()[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.clients = set()
        self.waker, self.wakee = socket.socketpair()
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.waker.send(b"x")
        self.thread.join()
        for one in (self.listener, self.waker, self.wakee, *self.clients):
            one.close()

    def count(self):
        with self.changed:
            return len(self.letters)

    def taken(self):
        with self.changed:
            return list(self.letters)

    def wait_for(self, count, seconds=60):
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.letters) >= count, seconds):
                raise AssertionError(f"{count} letters were awaited in {seconds} s, {len(self.letters)} came")

    def _serve(self):
        watch = selectors.DefaultSelector()
        self.listener.setblocking(False)
        watch.register(self.listener, selectors.EVENT_READ, None)
        watch.register(self.wakee, selectors.EVENT_READ, "stop")
        while True:
            for key, _ in watch.select(self._seconds_to_wait()):
                if key.data == "stop":
                    return
                if key.data is None:
                    connection, _ = self.listener.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection.sendall(GREETING)
                    self.clients.add(connection)
                    watch.register(connection, selectors.EVENT_READ, Client(connection))
                elif not self._read(key.data):
                    self._let_go(watch, key.fileobj)
            if self.patience is not None:
                self._cut_off_the_silent(watch)
            while self.held_back and self._seconds_to_next_answer() <= 0:
                self._go_on(self.held_back.popleft(), OK)

    def _let_go(self, watch, connection):
        watch.unregister(connection)
        self.clients.discard(connection)
        connection.close()

    def _cut_off_the_silent(self, watch):
        latest = time.monotonic() - self.patience
        for key in [key for key in watch.get_map().values() if isinstance(key.data, Client)]:
            if key.data.heard_at < latest:
                try:
                    key.fileobj.sendall(b"421 4.4.2 sink.example timed out\r\n")
                except OSError:
                    pass
                self.cut_off += 1
                self._let_go(watch, key.fileobj)

    def _seconds_to_wait(self):
        waits = [self._seconds_to_next_answer(), self.patience and self.patience / 4]
        return min((one for one in waits if one is not None), default=None)

    def _seconds_to_next_answer(self):
        return max(0, self.held_back[0].answers_at - time.monotonic()) if self.held_back else None

    def _read(self, client):
        try:
            bytes_in = client.connection.recv(1 << 18)
        except OSError:
            return False
        if not bytes_in:
            return False
        client.heard_at = time.monotonic()
        client.incoming += bytes_in
        return client in self.held_back or self._go_on(client)

    def _go_on(self, client, answer=b""):
        """Answers what has come in so far. False: the connection ends."""
        try:
            answer = answer + self._answer(client)
            if answer:
                client.connection.sendall(answer)
            return not answer.endswith(b"221 2.0.0 Bye\r\n")
        except OSError:
            return False

    def _answer(self, client):
        answer = bytearray()
        while True:
            if client.is_in_data:
                end = client.incoming.find(b"\r\n.\r\n")
                if end < 0:
                    return answer
                self._keep(client, bytes(client.incoming[:end + 2]))
                del client.incoming[:end + 5]
                client.is_in_data = False
                if self.delay:
                    client.answers_at = time.monotonic() + self.delay
                    self.held_back.append(client)
                    return answer
                answer += OK
                continue
            end = client.incoming.find(b"\r\n")
            if end < 0:
                return answer
            line = bytes(client.incoming[:end])
            del client.incoming[:end + 2]
            verb = line[:4].upper()
            if verb in (b"EHLO", b"HELO"):
                answer += HELLO
            elif verb == b"RCPT":
                recipient = re.search(rb"<([^>]*)>", line).group(1).decode()
                words = self.refusal(recipient)
                client.recipient = None if words else recipient
                answer += words.encode() + b"\r\n" if words else OK
            elif verb == b"DATA":
                client.is_in_data = client.recipient is not None
                answer += b"354 go on\r\n" if client.is_in_data else b"503 5.5.1 no recipient\r\n"
            elif verb == b"QUIT":
                return answer + b"221 2.0.0 Bye\r\n"
            else:
                answer += OK

    def _keep(self, client, message):
        message = message.replace(b"\r\n..", b"\r\n.") if b"\r\n.." in message else message
        found = re.search(rb"(?im)^message-id:\s*(\S+)", message.partition(b"\r\n\r\n")[0])
        letter = Letter(time.time(), client.recipient, found.group(1).decode() if found else "", message)
        with self.changed:
            self.letters.append(letter)
            self.changed.notify_all()
