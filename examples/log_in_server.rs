//! How does a web service log people in with the card?
//!
//! ```text
//! cargo run --example log_in_server -- FOLDER [ADDRESS [NAME [LIFE]]]
//! cargo run --example log_in_client -- FOLDER ADDRESS
//! ```
//!
//! The service sends a challenge over plain TCP on this machine (`ADDRESS`, `127.0.0.1:0` when none is given: it prints
//! which port it got), takes the answer of [`log_in_client`](log_in_client.rs), and says who logged in. `FOLDER` holds the
//! simulated world that both share; whoever comes first makes it. `NAME` is the service's name, `tcp://ADDRESS` as a rule;
//! `LIFE` the seconds that a challenge can be answered, 120 as a rule.
//!
//! A real service has TLS below and a session above, both of which this lacks.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use examples::wire::{self, receive, receive_text, send};
use examples::world::{World, now};
use mynumber::crypto::anchor::Anchor;
use mynumber::crypto::certificate::{Certificate, Purpose};
use mynumber::crypto::login::{Answer, Audience, Life, LoggedIn, MemoryStore, SCHEMES, Service};
use mynumber::crypto::path::{Profile, Validator};
use mynumber::crypto::revocation::Freshness;
use mynumber::crypto::signer::{Revocation, Verifier};
use mynumber::revocation::Directory;

/// Clients served at the same time; the next one is turned away.
const MOST_CLIENTS: usize = 16;
/// Challenges that may be open at the same time.
const MOST_CHALLENGES: usize = 10_000;
/// How long a client that says nothing is listened to. The user types a PIN meanwhile.
const PATIENCE: Duration = Duration::from_secs(150);

/// What the connections share.
struct Site<'a> {
    service: Service<'a>,
    life: Life,
    open: Mutex<MemoryStore>,
    clients: AtomicUsize,
}

impl Site<'_> {
    /// One client, from the challenge to the verdict. Nobody is logged in unless this says who.
    fn log_in(&self, stream: &mut TcpStream) -> Result<LoggedIn, Box<dyn Error>> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce)?;
        let challenge = self.service.issue(nonce, now(), self.life, &mut *self.open())?;
        send(stream, challenge.to_string().as_bytes())?;

        let text = receive_text(stream)?;
        let certificate = receive(stream, wire::CERTIFICATE)?;
        let scheme = *receive(stream, 1)?.first().ok_or("no scheme to log in with")?;
        let signature = receive(stream, wire::SIGNATURE)?;
        let scheme = *SCHEMES.get(usize::from(scheme)).ok_or("no scheme to log in with")?;
        let answer = Answer { challenge: &text, certificate: &certificate, scheme, signature: &signature };
        Ok(self.service.check(&answer, now(), &mut *self.open())?)
    }

    fn open(&self) -> MutexGuard<'_, MemoryStore> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut stream: TcpStream) {
        let verdict = match self.log_in(&mut stream) {
            Ok(user) => {
                println!("logged in: {}, certificate until {}", user.account(), user.signer().not_after());
                "logged in"
            }
            Err(reason) => {
                println!("refused: {reason}");
                // The reason is for the service's own log.
                "refused"
            }
        };
        // A client that is gone does not want to know.
        let _ = send(&mut stream, verdict.as_bytes());
        self.clients.fetch_sub(1, Ordering::SeqCst);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder of the simulated world")?;
    let listener = TcpListener::bind(arguments.next().as_deref().unwrap_or("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let name = arguments.next().unwrap_or_else(|| format!("tcp://{address}"));
    let life = arguments.next().map_or(Ok(Life::DEFAULT.seconds()), |text| text.parse())?;

    let world = World::open_or_make(Path::new(&folder))?;
    let authority = Certificate::parse(world.authority().user_authentication_ca())?;
    let anchors = [Anchor::from_certificate(&authority)?.labelled("test authority")];
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::UserAuthentication));
    // Files that change are read again: who was revoked this minute does not log in the next.
    let source = Directory::open(world.crls())?;
    let revocation = Revocation::Required { source: &source, freshness: Freshness::default() };
    let service = Service::new(Audience::parse(&name)?, Verifier::new(validator, revocation));
    println!("{name} listens on {address}");
    let site = Site {
        service: service.with_clock_skew(Duration::ZERO),
        life: Life::from_seconds(life)?,
        open: Mutex::new(MemoryStore::new(MOST_CHALLENGES)),
        clients: AtomicUsize::new(0),
    };
    thread::scope(|scope| {
        for stream in listener.incoming().flatten() {
            if site.clients.fetch_add(1, Ordering::SeqCst) >= MOST_CLIENTS {
                site.clients.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            scope.spawn(|| site.serve(stream));
        }
    });
    Ok(())
}
