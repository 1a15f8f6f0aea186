//! The command `mynumber` as its users run it.

mod program;

pub use program::program;
