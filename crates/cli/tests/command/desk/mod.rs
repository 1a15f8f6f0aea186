//! `desk`: what comes in, what goes out, and that nothing is done by halves.

mod afterwards;
mod applying;
mod broken_off;
mod delivering;
mod interrupted;
mod killed;
mod office;
#[cfg(feature = "postgres")]
mod postgres;
mod receiving;
mod seated;

pub(crate) use testkit::command::office::*;
