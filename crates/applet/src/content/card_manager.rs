//! The data objects of the card-manager level that are plain text (CARD.md §2.6). Key references and certificates have their own
//! types; the card-recognition object and the ATR are not interpreted here.

use super::error::{ContentError, ContentErrorKind};
use super::wire::{check_limit, date};
use crate::date::Date;
use crate::number::MunicipalityCode;

/// The value of [`MunicipalityCode`](crate::DataObjectId::MunicipalityCode): five digits.
///
/// # Errors
/// [`ContentErrorKind::Number`].
pub fn municipality_code(object: &[u8]) -> Result<MunicipalityCode, ContentError> {
    MunicipalityCode::parse(object).map_err(|error| ContentError::new(ContentErrorKind::Number(error), 0))
}

/// The value of [`ExpiryDate`](crate::DataObjectId::ExpiryDate): eight digits `YYYYMMDD`.
///
/// # Errors
/// [`ContentErrorKind::Date`].
pub fn expiry_date(object: &[u8]) -> Result<Date, ContentError> {
    date(object, 0)
}

/// The value of [`CardIdentification`](crate::DataObjectId::CardIdentification): printable ASCII of a length that nobody
/// has published.
///
/// # Errors
/// [`ContentErrorKind::Empty`], [`ContentErrorKind::NotAscii`].
pub fn card_number(object: &[u8]) -> Result<&str, ContentError> {
    check_limit(object)?;
    if object.is_empty() {
        return Err(ContentError::new(ContentErrorKind::Empty, 0));
    }
    match object.iter().position(|byte| !matches!(byte, b' '..=b'~')) {
        Some(position) => Err(ContentError::new(ContentErrorKind::NotAscii, position)),
        None => core::str::from_utf8(object).map_err(|_| ContentError::new(ContentErrorKind::NotAscii, 0)),
    }
}
