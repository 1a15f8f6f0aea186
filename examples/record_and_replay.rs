//! How do I record a session with a card once, and replay it where there is none?
//!
//! `cargo run --example record_and_replay`, or with a real card `cargo run --example record_and_replay any`.
//! **A recording of a real card is personal data**; PINs are not in it.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use examples::Source;
use mynumber::applet::pin::FourDigitPin;
use mynumber::driver::Card;
use mynumber::transport::{Recorded, Recording, Replay, Transport};

/// What the program does with a card: whatever the transport, the same.
fn prefecture(card: &mut Card<impl Transport>, pin: &FourDigitPin) -> Result<String, Box<dyn Error>> {
    let attributes = card.attributes(pin)?;
    Ok(attributes.view()?.address().chars().take(3).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let source = Source::from_arguments();
    let pin = source.input_assist_pin()?;

    let mut card = Card::new(Recorded::new(source.transport()?));
    let live = prefecture(&mut card, &pin)?;
    let (_, recording) = card.into_transport().into_parts();
    println!("recorded: {} exchanges, from {}", recording.exchanges(), live.escape_debug());

    // To a file and back: a recording is text. Wherever a PIN was sent it says `secret`, and no more.
    let text = recording.to_string();
    let secrets = text.lines().filter(|line| line.ends_with("secret")).count();
    println!("as text: {} lines, {secrets} of them with a secret left out", text.lines().count());

    // No card from here on. Any PIN of the right form does: what was sent is not known.
    let mut card = Card::new(Replay::new(text.parse::<Recording>()?));
    let replayed = prefecture(&mut card, &FourDigitPin::parse("0000")?)?;
    assert_eq!(replayed, live, "the replay answers as the card did");
    println!("replayed: the same, without a card");
    Ok(())
}
