"""Whole mail servers that are not ours, each under TLS, with a login, a limit on connections, and a next hop: a Sink, to
which it hands on what it takes. They can be stopped, killed and started again while a campaign is sent to them."""

import collections
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from engine import ROOT, Started, free_port, wait_until
from sink import Sink

# What `./run test` has fetched: Debian's packages unpacked, because only one mail server can be installed, and npm's.
FETCHED = pathlib.Path(os.environ.get("SLUICE_MAIL_SERVERS", ROOT / "build/servers"))
HERE = pathlib.Path(__file__).resolve().parent
# Their queues' syncs would keep the engine's waiting, and what is killed here is the process, not the machine.
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
USER, PASSWORD = "shop", "p@ss word"
CONNECTIONS_MAX = 5  # of one client; the engine would have 20
SESSION_MAX = 40  # letters in one session, where a server knows such a limit

Taken = collections.namedtuple("Taken", "recipient message_id queue_id is_encrypted")


def why_not():
    """What hinders these servers on this machine, or nothing."""
    if os.geteuid() != 0:
        return "mail servers have users of their own: they want root"
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode != 0:
        return "no namespaces here, in which a mail server has processes and users of its own"
    return None


class Machine:
    """Processes, accounts and mounts of its own for one server: nothing of it is seen outside, and nothing is left of it."""

    ACCOUNTS = ("Debian-exim", "opensmtpd", "opensmtpq")

    def __init__(self, folder):
        for name, more in (("passwd", ":x:{number}:{number}::/nonexistent:/usr/sbin/nologin"), ("group", ":x:{number}:")):
            known = pathlib.Path("/etc", name).read_text()
            added = [account + more.format(number=64100 + at) for at, account in enumerate(self.ACCOUNTS)
                     if f"\n{account}:" not in known]
            (folder / name).write_text(known + "".join(line + "\n" for line in added))
        self.shell = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder)
        self.run(f"mount --bind {folder}/passwd /etc/passwd && mount --bind {folder}/group /etc/group")

    def run(self, script):
        """The shell that is process 1 there does it; gives what it printed."""
        self.shell.stdin.write(f"{script}\ncode=$?; echo; echo ended $code\n")
        self.shell.stdin.flush()
        printed = []
        while not (line := self.shell.stdout.readline()).startswith("ended "):
            if not line:
                raise AssertionError(f"the machine ended at: {script}")
            printed.append(line)
        if line != "ended 0\n":
            raise AssertionError(f"{script}: {''.join(printed)}{line}")
        return "".join(printed).strip()

    def kill_all(self):
        self.run("kill -KILL -1; wait")

    def close(self):
        self.shell.stdin.close()
        self.shell.stdout.close()
        self.shell.wait(timeout=30)


class MailServer(Started):
    """What a kind of server is: its files, its command, and what it says where."""

    files = {}  # name → text, with {folder}, {port}, {sink} and so on
    folders = {}  # name → owner
    prepare = "true"  # a script
    command = ""
    program = None  # under FETCHED
    too_many = ""  # its words for a connection too many
    session_full = ""  # and for a letter too many in one session
    limit_reached = ""  # where it has no words for that: what its log says
    finishes_sessions = False  # when it is stopped as a service is; others cut them, as the sessions stand
    down = "cannot connect: Connection refused"

    @classmethod
    def why_not(cls):
        """What hinders this kind, or nothing."""
        return None

    def __init__(self):
        if self.program and not (FETCHED / self.program).exists():
            missing = f"{self.program} was not fetched, as ./run test does"
            raise AssertionError(missing) if "SLUICE_MAIL_SERVERS" in os.environ else unittest.SkipTest(missing)
        self.sink = Sink()
        self.port = free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"sluice-{type(self).__name__.lower()}-", dir=IN_MEMORY))
        self.certificate = str(self.folder / "certificate.pem")

    def text(self, template):
        return template.format(folder=self.folder, port=self.port, sink=self.sink.port, user=USER, password=PASSWORD,
                               connections=CONNECTIONS_MAX, session=SESSION_MAX, fetched=FETCHED, here=HERE)

    def __enter__(self):
        self.sink.__enter__()
        self.folder.chmod(0o755)
        make_certificate(self.folder / "key.pem", self.certificate)
        self.machine = Machine(self.folder)
        for name, owner in self.folders.items():
            (self.folder / name).mkdir(parents=True)
            self.machine.run(f"chown {owner} {self.folder / name}")
        self.machine.run(self.text(self.prepare))
        for name, text in self.files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(self.text(text))
        return super().__enter__()

    def __exit__(self, *_):
        self.machine.kill_all()
        self.machine.close()
        self.sink.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        self.process = self.machine.run(self.text(f"{self.command} >>{{folder}}/said 2>&1 </dev/null & echo $!"))
        try:
            wait_until(self.greets, f"{type(self).__name__} to be up")
        except AssertionError as fault:
            raise AssertionError(f"{fault}: {self.log()[-2000:]}") from None

    def greets(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False

    def stop(self):
        """As a service is stopped. What it has in hand, it may finish."""
        self.machine.run(f"kill -TERM {self.process}; wait {self.process}; true")

    def kill(self):
        """As if the power were cut, but for the disk."""
        self.machine.kill_all()

    def url(self, options="?tls=require"):
        return f"smtp://{USER}:{PASSWORD.replace('@', '%40').replace(' ', '%20')}@localhost:{self.port}{options}"

    def log(self):
        return "".join(file.read_text(errors="replace") for name in ("said", "log") if (file := self.folder / name).exists())

    def taken(self):
        """What it took over. It may itself hand a letter on twice when it was killed: such copies have one queue id."""
        return list({(one := taken(letter.message)).queue_id: one for letter in self.sink.taken()}.values())


def taken(message):
    """A letter as the server's own Received line tells of it."""
    head = re.sub(r"\r?\n[ \t]+", " ", re.split(rb"\r?\n\r?\n", message, 1)[0].decode())
    received = re.search(r"(?m)^Received: .*", head).group()
    return Taken(re.search(r"(?m)^To: (\S+)", head).group(1), re.search(r"(?mi)^Message-ID: (\S+)", head).group(1),
                 re.search(r"\bid (\S+?)(;|\s|$)", received).group(1), bool(re.search(r"(?i)with \w*SMTPSA?\b", received)))


def make_certificate(key, certificate):
    """For localhost; whoever reads it may: servers drop their rights before they do."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-keyout", key, "-out", certificate, "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    os.chmod(key, 0o644)


class Exim(MailServer):
    program = "exim4-daemon-light/usr/sbin/exim4"
    command = "{fetched}/" + program + " -C {folder}/exim.conf -bdf -q1s"
    too_many = "421 Too many concurrent SMTP connections from this IP address; please try again later."
    session_full = "too many messages in this connection"
    finishes_sessions = True
    folders = {"spool": "Debian-exim", "logs": "Debian-exim"}
    files = {"exim.conf": """\
exim_path = {fetched}/exim4-daemon-light/usr/sbin/exim4
spool_directory = {folder}/spool
log_file_path = {folder}/logs/%slog
primary_hostname = mx.example
keep_environment =
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
deliver_drop_privilege = true
smtp_accept_max = 50
smtp_accept_max_per_host = {connections}
smtp_accept_max_per_connection = {session}
smtp_accept_queue_per_connection = 0
tls_advertise_hosts = *
tls_certificate = {folder}/certificate.pem
tls_privatekey = {folder}/key.pem
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = recipient
acl_smtp_data = accept
hosts_connection_nolog = *
host_lookup =
rfc1413_query_timeout = 0s

begin acl
recipient:
  accept authenticated = *
  deny message = relay not permitted

begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = sink

begin transports
sink:
  driver = smtp
  port = {sink}
  hosts_try_fastopen =

begin retry
* * F,1h,1s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{user}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""}

    def log(self):
        return super().log() + "".join(file.read_text(errors="replace") for file in (self.folder / "logs").iterdir())


class SmtpServer(MailServer):
    """nodemailer's, as a program would embed it."""

    program = "node/node_modules/smtp-server"
    command = ("node {here}/servers/smtp_server.js {fetched}/node/node_modules {folder} {port} {sink} {connections}"
               " {user} '{password}'")
    too_many = "Too many connected clients, try again in a moment"
    finishes_sessions = True


class Haraka(MailServer):
    program = "node/node_modules/Haraka"
    command = "node {fetched}/" + program + "/bin/haraka -c {folder}/haraka"
    too_many = "Too many concurrent connections"
    prepare = "mkdir {folder}/haraka && cp -r {fetched}/" + program + "/config {folder}/haraka"  # as haraka --install does
    files = {
        "haraka/config/smtp.ini": "listen=127.0.0.1:{port}\nspool_dir={folder}/haraka\ngraceful_shutdown=true\n"
                                  "force_shutdown_timeout=2\n",
        "haraka/config/plugins": "tls\nconnections_max\nauth/flat_file\nqueue/smtp_forward\n",
        "haraka/config/me": "mx.example\n",
        "haraka/config/log.ini": "[main]\nlevel=notice\n",
        "haraka/config/tls.ini": "key={folder}/key.pem\ncert={folder}/certificate.pem\n",
        "haraka/config/auth_flat_file.ini": "[core]\nmethods=PLAIN,LOGIN\nconstrain_sender=false\n\n[users]\n"
                                            "{user}={password}\n",
        "haraka/config/smtp_forward.ini": "host=127.0.0.1\nport={sink}\nenable_outbound=true\n",
        "haraka/package.json": "{{}}\n",
        # The packaged plugin for limits keeps its counts in a Redis; this one says the same, and counts by itself.
        "haraka/plugins/connections_max.js": """\
'use strict';
let connections = 0;
exports.hook_connect = function (next, connection) {{
  connections += 1;
  connection.notes.is_counted = true;
  if (connections > {connections}) return next(DENYSOFTDISCONNECT, 'Too many concurrent connections');
  next();
}};
exports.hook_disconnect = function (next, connection) {{
  if (connection.notes.is_counted) connections -= 1;
  next();
}};
"""}


class OpenSmtpd(MailServer):
    """Takes one command at a time. Of clients it lets in as many as it may open files for (it has no setting); others wait
    for their greeting. It hands nothing on, for it takes its time in that; what it took is looked up in its queue."""

    program = "opensmtpd/usr/sbin/smtpd"
    session_full = "Too many messages sent"
    limit_reached = "Client limit reached"
    # Half of its files, and five less: five clients.
    command = "ulimit -n 20; {fetched}/" + program + " -d -f {folder}/smtpd.conf"
    # It wants places that were fixed when it was built; what else is there is none of its business.
    prepare = """
for at in /var/lib /var/spool /run /usr/libexec; do mount -t tmpfs none $at || exit; done
mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd spool
mount --bind spool /var/spool/smtpd
chmod 711 spool
cp -r {fetched}/opensmtpd/usr/libexec/opensmtpd /usr/libexec/
install -m 600 key.pem key_of_root.pem
echo "{user} $(openssl passwd -6 '{password}')" >users
"""
    files = {"smtpd.conf": """\
pki mx.example cert "{folder}/certificate.pem"
pki mx.example key "{folder}/key_of_root.pem"
table users file:{folder}/users
smtp limit max-mails {session}
listen on 127.0.0.1 port {port} hostname mx.example tls-require pki mx.example auth <users>
action "on" relay host smtp://127.0.0.1:1
match auth from any for any action "on"
"""}

    def taken(self):
        return [taken(file.read_bytes()) for file in (self.folder / "spool/queue").glob("*/*/message")]


# A submission server, and what a Postfix asks for passwords.
DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
hostname = mx.example
auth_mechanisms = plain login
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail
}}
"""
USERS = "{user}:{{PLAIN}}{password}\n"


def why_no_dovecot():
    told = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True, check=True).stdout
    return None if told.startswith("2.3.") else f"the configuration is for Dovecot 2.3, not {told.strip()}"


class PlainPostfix(MailServer):
    """Postfix without TLS and logins, which takes from this machine; kinds of it say what else, and what becomes of letters."""

    command = "/usr/sbin/postfix -c {folder}/config start-fg"
    folders = {"config": "root", "queue": "root", "data": "postfix", "mail": "nobody"}
    files = {
        "config/master.cf": """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
""", "config/main.cf": """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
"""}

    def stop(self):
        self.machine.run(self.text("/usr/sbin/postfix -c {folder}/config stop"))


class Postfix(PlainPostfix):
    command = "/usr/sbin/dovecot -c {folder}/dovecot.conf; " + PlainPostfix.command
    too_many = "421 4.7.0 mx.example Error: too many connections from 127.0.0.1"
    files = {
        **PlainPostfix.files,
        "dovecot.conf": DOVECOT + """\
protocols =
ssl = no
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
""", "users": USERS,
        "config/main.cf": PlainPostfix.files["config/main.cf"].replace("127.0.0.0/8", "") + """\
relayhost = [127.0.0.1]:{sink}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = {connections}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {folder}/certificate.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/auth
"""}

    @classmethod
    def why_not(cls):
        return why_no_dovecot()


class Dovecot(MailServer):
    """Its submission server hands each letter on before it says yes: it has no queue. Whoever
    logs in beyond its limit is left without a word."""

    command = "/usr/sbin/dovecot -F -c {folder}/dovecot.conf"
    limit_reached = "Maximum number of connections from user+IP exceeded"
    folders = {"mail": "nobody"}
    files = {"dovecot.conf": DOVECOT + """\
protocols = submission
ssl = required
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail
submission_relay_host = 127.0.0.1
submission_relay_port = {sink}
protocol submission {{
  mail_max_userip_connections = {connections}
}}
service submission-login {{
  inet_listener submission {{
    port = {port}
  }}
}}
""", "users": USERS}

    @classmethod
    def why_not(cls):
        return why_no_dovecot()
