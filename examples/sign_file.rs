//! How do I sign a file, so that others can check it with openssl?
//!
//! `cargo run --example sign_file - README.md`, or with a real card `cargo run --example sign_file any README.md`.
//! Writes the signature to `README.md.sig` and the certificate to `README.md.der`; then:
//!
//! ```text
//! openssl x509 -inform der -in README.md.der -pubkey -noout > key.pem
//! openssl dgst -sha256 -verify key.pem -signature README.md.sig README.md
//! ```
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;
use std::fs;

use examples::Source;
use mynumber::OwnCertificate;
use mynumber::applet::pin::reference;
use mynumber::crypto::digest::sha256;
use mynumber::driver::Input;

fn main() -> Result<(), Box<dyn Error>> {
    let path =
        std::env::args().nth(2).ok_or("usage: sign_file READER FILE; READER is - for the virtual card")?;
    let source = Source::from_arguments();
    let content = fs::read(&path)?;
    let input = Input::sha256(&sha256(&[&content]));

    // One PIN, one transaction: unlock, sign, check against the card's own certificate, log out.
    let password = source.signature_password()?;
    let signature = source.card()?.sign::<reference::Signature>(&password, &input, &OwnCertificate)?;

    fs::write(format!("{path}.sig"), signature.value())?;
    fs::write(format!("{path}.der"), signature.certificate())?;
    println!("{path}.sig: {} bytes", signature.value().len());
    println!("{path}.der: {} bytes; it holds the holder's name and address", signature.certificate().len());
    Ok(())
}
