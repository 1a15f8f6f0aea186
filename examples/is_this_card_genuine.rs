//! Is this card genuine, and what does it prove?
//!
//! The records on the card are checked against the authorities of real cards, the chip is asked to answer a new nonce, and
//! what nobody signed is told apart. `cargo run --example is_this_card_genuine`, or with a real card
//! `cargo run --example is_this_card_genuine any`.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use examples::Source;
use mynumber::applet::pin::reference;
use mynumber::crypto::UnixTime;
use mynumber::crypto::anchor::Hierarchy;
use mynumber::crypto::cvc;
use mynumber::genuine::{self, Terms};
use mynumber::testing;

fn main() -> Result<(), Box<dyn Error>> {
    let source = Source::from_arguments();
    // The authorities of real cards, unless the card is the simulated one.
    let authorities = match source {
        Source::Virtual => testing::authorities(),
        Source::Reader(_) => cvc::production(),
    };
    // New and random for each proof: an answer to an old nonce can be replayed.
    let mut nonce = [0; 32];
    getrandom::fill(&mut nonce)?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let terms = Terms::new(authorities, nonce, UnixTime::from_seconds(now)).with_comparison();

    let pin = source.input_assist_pin()?;
    let genuine = match genuine::prove::<reference::InputAssist, _>(&mut source.card()?, &pin, &terms) {
        Ok(genuine) => genuine,
        Err(error) if error.is_verdict() => return Err(format!("not shown to be genuine: {error}").into()),
        Err(error) => return Err(error.into()),
    };
    let signed = genuine.certified();
    println!("checked:     {} certified the key {}", signed.authority(), signed.signer());
    println!("checked:     that key signed the attributes and the key of the chip");
    println!("checked:     the chip answered our nonce");
    match signed.hierarchy() {
        Hierarchy::Production => println!("authority:   of real cards"),
        Hierarchy::JlisTest => println!("authority:   of J-LIS's test cards; this is nobody"),
        _ => println!("authority:   one that this program chose to trust"),
    }
    let attributes = genuine.contents().attributes().ok_or("the PIN opens them")?;
    println!("name:        {}", attributes.name().escape_debug());
    for difference in genuine.differences() {
        println!("differs:     {difference}");
    }
    for gap in genuine.not_checked() {
        println!("NOT checked: {gap}");
    }
    Ok(())
}
