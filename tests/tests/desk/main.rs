//! The desk with virtual cards: PINs all or none at every cut, the whole life of a card.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod after;
mod cuts;
mod life;
mod resets;
mod stay;
mod store;
mod world;

use world::*;
