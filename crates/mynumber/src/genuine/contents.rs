//! What a genuine card says, with what is signed and what is not told apart by type.

use core::fmt;

use mynumber_applet::content::{AttributesRepr, CardFaceRepr, Sex};
use mynumber_applet::{Date, FileId, MunicipalityCode, MyNumber};
use zeroize::Zeroizing;

/// A value on the card that no signature covers: whoever writes the file can put anything there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NotSigned<T>(T);

impl<T> NotSigned<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value as the card tells it. It is nobody's word but that of the chip, or of what pretends to be one.
    #[must_use]
    pub const fn told(&self) -> &T {
        &self.0
    }

    /// As [`NotSigned::told`], the value itself.
    #[must_use]
    pub fn into_told(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for NotSigned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotSigned")
    }
}

/// What the input-assist application says of the holder; its digests are signed.
pub struct InputAssist {
    pub(super) attributes: Option<Attributes>,
    pub(super) number: Option<MyNumber>,
}

impl InputAssist {
    /// The four attributes, where the secret opens them.
    #[must_use]
    pub const fn attributes(&self) -> Option<&Attributes> {
        self.attributes.as_ref()
    }

    /// My Number, where it was asked for ([`Terms::with_number`](super::Terms::with_number)).
    #[must_use]
    pub const fn number(&self) -> Option<&MyNumber> {
        self.number.as_ref()
    }
}

/// Name, address, birth date and sex as text; wiped when dropped.
pub struct Attributes {
    name: Zeroizing<String>,
    address: Zeroizing<String>,
    birth_date: Date,
    sex: Sex,
}

impl Attributes {
    pub(super) fn of(repr: &AttributesRepr<'_>) -> Self {
        Self {
            name: Zeroizing::new(repr.name.to_owned()),
            address: Zeroizing::new(repr.address.to_owned()),
            birth_date: repr.birth_date,
            sex: repr.sex,
        }
    }

    /// Name: family name, U+3000, given name. Not escaped for a terminal.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Address. Not escaped for a terminal.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Birth date.
    #[must_use]
    pub const fn birth_date(&self) -> Date {
        self.birth_date
    }

    /// Sex.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        self.sex
    }
}

/// What the card-face application says of the holder; each signature covers the chip's key too.
pub struct CardFace {
    pub(super) face: Option<Face>,
    pub(super) age_record: Option<Date>,
    pub(super) number_image: Option<Zeroizing<Vec<u8>>>,
}

impl CardFace {
    /// The card face, where the secret opens it: verification number A or B.
    #[must_use]
    pub const fn face(&self) -> Option<&Face> {
        self.face.as_ref()
    }

    /// The birth date of the age record, where the secret opens it: the birth date itself.
    #[must_use]
    pub const fn age_record(&self) -> Option<Date> {
        self.age_record
    }

    /// My Number as an image, PNG, where it was asked for ([`Terms::with_number`](super::Terms::with_number)).
    #[must_use]
    pub fn number_image(&self) -> Option<&[u8]> {
        self.number_image.as_ref().map(|image| image.as_slice())
    }
}

/// The card face; its images are wiped when dropped and not decoded here.
pub struct Face {
    birth_date: Date,
    sex: Sex,
    name_image: Zeroizing<Vec<u8>>,
    address_image: Zeroizing<Vec<u8>>,
    photo: Zeroizing<Vec<u8>>,
    expiry: Date,
    security_code_image: Zeroizing<Vec<u8>>,
}

impl Face {
    pub(super) fn of(repr: &CardFaceRepr<'_>) -> Self {
        let owned = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        Self {
            birth_date: repr.birth_date,
            sex: repr.sex,
            name_image: owned(repr.name_image),
            address_image: owned(repr.address_image),
            photo: owned(repr.photo),
            expiry: repr.expiry,
            security_code_image: owned(repr.security_code_image),
        }
    }

    /// Birth date.
    #[must_use]
    pub const fn birth_date(&self) -> Date {
        self.birth_date
    }

    /// Sex.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    /// Name as an image, PNG.
    #[must_use]
    pub fn name_image(&self) -> &[u8] {
        &self.name_image
    }

    /// Address as an image, PNG.
    #[must_use]
    pub fn address_image(&self) -> &[u8] {
        &self.address_image
    }

    /// Photo, JPEG 2000.
    #[must_use]
    pub fn photo(&self) -> &[u8] {
        &self.photo
    }

    /// Expiry of the card.
    #[must_use]
    pub const fn expiry(&self) -> NotSigned<Date> {
        NotSigned::new(self.expiry)
    }

    /// Security code as an image, PNG.
    #[must_use]
    pub fn security_code_image(&self) -> NotSigned<&[u8]> {
        NotSigned::new(&self.security_code_image)
    }
}

/// What a file says of the card that no signature covers: the basic information of the card face (EF 0003), the record of
/// the common application (EF 0001).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    pub(super) source: FileId,
    pub(super) municipality: MunicipalityCode,
    pub(super) expiry: Option<Date>,
}

impl Statement {
    /// The file.
    #[must_use]
    pub const fn source(&self) -> FileId {
        self.source
    }

    /// The municipality that it names.
    #[must_use]
    pub const fn municipality(&self) -> NotSigned<MunicipalityCode> {
        NotSigned::new(self.municipality)
    }

    /// The expiry of the card that it names, if it names one.
    #[must_use]
    pub const fn expiry(&self) -> Option<NotSigned<Date>> {
        match self.expiry {
            Some(date) => Some(NotSigned::new(date)),
            None => None,
        }
    }
}

macro_rules! debug_by_name {
    ($($name:ident),*) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )* };
}
debug_by_name!(InputAssist, Attributes, CardFace, Face, Statement);
