//! Certificates and signatures of the My Number Card: bytes and keys in, evidence or an error out.
//!
//! * [`path`]: from a certificate to a trust anchor; [`anchor`]: whom to trust to begin with;
//! * [`certificate`]: a borrowed view of one X.509 certificate, with the fields that JPKI adds;
//! * [`key`]: public keys as data, and the check of one signature;
//! * [`cms`]: signed messages: reading, verification, building around a card's signature;
//! * [`revocation`]: CRLs, OCSP responses, and what they say of a certificate;
//! * [`signer`]: who signed, with certificate, path, signature and revocation in one step;
//! * [`cvc`]: card-verifiable certificates and the signed records of the card;
//! * [`digest`]: the digests and `DigestInfo` forms that those signatures cover;
//! * [`login`]: log-in challenges for the user-authentication certificate, and the check of their answers;
//! * [`time`]: seconds since 1970, the only notion of time here.
//!
//! ```
//! use mynumber_crypto::certificate::{Certificate, ErrorKind};
//!
//! let error = Certificate::parse(&[0x30, 0x82, 0x01]).unwrap_err();
//! assert!(matches!(error.kind(), ErrorKind::Tlv(_)));
//! ```
//!
//! What is absent: input and output, clocks, randomness, and any knowledge of card, application or transport.
//! **Nothing here calls anything "valid".** A signature that fits a key proves that the holder of that key made it; who
//! that is, [`path`] finds out, and whether it still holds, [`revocation`]; neither does the other's work.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod anchor;
pub mod asn1;
pub mod certificate;
pub mod cms;
pub mod cvc;
pub mod digest;
pub mod key;
pub mod login;
pub mod path;
pub mod revocation;
pub mod signer;
pub mod time;

pub use anchor::Anchor;
pub use asn1::Oid;
pub use certificate::Certificate;
pub use key::{PublicKey, Scheme};
pub use time::UnixTime;
