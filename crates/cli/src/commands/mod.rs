//! One file per command.

pub(crate) mod apdu;
pub(crate) mod card;
pub(crate) mod certificate;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod doctor;
pub(crate) mod face;
pub(crate) mod holder;
pub(crate) mod hostile;
pub(crate) mod pin;
#[cfg(feature = "pcsc")]
pub(crate) mod readers;
pub(crate) mod sign;
pub(crate) mod status;
pub(crate) mod verify;
pub(crate) mod wait;
