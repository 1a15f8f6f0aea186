//! An issuer's session with the right card.

use super::error::Reason;
use crate::issuer::{Issuer, IssuerSession};
use crate::receipt::Serial;

/// Opens a session with the card in the reader, refuses another card, does the work, logs out whatever came of it.
///
/// A log-out that failed is a failure: what was begun is resumed then, and nothing is shown as done.
pub(super) fn on_card<R>(
    issuer: &mut dyn Issuer,
    card: &Serial,
    work: impl FnOnce(&mut dyn IssuerSession) -> Result<R, Reason>,
) -> Result<R, Reason> {
    let mut session = issuer.open()?;
    let is_right = session.serial() == card.as_str();
    let done = if is_right { work(&mut *session) } else { Err(Reason::OtherCard) };
    let closed = session.close();
    let done = done?;
    closed?;
    Ok(done)
}
