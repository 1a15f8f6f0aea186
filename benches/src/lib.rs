//! What the benches share: the inputs, the floors, and the instruction counter.
//!
//! A bench that claims speed needs something to compare with. [`floor`] holds parsers written by hand for one job
//! each: nothing named, nothing kept for later, and yet the same inputs accepted and the same values handed out.
//! Below them there is only less work, not better code.

pub mod counter;
pub mod floor;
pub mod path_floor;
pub mod samples;
