use core::fmt;

use super::error::{ContentError, ContentErrorKind};
use super::wire::{Out, check_filler, check_limit};
use crate::token::{TokenKind, trim};

/// The flags of a token (PKCS #11 v2.40 §3.2, `CKF_`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenFlags(pub u32);

impl TokenFlags {
    /// The token has a random-number generator.
    pub const RNG: Self = Self(0x1);
    /// A PIN must be presented for some functions.
    pub const LOGIN_REQUIRED: Self = Self(0x4);
    /// The holder's PIN is set.
    pub const USER_PIN_INITIALIZED: Self = Self(0x8);
    /// The token is personalised.
    pub const TOKEN_INITIALIZED: Self = Self(0x400);
    /// What the test card has: the four above.
    pub const OF_CARD: Self = Self(0x40D);

    /// Whether all flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl fmt::Debug for TokenFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenFlags({:08X})", self.0)
    }
}

/// Token information: the `CK_TOKEN_INFO` of PKCS #11 with big-endian numbers, 160 bytes (CARD.md §2.1, jpki EF 0006).
#[derive(Clone, Copy, Debug)]
pub struct TokenInfo<'a> {
    raw: &'a [u8; 160],
}

impl<'a> TokenInfo<'a> {
    /// Its number of bytes.
    pub const LEN: usize = 160;

    /// Checks the length; text and numbers are not judged.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &'a [u8]) -> Result<Self, ContentError> {
        check_limit(file)?;
        let length = ContentError::new(ContentErrorKind::Length { expected: Self::LEN }, file.len());
        let (raw, rest) = file.split_first_chunk::<160>().ok_or(length)?;
        check_filler(rest, Self::LEN)?;
        Ok(Self { raw })
    }

    /// The file without its filler.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8; 160] {
        self.raw
    }

    /// The kind of token, where the label is a known one.
    #[must_use]
    pub fn kind(&self) -> Option<TokenKind> {
        TokenKind::from_label(self.field(0, 32))
    }

    /// The label without its padding.
    #[must_use]
    pub fn label(&self) -> &'a [u8] {
        trim(self.field(0, 32))
    }

    /// The manufacturer without its padding.
    #[must_use]
    pub fn manufacturer(&self) -> &'a [u8] {
        trim(self.field(32, 32))
    }

    /// The model without its padding.
    #[must_use]
    pub fn model(&self) -> &'a [u8] {
        trim(self.field(64, 16))
    }

    /// The serial number without its padding.
    #[must_use]
    pub fn serial(&self) -> &'a [u8] {
        trim(self.field(80, 16))
    }

    /// The flags.
    #[must_use]
    pub fn flags(&self) -> TokenFlags {
        TokenFlags(self.number(96))
    }

    /// Most and least bytes of a PIN.
    #[must_use]
    pub fn pin_lengths(&self) -> (u32, u32) {
        (self.number(116), self.number(120))
    }

    /// The meaning.
    ///
    /// # Errors
    /// [`ContentErrorKind::Label`] for an unknown label, [`ContentErrorKind::NotAscii`] for a text field that is not
    /// printable ASCII padded with spaces.
    pub fn to_repr(&self) -> Result<TokenInfoRepr<'a>, ContentError> {
        let kind = self.kind().ok_or(ContentError::new(ContentErrorKind::Label, 0))?;
        self.text(0, 32)?;
        Ok(TokenInfoRepr {
            kind,
            manufacturer: self.text(32, 32)?,
            model: self.text(64, 16)?,
            serial: self.text(80, 16)?,
            flags: self.flags(),
            max_sessions: self.number(100),
            sessions: self.number(104),
            max_rw_sessions: self.number(108),
            rw_sessions: self.number(112),
            max_pin_len: self.number(116),
            min_pin_len: self.number(120),
            memory: [self.number(124), self.number(128), self.number(132), self.number(136)],
            hardware_version: self.pair(140),
            firmware_version: self.pair(142),
            time: self.field(144, 16).try_into().unwrap_or([b'9'; 16]),
        })
    }

    fn field(&self, at: usize, len: usize) -> &'a [u8] {
        self.raw.get(at..at + len).unwrap_or_default()
    }

    fn number(&self, at: usize) -> u32 {
        self.field(at, 4).try_into().map(u32::from_be_bytes).unwrap_or_default()
    }

    fn pair(&self, at: usize) -> [u8; 2] {
        self.field(at, 2).try_into().unwrap_or_default()
    }

    fn text(&self, at: usize, len: usize) -> Result<&'a str, ContentError> {
        let field = self.field(at, len);
        if let Some(bad) = field.iter().position(|byte| !matches!(byte, b' '..=b'~')) {
            return Err(ContentError::new(ContentErrorKind::NotAscii, at + bad));
        }
        core::str::from_utf8(trim(field)).map_err(|_| ContentError::new(ContentErrorKind::NotAscii, at))
    }
}

/// Token information.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenInfoRepr<'a> {
    /// The kind of token, which decides the label.
    pub kind: TokenKind,
    /// The manufacturer, up to 32 characters.
    pub manufacturer: &'a str,
    /// The model, up to 16 characters.
    pub model: &'a str,
    /// The serial number, up to 16 characters.
    pub serial: &'a str,
    /// The flags.
    pub flags: TokenFlags,
    /// Most sessions at a time.
    pub max_sessions: u32,
    /// Sessions now.
    pub sessions: u32,
    /// Most read-write sessions at a time.
    pub max_rw_sessions: u32,
    /// Read-write sessions now.
    pub rw_sessions: u32,
    /// Most bytes of a PIN.
    pub max_pin_len: u32,
    /// Least bytes of a PIN.
    pub min_pin_len: u32,
    /// Total and free public memory, total and free private memory; all ones = not told.
    pub memory: [u32; 4],
    /// Hardware version, two ASCII digits.
    pub hardware_version: [u8; 2],
    /// Firmware version, two ASCII digits.
    pub firmware_version: [u8; 2],
    /// Time, sixteen ASCII digits.
    pub time: [u8; 16],
}

impl<'a> TokenInfoRepr<'a> {
    /// The information of a token of this kind, the numbers as the test card has them.
    #[must_use]
    pub const fn new(kind: TokenKind, manufacturer: &'a str, model: &'a str, serial: &'a str) -> Self {
        Self {
            kind,
            manufacturer,
            model,
            serial,
            flags: TokenFlags::OF_CARD,
            max_sessions: 1,
            sessions: 0,
            max_rw_sessions: 1,
            rw_sessions: 0,
            max_pin_len: 16,
            min_pin_len: 6,
            memory: [u32::MAX; 4],
            hardware_version: *b"03",
            firmware_version: *b"01",
            time: [b'9'; 16],
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentErrorKind::ValueTooLong`] or [`ContentErrorKind::NotAscii`] for a text field, [`ContentErrorKind::BufferTooSmall`].
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let mut out = Out::new(buffer);
        padded::<32>(&mut out, self.kind.label(), 0)?;
        padded::<32>(&mut out, self.manufacturer, 32)?;
        padded::<16>(&mut out, self.model, 64)?;
        padded::<16>(&mut out, self.serial, 80)?;
        let sessions = [self.max_sessions, self.sessions, self.max_rw_sessions, self.rw_sessions];
        let lengths = [self.max_pin_len, self.min_pin_len];
        for number in [self.flags.0].iter().chain(&sessions).chain(&lengths).chain(&self.memory) {
            out.bytes(&number.to_be_bytes())?;
        }
        out.bytes(&self.hardware_version)?;
        out.bytes(&self.firmware_version)?;
        out.bytes(&self.time)?;
        Ok(out.finish())
    }
}

fn padded<const N: usize>(out: &mut Out<'_>, text: &str, position: usize) -> Result<(), ContentError> {
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(ContentError::new(ContentErrorKind::NotAscii, position));
    }
    if text.len() > N {
        return Err(ContentError::new(ContentErrorKind::ValueTooLong, position));
    }
    let mut field = [b' '; N];
    for (to, from) in field.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    out.bytes(&field)
}

/// Which of the two certificates are there: three bytes (CARD.md §2.1, jpki EF 0008).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateAvailability {
    bytes: [u8; 3],
}

impl CertificateAvailability {
    /// What stands for a certificate that is there.
    pub const PRESENT: u8 = 0x8F;
    /// What stands for one that is not, on our virtual card; a host takes anything but [`Self::PRESENT`] for it.
    pub const ABSENT: u8 = 0x00;

    /// Checks the length.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn parse(file: &[u8]) -> Result<Self, ContentError> {
        check_limit(file)?;
        let length = ContentError::new(ContentErrorKind::Length { expected: 3 }, file.len());
        let (bytes, rest) = file.split_first_chunk::<3>().ok_or(length)?;
        check_filler(rest, 3)?;
        Ok(Self { bytes: *bytes })
    }

    /// Whether the signature certificate is there.
    #[must_use]
    pub const fn has_signature(&self) -> bool {
        matches!(self.bytes, [Self::PRESENT, _, _])
    }

    /// Whether the user-authentication certificate is there.
    #[must_use]
    pub const fn has_user_authentication(&self) -> bool {
        matches!(self.bytes, [_, Self::PRESENT, _])
    }

    /// The three bytes; the meaning of the last is not known.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 3] {
        &self.bytes
    }

    /// The meaning.
    ///
    /// # Errors
    /// [`ContentErrorKind::Fixed`] for bytes other than those documented.
    pub fn to_repr(&self) -> Result<CertificateAvailabilityRepr, ContentError> {
        let [signature, user_authentication, last] = self.bytes;
        let flag = |byte, position| match byte {
            Self::PRESENT => Ok(true),
            Self::ABSENT => Ok(false),
            _ => Err(ContentError::new(ContentErrorKind::Fixed, position)),
        };
        if last != 0 {
            return Err(ContentError::new(ContentErrorKind::Fixed, 2));
        }
        Ok(CertificateAvailabilityRepr {
            signature: flag(signature, 0)?,
            user_authentication: flag(user_authentication, 1)?,
        })
    }
}

/// Which of the two certificates are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateAvailabilityRepr {
    /// The signature certificate.
    pub signature: bool,
    /// The user-authentication certificate.
    pub user_authentication: bool,
}

impl CertificateAvailabilityRepr {
    /// Writes the file.
    ///
    /// # Errors
    /// [`ContentErrorKind::BufferTooSmall`].
    pub fn emit<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], ContentError> {
        let byte = |present| {
            if present { CertificateAvailability::PRESENT } else { CertificateAvailability::ABSENT }
        };
        let mut out = Out::new(buffer);
        out.bytes(&[byte(self.signature), byte(self.user_authentication), 0])?;
        Ok(out.finish())
    }
}
