//! How do other programs meet a virtual card? Plugged into the real PC/SC service, it is a card like any other.
//!
//! Needs pcscd and vsmartcard's driver (`apt install pcscd vsmartcard-vpcd`). `cargo run --example serve_virtual_card`,
//! then in another terminal `pkcs15-tool --dump`. Another slot: its address as the argument, `127.0.0.1:35964`.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;
use std::net::SocketAddr;
use std::time::Instant;

use mynumber::testing;
use mynumber::transport::{TraceEvent, Traced, vpcd};
use mynumber::virtual_card::Quirks;

fn main() -> Result<(), Box<dyn Error>> {
    let address: SocketAddr = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => vpcd::slot(0),
    };
    let card = testing::slot("taro", &Quirks::default());

    // Every exchange is shown; of a command that carries a PIN only the header.
    let start = Instant::now();
    let card = Traced::new(card, move || start.elapsed(), |event: &TraceEvent<'_>| println!("{event}"));
    let plugged = vpcd::plug_observed(card, address, |event| println!("{event:?}"))?;
    println!("the card is in the slot at {address}; Enter takes it out");
    std::io::stdin().read_line(&mut String::new())?;
    drop(plugged);
    Ok(())
}
