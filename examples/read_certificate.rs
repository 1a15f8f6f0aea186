//! Whose key is on this card? The user-authentication certificate is free to read: it names no person.
//!
//! `cargo run --example read_certificate`, or with a real card `cargo run --example read_certificate any`.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use examples::Source;
use mynumber::crypto::Certificate;

fn main() -> Result<(), Box<dyn Error>> {
    let mut card = Source::from_arguments().card()?;
    let file = card.user_authentication_certificate()?;
    let certificate = Certificate::parse(file.content())?;

    // Text from a card is shown escaped: a hostile one could carry terminal commands.
    let subject = certificate.subject().common_name().unwrap_or("nobody");
    let issuer = certificate.issuer().organization().unwrap_or("nobody");
    println!("subject CN: {}", subject.escape_debug());
    println!("issuer O:   {}", issuer.escape_debug());
    println!("in force:   {} to {}", certificate.validity().not_before, certificate.validity().not_after);
    println!("key:        {} bits", certificate.public_key()?.bits());
    println!("purpose:    {:?}", certificate.policy()?.map(|policy| policy.purpose));
    println!("not checked: who issued it, and whether it is revoked");
    Ok(())
}
