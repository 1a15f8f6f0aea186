//! How does a client log in to a service with the card?
//!
//! ```text
//! cargo run --example log_in_client -- FOLDER ADDRESS [READER]
//! ```
//!
//! The other half of [`log_in_server`](log_in_server.rs), which says more. Without `READER` the card is the virtual one in
//! `FOLDER`; with it, the one in the reader of that name (`any`: the only one there is), which the server refuses, since it
//! trusts nobody but the test authority.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;
use std::net::TcpStream;
use std::path::Path;

use examples::Source;
use examples::wire::{receive_text, send};
use examples::world::World;
use mynumber::applet::pin::FourDigitPin;
use mynumber::crypto::login::{Audience, Challenge, SCHEMES};
use mynumber::driver::Card;
use mynumber::login::{self, Answered};
use mynumber::transport::Transport;

/// Answers the challenge with the card, for the service that we are connected to.
fn answer(
    transport: impl Transport,
    pin: &FourDigitPin,
    challenge: &Challenge,
    here: &Audience,
) -> Result<Answered, login::AnswerError> {
    login::answer(&mut Card::new(transport), pin, challenge, here)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder of the simulated world")?;
    let address = arguments.next().ok_or("give the address of the service")?;
    let source = arguments.next().map_or(Source::Virtual, Source::Reader);

    let mut stream = TcpStream::connect(&address)?;
    // What the user typed decides what is signed for, never what the other side says of itself.
    let here = Audience::parse(&format!("tcp://{address}"))?;
    let challenge = Challenge::parse(&receive_text(&mut stream)?)?;
    let pin = source.user_authentication_pin()?;
    let answered = match source {
        Source::Virtual => {
            let card = World::open_or_make(Path::new(&folder))?.card()?;
            answer(card.into_transport(), &pin, &challenge, &here)?
        }
        Source::Reader(_) => answer(source.transport()?, &pin, &challenge, &here)?,
    };

    let answer = answered.as_answer();
    let scheme =
        SCHEMES.iter().position(|scheme| *scheme == answer.scheme).ok_or("not a scheme to log in with")?;
    send(&mut stream, answer.challenge.as_bytes())?;
    send(&mut stream, answer.certificate)?;
    send(&mut stream, &[u8::try_from(scheme)?])?;
    send(&mut stream, answer.signature)?;
    let verdict = receive_text(&mut stream)?;
    println!("{here}: {verdict}");
    if verdict == "logged in" { Ok(()) } else { Err("the service did not log us in".into()) }
}
