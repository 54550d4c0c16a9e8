// A server made of nodemailer's smtp-server. A letter is taken when the next hop has taken it.
'use strict';

const fs = require('fs');
const path = require('path');
const [, , packages, folder, port, nextHop, connectionsMax, user, password] = process.argv;
const { SMTPServer } = require(path.join(packages, 'smtp-server'));
const SMTPConnection = require(path.join(packages, 'nodemailer/lib/smtp-connection'));

let letters = 0;

/** One connection a letter: how fast it is does not matter here. */
function handOn(envelope, message, done) {
  const connection = new SMTPConnection({ host: '127.0.0.1', port: Number(nextHop), ignoreTLS: true });
  connection.once('error', done);
  connection.connect(() => connection.send(envelope, message, (fault) => {
    connection.quit();
    done(fault);
  }));
}

const server = new SMTPServer({
  key: fs.readFileSync(path.join(folder, 'key.pem')),
  cert: fs.readFileSync(path.join(folder, 'certificate.pem')),
  maxClients: Number(connectionsMax),
  authMethods: ['PLAIN', 'LOGIN'],
  closeTimeout: 1000,
  onAuth: ({ username, password: given }, session, done) =>
    username === user && given === password ? done(null, { user }) : done(new Error('Invalid username or password')),
  onData(stream, session, done) {
    const pieces = [];
    stream.on('data', (piece) => pieces.push(piece));
    stream.on('end', () => {
      letters += 1;
      const received = `Received: from ${session.hostNameAppearsAs}\r\n by mx.example with ` +
        `${session.secure ? 'ESMTPSA' : 'ESMTPA'}\r\n id ${process.pid}.${letters}\r\n`;
      const envelope = { from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map((one) => one.address) };
      handOn(envelope, Buffer.concat([Buffer.from(received), ...pieces]), (fault) => done(fault));
    });
  },
});
server.on('error', (fault) => console.error(fault.message));
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
