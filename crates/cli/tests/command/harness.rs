//! The bench of the tests, and the program that cargo built for them.

pub(crate) use testkit::command::*;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_mynumber");
