//! Programs and crates that nobody here wrote, against the virtual card through the real pcscd.
//!
//! The PINs are those of simulated people, documented for everyone; the programs' own options carry them.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod desk;
#[cfg(test)]
mod hostile;
mod myna_card;
mod mynumber_serve;
mod opensc;
mod openssh;
mod peculiar;
mod pkcs11;
mod scanner;
