//! How does a web service log a user in with the card?
//!
//! The service sends a challenge, the client signs it with the user-authentication key, the service checks the signature
//! with the certificate that came along. `cargo run --example log_in`, or with a real card `cargo run --example log_in any`.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;

use examples::Source;
use mynumber::OwnCertificate;
use mynumber::applet::pin::reference;
use mynumber::crypto::certificate::Purpose;
use mynumber::crypto::digest::{Hash, sha256};
use mynumber::crypto::{Certificate, Scheme};
use mynumber::driver::Input;
use mynumber::testing;

/// The service: it knows its own name, and makes each challenge once.
struct Service {
    challenge: [u8; 32],
}

impl Service {
    /// What is signed. The service's name stands in it, so that another service cannot pass our challenge on as its own.
    fn statement(&self) -> Vec<u8> {
        [b"log in to service.example: ".as_slice(), &self.challenge].concat()
    }

    /// Who it is: the certificate's serial number, if its key signed our challenge. `anchor`: the authority's certificate.
    fn check(&self, der: &[u8], signature: &[u8], anchor: Option<&[u8]>) -> Result<String, Box<dyn Error>> {
        let certificate = Certificate::parse(der)?;
        if certificate.policy()?.map(|policy| policy.purpose) != Some(Purpose::UserAuthentication) {
            return Err("not a user-authentication certificate".into());
        }
        certificate.public_key()?.verify(Scheme::Pkcs1v15(Hash::Sha256), &self.statement(), signature)?;
        println!("checked:     the key of this certificate signed our challenge, and it is for logging in");
        match anchor {
            Some(anchor) => {
                certificate.check_signature(&Certificate::parse(anchor)?.public_key()?)?;
                println!("checked:     the authority that we trust signed the certificate");
            }
            None => println!("NOT checked: who issued the certificate; anybody could have"),
        }
        println!("NOT checked: whether it is in force, and whether it is revoked");
        Ok(certificate.serial().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let source = Source::from_arguments();
    let mut challenge = [0; 32];
    getrandom::fill(&mut challenge)?;
    let service = Service { challenge };

    // The client.
    let input = Input::sha256(&sha256(&[&service.statement()]));
    let pin = source.user_authentication_pin()?;
    let signed = source.card()?.sign::<reference::UserAuthentication>(&pin, &input, &OwnCertificate)?;

    let anchor = matches!(source, Source::Virtual).then(|| testing::authority().user_authentication_ca());
    println!(
        "welcome, holder of certificate {}",
        service.check(signed.certificate(), signed.value(), anchor)?
    );
    Ok(())
}
