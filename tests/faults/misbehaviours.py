"""What a hostile SMTP server does instead of answering: functions of the session and of its usual reply, which return
what was said, or hang up. Their `words` finish the sentence "a server that …"."""

import socket
import struct

ENDLESS_PIECE = 4000
SHUTTING_DOWN = b"421 4.3.2 shutting down\r\n"


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


@misbehaviour("is somebody else")
def as_a_stranger(session):
    session.server.certificates.stranger.wrap_socket(session.connection, server_side=True).recv(1)
    session.hang_up()
