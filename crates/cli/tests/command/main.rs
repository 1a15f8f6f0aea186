//! The command as it is run: exit codes, outputs, PINs, files, on the embedded virtual card.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod apdu;
mod batch;
mod cards;
mod certificates;
mod changes;
mod desk;
mod documents;
mod genuine;
mod harness;
mod hostile;
mod interrupts;
mod json;
mod messages;
mod pins;
mod pki;
mod pulled;
mod reading;
mod signing;
mod terminal;
mod usage;
mod verify_certificate;
