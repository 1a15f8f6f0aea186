use super::error::{ContentError, ContentErrorKind};
use super::key::KeyReference;
use super::wire::{Out, Template, element_len};
use crate::number::MunicipalityCode;

/// Four bytes that say what an application is: version, extended lengths, vendor, and one byte of the vendor's
/// (CARD.md §2.2, §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ApplicationVersion(pub [u8; 4]);

impl ApplicationVersion {
    /// The input-assist application of the test card: `01 03 0E 01`.
    pub const INPUT_ASSIST: Self = Self([0x01, 0x03, 0x0E, 0x01]);
    /// The card-face application of the test card: `06 03 0E 01`.
    pub const CARD_FACE: Self = Self([0x06, 0x03, 0x0E, 0x01]);

    /// Version of the application's specification.
    #[must_use]
    pub const fn specification(self) -> u8 {
        let [version, _, _, _] = self.0;
        version
    }

    /// Whether extended lengths are supported both ways: the second byte is `03`.
    #[must_use]
    pub const fn has_extended_lengths(self) -> bool {
        matches!(self.0, [_, 0x03, _, _])
    }

    /// The vendor.
    #[must_use]
    pub const fn vendor(self) -> u8 {
        let [_, _, vendor, _] = self.0;
        vendor
    }
}

const ASSIST: u32 = 0xFF40;
const ASSIST_VERSION: u32 = 0xDF41;
const ASSIST_KEY: u32 = 0xDF42;
const ASSIST_OPAQUE: u32 = 0xDF43;

/// Basic information of the input-assist application: `FF40 { DF41, DF42, DF43 }` (CARD.md §2.2, input assist EF 0005). Not
/// signed.
#[derive(Clone, Copy, Debug)]
pub struct InputAssistBasicInfo<'a> {
    raw: &'a [u8],
    version: ApplicationVersion,
    key: KeyReference,
    opaque: &'a [u8],
}

impl<'a> InputAssistBasicInfo<'a> {
    /// Checks the structure.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, ASSIST)?;
        let version = ApplicationVersion(*template.fixed(ASSIST_VERSION)?);
        let key = template.read(ASSIST_KEY)?;
        let opaque = template.read(ASSIST_OPAQUE)?;
        template.finish()?;
        Ok(Self {
            raw: template.raw(),
            version,
            key: KeyReference::parse_at(key.value(), key.value_position())?,
            opaque: opaque.value(),
        })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// What the application is.
    #[must_use]
    pub const fn version(&self) -> ApplicationVersion {
        self.version
    }

    /// A key that the application names.
    #[must_use]
    pub const fn key(&self) -> KeyReference {
        self.key
    }

    /// Bytes of unknown meaning: 128 on the test card, the last 96 of them `FF`.
    #[must_use]
    pub const fn opaque(&self) -> &'a [u8] {
        self.opaque
    }

    /// The meaning.
    ///
    /// # Errors
    /// Never today: fallible like its siblings, so that callers treat all alike.
    pub fn to_repr(&self) -> Result<InputAssistBasicInfoRepr<'a>, ContentError> {
        Ok(InputAssistBasicInfoRepr { version: self.version, key: self.key, opaque: self.opaque })
    }
}

/// Basic information of the input-assist application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputAssistBasicInfoRepr<'a> {
    /// What the application is.
    pub version: ApplicationVersion,
    /// A key that the application names.
    pub key: KeyReference,
    /// Bytes of unknown meaning: 128 on the test card, the last 96 of them `FF`.
    pub opaque: &'a [u8],
}

impl InputAssistBasicInfoRepr<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let parts = [4, KeyReference::LEN, self.opaque.len()];
        let mut out = Out::new(buffer);
        out.header(ASSIST, parts.into_iter().map(element_len).fold(0, usize::saturating_add))?;
        out.element(ASSIST_VERSION, &self.version.0)?;
        out.element(ASSIST_KEY, self.key.as_bytes())?;
        out.element(ASSIST_OPAQUE, self.opaque)?;
        Ok(out.finish())
    }
}

const FACE: u32 = 0xFF30;
const FACE_VERSION: u32 = 0xDF31;
const FACE_KEY: u32 = 0xDF32;
const FACE_DATA_VERSION: u32 = 0xDF33;
const FACE_MUNICIPALITY: u32 = 0xDF34;
const FACE_CERTIFIED: u32 = 0xDF35;

/// Basic information of the card-face application: `FF30 { DF31 .. DF35 }` (CARD.md §2.3, card face EF 0003). Not signed.
#[derive(Clone, Copy, Debug)]
pub struct CardFaceBasicInfo<'a> {
    raw: &'a [u8],
    version: ApplicationVersion,
    key: KeyReference,
    data_version: u8,
    municipality: MunicipalityCode,
    second_key: KeyReference,
    opaque: &'a [u8],
}

impl<'a> CardFaceBasicInfo<'a> {
    /// Checks the structure.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        let mut template = Template::open(file, FACE)?;
        let version = ApplicationVersion(*template.fixed(FACE_VERSION)?);
        let key = template.read(FACE_KEY)?;
        let [data_version] = *template.fixed(FACE_DATA_VERSION)?;
        let municipality = template.read(FACE_MUNICIPALITY)?;
        let second = template.read(FACE_CERTIFIED)?;
        template.finish()?;
        let at = second.value_position();
        let short = ContentError::new(ContentErrorKind::Length { expected: KeyReference::LEN }, at);
        let (second_key, opaque) = second.value().split_at_checked(KeyReference::LEN).ok_or(short)?;
        Ok(Self {
            raw: template.raw(),
            version,
            key: KeyReference::parse_at(key.value(), key.value_position())?,
            data_version,
            municipality: MunicipalityCode::parse(municipality.value()).map_err(|error| {
                ContentError::new(ContentErrorKind::Number(error), municipality.value_position())
            })?,
            second_key: KeyReference::parse_at(second_key, at)?,
            opaque,
        })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.raw
    }

    /// What the application is.
    #[must_use]
    pub const fn version(&self) -> ApplicationVersion {
        self.version
    }

    /// A key that the application names.
    #[must_use]
    pub const fn key(&self) -> KeyReference {
        self.key
    }

    /// A version number, 0 on the test card.
    #[must_use]
    pub const fn data_version(&self) -> u8 {
        self.data_version
    }

    /// The municipality that issued the card.
    #[must_use]
    pub const fn municipality(&self) -> MunicipalityCode {
        self.municipality
    }

    /// A second key that the application names.
    #[must_use]
    pub const fn second_key(&self) -> KeyReference {
        self.second_key
    }

    /// Bytes of unknown meaning that follow the second key: 256 on the test card.
    #[must_use]
    pub const fn opaque(&self) -> &'a [u8] {
        self.opaque
    }

    /// The meaning.
    ///
    /// # Errors
    /// Never today: fallible like its siblings, so that callers treat all alike.
    pub fn to_repr(&self) -> Result<CardFaceBasicInfoRepr<'a>, ContentError> {
        Ok(CardFaceBasicInfoRepr {
            version: self.version,
            key: self.key,
            data_version: self.data_version,
            municipality: self.municipality,
            second_key: self.second_key,
            opaque: self.opaque,
        })
    }
}

/// Basic information of the card-face application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardFaceBasicInfoRepr<'a> {
    /// What the application is.
    pub version: ApplicationVersion,
    /// A key that the application names.
    pub key: KeyReference,
    /// A version number, 0 on the test card.
    pub data_version: u8,
    /// The municipality that issued the card.
    pub municipality: MunicipalityCode,
    /// A second key that the application names.
    pub second_key: KeyReference,
    /// Bytes of unknown meaning that follow the second key: 256 on the test card.
    pub opaque: &'a [u8],
}

impl CardFaceBasicInfoRepr<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentError`] when the buffer is too small.
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let second = KeyReference::LEN.saturating_add(self.opaque.len());
        let parts = [4, KeyReference::LEN, 1, 5, second];
        let mut out = Out::new(buffer);
        out.header(FACE, parts.into_iter().map(element_len).fold(0, usize::saturating_add))?;
        out.element(FACE_VERSION, &self.version.0)?;
        out.element(FACE_KEY, self.key.as_bytes())?;
        out.element(FACE_DATA_VERSION, &[self.data_version])?;
        out.element(FACE_MUNICIPALITY, self.municipality.as_bytes())?;
        out.header(FACE_CERTIFIED, second)?;
        out.bytes(self.second_key.as_bytes())?;
        out.bytes(self.opaque)?;
        Ok(out.finish())
    }
}
