//! How does a web service log a user in with the card?
//!
//! The service sends a challenge, the client answers it with the user-authentication key, the service checks the answer.
//! Here both are one program; `log_in_server` and `log_in_client` are two, with a connection between them and revocation
//! checked. `cargo run --example log_in`, or with a real card `cargo run --example log_in any`.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use examples::Source;
use examples::world::now;
use mynumber::crypto::anchor::{self, Anchor};
use mynumber::crypto::certificate::{Certificate, Purpose};
use mynumber::crypto::login::{Audience, Challenge, Life, MemoryStore, Service};
use mynumber::crypto::path::{Profile, Validator};
use mynumber::crypto::signer::{Revocation, Verifier};
use mynumber::{login, testing};

fn main() -> Result<(), Box<dyn Error>> {
    let source = Source::from_arguments();
    // Whom the service trusts: the test authority for the simulated card, the authorities of JPKI for a real one. The
    // simulated card was issued at a fixed time, which the clock may not have reached.
    let (anchors, time) = match source {
        Source::Virtual => {
            let ca = Certificate::parse(testing::authority().user_authentication_ca())?;
            (vec![Anchor::from_certificate(&ca)?.labelled("the test authority")], testing::ISSUED)
        }
        Source::Reader(_) => (anchor::production().to_vec(), now()),
    };

    // The service: its name, whom it trusts, what it asks of revocation, which challenges are open.
    let name = Audience::parse("https://service.example")?;
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::UserAuthentication));
    let service = Service::new(name, Verifier::new(validator, Revocation::NotChecked));
    let mut open = MemoryStore::new(1000);
    let mut nonce = [0; 32];
    getrandom::fill(&mut nonce)?;
    let sent = service.issue(nonce, time, Life::DEFAULT, &mut open)?.to_string();

    // The client: it knows where it is, and answers for no other service.
    let here = Audience::parse("https://service.example")?;
    let pin = source.user_authentication_pin()?;
    let answered = login::answer(&mut source.card()?, &pin, &Challenge::parse(&sent)?, &here)?;

    // The service again.
    let user = service.check(&answered.as_answer(), time, &mut open)?;
    println!(
        "checked:     {} issued the certificate for logging in, and it is in force",
        user.signer().anchor()
    );
    println!("checked:     its key answered the challenge of {}, once", user.audience());
    println!("NOT checked: whether it is revoked; that takes data from J-LIS");
    println!("welcome, holder of certificate {}", user.account());
    Ok(())
}
