//! The card by its wire: bytes in, bytes out. The scripts are written out in hex and never use the model; their runner and
//! the card's contents are those of the workspace's harness, taken as files so that this room is tested by itself.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly, their helpers too")]

#[expect(unreachable_pub, reason = "written for the library of the harness")]
#[path = "../../../../tests/src/dice.rs"]
mod dice;
#[expect(unreachable_pub, reason = "written for the library of the harness")]
#[path = "../../../../tests/src/script.rs"]
mod script;
#[expect(unreachable_pub, reason = "written for the library of the harness")]
#[path = "../../../../tests/src/virtual_card.rs"]
mod virtual_card;

mod hostile;
mod issuer;
mod quirks;
mod scripts;
mod signatures;

/// The folder of the scripts.
fn scripts() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scripts")
}
