//! Commands of the desk that work with a card.

pub(super) mod after;
pub(super) mod anew;
mod certifying;
mod chip;
pub(super) mod deliver;
pub(super) mod enter_form;
mod entry;
mod issuer;
pub(super) mod letters;
pub(super) mod personalise;
pub(super) mod prepare;
mod record;
mod standing;
pub(super) mod unlock;
mod visit;
mod words;
