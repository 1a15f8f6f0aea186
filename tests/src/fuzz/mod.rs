//! The bodies of the fuzz targets.
//!
//! A body takes any bytes and panics when a promise of the product is broken; it never returns a verdict. The targets
//! in `fuzz/fuzz_targets/` call one body each, and the ordinary tests replay the committed corpus through the same
//! functions. A new body is a module here, a row in [`BODIES`], a target of one line, and a folder in `fuzz/corpus/`.

mod apdu_command;
mod apdu_response;
mod apdu_values;
mod bases;
mod card_edits;
mod card_records;
mod card_secured;
mod card_session;
mod card_state;
mod card_values;
mod choices;
mod content;
mod crypto_certificate;
mod crypto_certificate_differential;
mod crypto_cms;
mod crypto_cms_bases;
mod crypto_crl;
mod crypto_cvc;
mod crypto_key;
mod crypto_ocsp;
mod crypto_path;
mod crypto_revocation;
mod crypto_words;
pub mod dictionaries;
mod edits;
mod host_belief;
mod host_session;
mod hostile_card;
mod in_part;
mod intake_list;
mod intake_photo;
mod intake_qr;
mod issuer_session;
mod operations;
mod tlv;
mod wire_records;

pub use apdu_command::apdu_command;
pub use apdu_response::apdu_response;
pub use apdu_values::apdu_values;
pub use card_records::card_records;
pub use card_session::card_session;
pub use card_state::card_state;
pub use card_values::card_values;
pub use content::content;
pub use crypto_certificate::crypto_certificate;
pub use crypto_certificate_differential::crypto_certificate_differential;
pub use crypto_cms::{accepts as crypto_cms_accepts, crypto_cms};
pub use crypto_crl::crypto_crl;
pub use crypto_cvc::crypto_cvc;
pub use crypto_key::crypto_key;
pub use crypto_ocsp::crypto_ocsp;
pub use crypto_path::crypto_path;
pub use crypto_revocation::crypto_revocation;
pub use host_belief::host_belief;
pub use host_session::host_session;
pub use hostile_card::hostile_card;
pub use intake_list::intake_list;
pub use intake_photo::intake_photo;
pub use intake_qr::intake_qr;
pub use issuer_session::issuer_session;
pub use tlv::tlv;
pub use wire_records::wire_records;

/// What a body is: any bytes in, a panic when a promise is broken.
pub type Body = fn(&[u8]);

/// Every body, by the name of its target and of its corpus folder.
pub const BODIES: &[(&str, Body)] = &[
    ("apdu_command", apdu_command),
    ("apdu_response", apdu_response),
    ("apdu_values", apdu_values),
    ("card_records", card_records),
    ("card_session", card_session),
    ("card_state", card_state),
    ("card_values", card_values),
    ("content", content),
    ("crypto_certificate", crypto_certificate),
    ("crypto_certificate_differential", crypto_certificate_differential),
    ("crypto_cms", crypto_cms),
    ("crypto_crl", crypto_crl),
    ("crypto_cvc", crypto_cvc),
    ("crypto_key", crypto_key),
    ("crypto_ocsp", crypto_ocsp),
    ("crypto_path", crypto_path),
    ("crypto_revocation", crypto_revocation),
    ("host_belief", host_belief),
    ("host_session", host_session),
    ("hostile_card", hostile_card),
    ("intake_list", intake_list),
    ("intake_photo", intake_photo),
    ("intake_qr", intake_qr),
    ("issuer_session", issuer_session),
    ("tlv", tlv),
    ("wire_records", wire_records),
];
