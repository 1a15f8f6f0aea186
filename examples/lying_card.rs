//! How do I write a card that lies, to see what my client does with it?
//!
//! `cargo run --example lying_card`. The lie is the type `Amnesiac`; `mynumber card hostile --list` has seventy more.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use mynumber::driver::Card;
use mynumber::testing;
use mynumber::transport::InProcess;
use mynumber::virtual_card::VirtualCard;
use mynumber::virtual_card::hostile::{Asked, Kind, Lie};

/// Takes every PIN, and has forgotten it by the next command.
struct Amnesiac;

impl Lie for Amnesiac {
    fn respond(&mut self, asked: &Asked<'_>, card: &mut VirtualCard) -> Option<Vec<u8>> {
        match asked.kind() {
            // "Right", to whatever comes. The honest card behind the lie does not hear of it.
            Kind::Verify => Some(vec![0x90, 0x00]),
            _ => card.respond(asked.bytes()),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // In process. For a client of another language: `transport::vpcd::plug(slot.clone(), vpcd::slot(0))`.
    let slot = testing::hostile("taro", Box::new(Amnesiac));
    let outcome = Card::new(InProcess::new(slot.clone())).attributes(&testing::secrets().input_assist);
    let error = outcome.err().ok_or("the client took the lie")?;
    println!("the client said: {error}");

    // What it did, by the card's own count.
    let ledger = slot.card().ledger();
    println!("{} PIN presented, {} tries lost", ledger.presented, ledger.lost);
    assert_eq!((ledger.presented, ledger.lost), (1, 0));
    Ok(())
}
