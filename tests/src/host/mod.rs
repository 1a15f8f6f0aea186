//! The driver on the virtual card: a card to use, the jobs whose exchanges are counted, every operation, and a
//! transport that fails.

mod failing;
mod jobs;
mod operations;
mod sample;

pub use failing::{Failing, Failure};
pub use jobs::{JOBS, Job};
pub use operations::{Driver, Gained, NEW_PIN, OPERATIONS, Operation};
pub use sample::{
    BIRTH_DATE, InsertedCard, KnownKey, NUMBER_A, NUMBER_B, PIN, SIGNATURE_PASSWORD, four_digits, hostile,
    inserted, is_locked, sample_card, signature_password, tries_left,
};
