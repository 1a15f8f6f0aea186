//! The harness of the workspace's tests.

#[cfg(all(feature = "pcsc", target_os = "linux"))]
pub mod pcscd;
#[cfg(all(feature = "pcsc", target_os = "linux"))]
mod plain_card;

#[cfg(all(feature = "pcsc", target_os = "linux"))]
pub use plain_card::{PlainCard, Seen};
