use super::Sex;
use super::error::{ContentError, ContentErrorKind};
use super::wire::{Out, Template, array, date, digits, element_len, offset_bytes, offsets_agree, span, text};
use crate::date::Date;

const TEMPLATE: u32 = 0xFF20;
const OFFSETS: u32 = 0xDF21;
const NAME: u32 = 0xDF22;
const ADDRESS: u32 = 0xDF23;
const BIRTH_DATE: u32 = 0xDF24;
const SEX: u32 = 0xDF25;

/// The four attributes as text: `FF20 { DF21 offsets, DF22 name, DF23 address, DF24 birth date, DF25 sex }`
/// (CARD.md §2.2, input assist EF 0002).
#[derive(Clone, Copy)]
pub struct Attributes<'a> {
    raw: &'a [u8],
    offsets_agree: bool,
    name: &'a str,
    address: &'a str,
    birth_date: &'a str,
    sex: u8,
    digested: &'a [u8],
    offsets_at: usize,
    birth_date_at: usize,
}

impl<'a> Attributes<'a> {
    /// Checks the structure; order and tags are fixed, the offset table is not judged.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, TEMPLATE)?;
        let table = template.read(OFFSETS)?;
        let name = template.read(NAME)?;
        let address = template.read(ADDRESS)?;
        let birth_date = template.read(BIRTH_DATE)?;
        let sex = template.read(SEX)?;
        template.finish()?;
        array::<8>(birth_date.value(), birth_date.value_position())?;
        let [code] = *array::<1>(sex.value(), sex.value_position())?;
        let positions = [name, address, birth_date, sex].map(|element| element.position());
        Ok(Self {
            raw: template.raw(),
            offsets_agree: offsets_agree(table.value(), &positions),
            name: text(&name)?,
            address: text(&address)?,
            birth_date: digits(birth_date.value(), birth_date.value_position())?,
            sex: code,
            digested: span(file, &name, &sex),
            offsets_at: table.value_position(),
            birth_date_at: birth_date.value_position(),
        })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// Name: family name, U+3000, given name. Not escaped.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Address. Not escaped.
    #[must_use]
    pub const fn address(&self) -> &'a str {
        self.address
    }

    /// Birth date as the card has it, eight digits `YYYYMMDD`.
    #[must_use]
    pub const fn birth_date_text(&self) -> &'a str {
        self.birth_date
    }

    /// Birth date, where the eight digits are one.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        Date::parse(self.birth_date.as_bytes()).ok()
    }

    /// The code of the sex as the card has it, an ASCII digit.
    #[must_use]
    pub const fn sex_code(&self) -> u8 {
        self.sex
    }

    /// Sex, where the code is a known one.
    #[must_use]
    pub const fn sex(&self) -> Option<Sex> {
        Sex::from_code(self.sex)
    }

    /// Whether the offset table points at the four elements, as it does on every card seen.
    #[must_use]
    pub const fn offsets_agree(&self) -> bool {
        self.offsets_agree
    }

    /// What the integrity record holds the SHA-256 of: from the tag of the name to the end of the sex (CARD.md §6).
    #[must_use]
    pub const fn digested(&self) -> &'a [u8] {
        self.digested
    }

    /// The meaning.
    ///
    /// # Errors
    /// [`ContentError`] for a wrong offset table, a birth date that is none, an unknown sex.
    pub fn to_repr(&self) -> Result<AttributesRepr<'a>, ContentError> {
        if !self.offsets_agree {
            return Err(ContentError::new(ContentErrorKind::Offsets, self.offsets_at));
        }
        // The code of the sex is the last byte.
        let sex = ContentError::new(ContentErrorKind::Sex, self.raw.len().saturating_sub(1));
        let repr = AttributesRepr {
            name: self.name,
            address: self.address,
            birth_date: date(self.birth_date.as_bytes(), self.birth_date_at)?,
            sex: self.sex().ok_or(sex)?,
        };
        Ok(repr)
    }
}

impl core::fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Attributes [{}]", self.raw.len())
    }
}

/// The four attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributesRepr<'a> {
    /// Name: family name, U+3000, given name.
    pub name: &'a str,
    /// Address.
    pub address: &'a str,
    /// Birth date.
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
}

impl AttributesRepr<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small or the text too long.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let birth_date = self.birth_date.to_ascii();
        let sex = [self.sex.code()];
        let values = [self.name.as_bytes(), self.address.as_bytes(), &birth_date, &sex];
        let table = element_len(2 * values.len());
        let inner = values.iter().fold(table, |sum, value| sum.saturating_add(element_len(value.len())));
        let mut out = Out::new(buffer);
        out.header(TEMPLATE, inner)?;
        let mut position = element_len(inner) - inner + table;
        out.header(OFFSETS, 2 * values.len())?;
        for value in values {
            out.bytes(&offset_bytes(position))?;
            position += element_len(value.len());
        }
        for (tag, value) in [NAME, ADDRESS, BIRTH_DATE, SEX].into_iter().zip(values) {
            out.element(tag, value)?;
        }
        Ok(out.finish())
    }
}
