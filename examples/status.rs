//! How many tries does each PIN have left? Asking costs none.
//!
//! `cargo run --example status`, or with a real card `cargo run --example status any`.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use examples::Source;
use mynumber::driver::Tries;

fn main() -> Result<(), Box<dyn Error>> {
    let mut card = Source::from_arguments().card()?;
    let identity = card.identify()?;
    println!("token: {:?}, {} applications", identity.token, identity.applications.len());
    for counter in card.counters()? {
        let tries = match counter.tries {
            Tries::Left(tries) => format!("{tries} left"),
            Tries::Blocked => "blocked".to_owned(),
            Tries::Absent => "not on this card".to_owned(),
            other => format!("{other:?}"),
        };
        println!("{tries:<18}{}", counter.pin.row().japanese);
    }
    Ok(())
}
