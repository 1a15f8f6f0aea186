//! The command `mynumber` as its users run it.

#[cfg(target_os = "linux")]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]
mod bench;
#[cfg(target_os = "linux")]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::must_use_candidate,
    reason = "helpers of tests fail as tests do"
)]
pub mod office;
mod program;

#[cfg(target_os = "linux")]
pub use bench::{
    AUTHENTICATION, Bench, Call, Done, INPUT_ASSIST, JUKI, NUMBER, NUMBER_B, Running, SIGNATURE, WRONG,
    copy_folder, openssl, openssl_bytes,
};
pub use program::program;
