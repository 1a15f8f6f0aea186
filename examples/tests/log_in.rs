//! Runs the log-in server with the log-in client, and with clients that do what they should not.
#![expect(clippy::unwrap_used, reason = "a test program: what is not as it should be fails the test")]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use examples::wire::{receive_text, send};
use examples::world::World;
use mynumber::applet::pin::reference;
use mynumber::crypto::certificate::Certificate;
use mynumber::crypto::login::{Challenge, SCHEMES};
use mynumber::driver::Input;
use mynumber::{OwnCertificate, login, testing};

/// Keys are made without much optimisation, on machines with other things to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program of an example; `cargo test` builds them all before it runs this.
fn program(name: &str) -> Command {
    let mut folder: PathBuf = std::env::current_exe().unwrap();
    folder.pop();
    folder.pop();
    let path = folder.join("examples").join(name);
    assert!(path.exists(), "{} is not built; `cargo test --package examples` does it", path.display());
    Command::new(path)
}

/// A running server, ended with this value.
struct Server {
    child: Child,
    lines: Receiver<String>,
    address: String,
}

impl Server {
    /// More arguments: the service's name and the life of its challenges.
    fn start(folder: &Path, more: &[&str]) -> Self {
        let mut child = program("log_in_server")
            .arg(folder)
            .arg("127.0.0.1:0")
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut server = Self { child, lines, address: String::new() };
        server.address = server.line().rsplit_once(' ').unwrap().1.to_owned();
        server
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    fn client(&self, folder: &Path) -> Output {
        program("log_in_client").arg(folder).arg(&self.address).output().unwrap()
    }

    /// Connects, and receives the challenge.
    fn connect(&self) -> (TcpStream, Challenge) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let challenge = Challenge::parse(&receive_text(&mut stream).unwrap()).unwrap();
        (stream, challenge)
    }

    /// Sends an answer, whatever challenge this connection got: what the client is told, and what the server prints.
    fn send(&self, answer: &Sent) -> (String, String) {
        let (stream, _) = self.connect();
        self.send_over(stream, answer)
    }

    fn send_over(&self, mut stream: TcpStream, answer: &Sent) -> (String, String) {
        for part in answer {
            send(&mut stream, part).unwrap();
        }
        (receive_text(&mut stream).unwrap(), self.line())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The four messages of an answer.
type Sent = [Vec<u8>; 4];

/// The card answers honestly.
fn answered(world: &World, challenge: &Challenge) -> Sent {
    let pin = testing::secrets().user_authentication;
    let mut card = world.card().unwrap();
    let answered = login::answer(&mut card, &pin, challenge, challenge.audience()).unwrap();
    let answer = answered.as_answer();
    let scheme = SCHEMES.iter().position(|scheme| *scheme == answer.scheme).unwrap();
    [
        answer.challenge.as_bytes().to_vec(),
        answer.certificate.to_vec(),
        vec![u8::try_from(scheme).unwrap()],
        answer.signature.to_vec(),
    ]
}

fn refused(outcome: &(String, String), why: &str) {
    assert_eq!(outcome.0, "refused");
    assert!(outcome.1.starts_with("refused: ") && outcome.1.contains(why), "{}", outcome.1);
}

fn logged_in(outcome: &(String, String)) {
    assert_eq!(outcome.0, "logged in");
    assert!(outcome.1.starts_with("logged in: "), "{}", outcome.1);
}

#[test]
fn the_client_logs_in_to_the_server_and_to_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open_or_make(folder.path()).unwrap();
    let der = world.card().unwrap().user_authentication_certificate().unwrap();
    let serial = Certificate::parse(der.content()).unwrap().serial().to_vec();
    let hex: String = serial.iter().map(|byte| format!("{byte:02x}")).collect();

    let server = Server::start(folder.path(), &[]);
    for _ in 0..2 {
        let client = server.client(folder.path());
        let text = String::from_utf8(client.stdout).unwrap();
        assert!(client.status.success(), "{}", String::from_utf8_lossy(&client.stderr));
        assert_eq!(text, format!("tcp://{}: logged in\n", server.address));
        let line = server.line();
        assert!(line.starts_with("logged in: ") && line.contains(&format!(":{hex}, ")), "{line}");
    }

    // A service of another name: the client signs nothing for it.
    let other = Server::start(folder.path(), &["tcp://elsewhere.example"]);
    let client = other.client(folder.path());
    assert!(!client.status.success() && client.stdout.is_empty());
    let said = String::from_utf8(client.stderr).unwrap();
    assert!(said.contains("OtherAudience"), "{said}");
    assert!(other.line().starts_with("refused: "));
}

#[test]
fn the_server_refuses_replays_relays_late_answers_other_certificates_and_revoked_ones() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open_or_make(folder.path()).unwrap();
    let server = Server::start(folder.path(), &[]);

    // Replay.
    let (stream, challenge) = server.connect();
    let answer = answered(&world, &challenge);
    logged_in(&server.send_over(stream, &answer));
    refused(&server.send(&answer), "not open");

    // Relay: the card was told of another service.
    let other = Server::start(folder.path(), &["tcp://elsewhere.example", "1"]);
    let (late, challenge) = other.connect();
    let answer = answered(&world, &challenge);
    refused(&server.send(&answer), "another service");

    // Too late: that challenge lived for a second.
    thread::sleep(Duration::from_millis(2200));
    refused(&other.send_over(late, &answer), "ended at");

    e10_a_signature_certificate(&server, &world);

    // Revoked, and then not: it is the CRL that decides.
    let serial = Certificate::parse(&answer[1]).unwrap().serial().to_vec();
    for (number, serials, good) in [(2, &[serial.as_slice()][..], false), (3, &[], true)] {
        world.publish_crl(number, serials).unwrap();
        let (stream, challenge) = server.connect();
        let outcome = server.send_over(stream, &answered(&world, &challenge));
        if good { logged_in(&outcome) } else { refused(&outcome, "revoked since") }
    }

    // A message longer than any, and a scheme that is none.
    let (mut stream, challenge) = server.connect();
    let answer = answered(&world, &challenge);
    send(&mut stream, &[b'm'; 600]).unwrap();
    assert!(server.line().starts_with("refused: "));
    let [text, certificate, _, signature] = answer;
    refused(&server.send(&[text, certificate, vec![9], signature]), "no scheme");
}

/// Signed by the signature key, over the right challenge, with its own certificate.
fn e10_a_signature_certificate(server: &Server, world: &World) {
    let (stream, challenge) = server.connect();
    let input = Input::sha256(&challenge.digest());
    let password = testing::secrets().signature;
    let mut card = world.card().unwrap();
    let signed = card.sign::<reference::Signature>(&password, &input, &OwnCertificate).unwrap();
    let text = challenge.statement().into_bytes();
    let answer = [text, signed.certificate().to_vec(), vec![0], signed.value().to_vec()];
    refused(&server.send_over(stream, &answer), "key usage");
}
