use mynumber_apdu::simple_tlv::{self, SimpleTlv};

use super::error::{ContentError, ContentErrorKind};
use super::wire::{array, date, digits};
use crate::date::Date;
use crate::number::{MunicipalityCode, NumberError};

const TAG: u8 = 0x01;
const VALUE: usize = 28;

/// Record 1 of the common application: `01 1C` and 28 digits, which are serial number (15), municipality (5), expiry
/// (8) (CARD.md §2.5, EF 0001). Not signed.
#[derive(Clone, Copy)]
pub struct CommonRecord<'a> {
    text: &'a str,
}

impl<'a> CommonRecord<'a> {
    /// Checks the structure.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(record: &'a [u8]) -> Result<Self, ContentError> {
        let object = SimpleTlv::single(record)?;
        if object.tag() != TAG {
            return Err(ContentError::new(ContentErrorKind::Fixed, 0));
        }
        array::<VALUE>(object.value(), 2)?;
        Ok(Self { text: digits(object.value(), 2)? })
    }

    /// The 28 digits.
    #[must_use]
    pub const fn digits(&self) -> &'a str {
        self.text
    }

    /// The serial number, 15 digits.
    #[must_use]
    pub fn serial(&self) -> &'a str {
        self.text.get(..15).unwrap_or_default()
    }

    /// 製造番号 as one published client reads it: the last 13 digits of the serial number.
    #[must_use]
    pub fn manufacture_number(&self) -> &'a str {
        self.text.get(2..15).unwrap_or_default()
    }

    /// The code of the municipality, 5 digits.
    #[must_use]
    pub fn municipality(&self) -> &'a str {
        self.text.get(15..20).unwrap_or_default()
    }

    /// Expiry of the card, eight digits `YYYYMMDD`.
    #[must_use]
    pub fn expiry_text(&self) -> &'a str {
        self.text.get(20..).unwrap_or_default()
    }

    /// Expiry of the card, where the eight digits are a date.
    #[must_use]
    pub fn expiry(&self) -> Option<Date> {
        Date::parse(self.expiry_text().as_bytes()).ok()
    }

    /// The meaning.
    ///
    /// # Errors
    /// [`ContentError`] for an expiry that is no date.
    pub fn to_repr(&self) -> Result<CommonRecordRepr, ContentError> {
        let number =
            |error: NumberError, position| ContentError::new(ContentErrorKind::Number(error), position);
        Ok(CommonRecordRepr {
            serial: *array(self.serial().as_bytes(), 2)?,
            municipality: MunicipalityCode::parse(self.municipality().as_bytes())
                .map_err(|error| number(error, 17))?,
            expiry: date(self.expiry_text().as_bytes(), 22)?,
        })
    }
}

impl core::fmt::Debug for CommonRecord<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CommonRecord")
    }
}

/// Serial number, municipality and expiry of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommonRecordRepr {
    /// The serial number, 15 ASCII digits.
    pub serial: [u8; 15],
    /// The municipality that issued the card.
    pub municipality: MunicipalityCode,
    /// Expiry of the card.
    pub expiry: Date,
}

impl CommonRecordRepr {
    /// The bytes that [`CommonRecordRepr::emit`] writes.
    pub const LEN: usize = 30;

    /// Writes the record.
    ///
    /// # Errors
    /// [`ContentErrorKind::NotDigits`] for a serial number of something else, [`ContentErrorKind::BufferTooSmall`].
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        digits(&self.serial, 2)?;
        let expiry = self.expiry.to_ascii();
        let mut value = [b'0'; VALUE];
        let parts = self.serial.iter().chain(self.municipality.as_bytes()).chain(&expiry);
        for (to, from) in value.iter_mut().zip(parts) {
            *to = *from;
        }
        Ok(simple_tlv::write(buffer, TAG, &value)?)
    }
}
