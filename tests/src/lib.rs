//! What the workspace's tests share: one test binary per boundary stands beside it in `tests/`.
//!
//! - [`certificates`]: certificates of any content, right or wrong.
//! - [`client`]: programs that nobody here wrote, with a time limit.
//! - [`command`]: the command `mynumber` as its users run it.
//! - [`dice`]: random choices, and commands that no honest host sends.
//! - [`cms`]: CMS messages with faults of every kind.
//! - [`fuzz`]: the bodies of the fuzz targets, as ordinary functions; `tests/corpus.rs` replays their corpus.
//! - [`issued`]: cards of simulated people.
//! - [`postgres`]: a PostgreSQL server.
//! - [`script`]: scripts of exchanges, written in hex.
//! - [`host`]: the driver on the virtual card: the jobs whose exchanges are counted, and a transport that fails.
//! - [`tlv_oracle`]: our TLV reader beside the crate `iso7816-tlv`, and the list of what they differ on.
//! - [`tlv_tree`]: owned TLV trees for tests, where speed does not matter.
//! - [`torture`]: the families of bad input and bad moments that `cargo xtask torture` runs.
//! - [`virtual_card`]: a virtual card for tests of the card side.

pub mod certificates;
pub mod client;
pub mod cms;
pub mod command;
pub mod dice;
pub mod fuzz;
pub mod host;
pub mod issued;
#[cfg(all(feature = "pcsc", target_os = "linux"))]
pub mod pcscd;
#[cfg(all(feature = "pcsc", target_os = "linux"))]
mod plain_card;
#[cfg(target_os = "linux")]
#[expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail as tests do")]
pub mod postgres;
pub mod script;
pub mod tlv_oracle;
pub mod tlv_tree;
#[cfg(target_os = "linux")]
pub mod torture;
pub mod virtual_card;

#[cfg(all(feature = "pcsc", target_os = "linux"))]
pub use plain_card::{PlainCard, Seen};
