//! Command APDUs: parse and encode (ISO 7816-4 §5.2, ISO 7816-3 §12.1.3).

use core::fmt;
use core::num::NonZeroU32;

use crate::{Class, Instruction};

/// Longest data field that the short form carries, in bytes.
pub(crate) const SHORT_DATA: usize = 255;
/// Longest response that the short form asks for, in bytes.
pub(crate) const SHORT_LE: u32 = 256;

/// The most response data bytes a command asks for: 1 to 65,536 (`Ne` of ISO 7816-4 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Le(NonZeroU32);

impl Le {
    /// 256 bytes: `00` in the short form, "as much as fits" for a short command.
    pub const SHORT_MAX: Self = Self(NonZeroU32::MIN.saturating_add(255));
    /// 65,536 bytes: `0000` in the extended form, "everything".
    pub const EXTENDED_MAX: Self = Self(NonZeroU32::MIN.saturating_add(65_535));

    /// A length of `n` bytes; `None` unless 1 to 65,536.
    #[must_use]
    pub const fn new(n: u32) -> Option<Self> {
        match NonZeroU32::new(n) {
            Some(nonzero) if n <= 65_536 => Some(Self(nonzero)),
            _ => None,
        }
    }

    /// The length in bytes.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// The two low bytes, in which 65,536 is zero.
    const fn low_bytes(self) -> [u8; 2] {
        let [_, _, high, low] = self.get().to_be_bytes();
        [high, low]
    }

    fn from_short(byte: u8) -> Self {
        NonZeroU32::new(u32::from(byte)).map_or(Self::SHORT_MAX, Self)
    }

    fn from_extended(field: [u8; 2]) -> Self {
        NonZeroU32::new(u32::from(u16::from_be_bytes(field))).map_or(Self::EXTENDED_MAX, Self)
    }
}

/// How the length fields are coded (ISO 7816-4 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One byte each: data up to 255 bytes, response up to 256.
    Short,
    /// Three or two bytes: data up to 65,535 bytes, response up to 65,536.
    Extended,
}

/// Whether the data field of a command may be shown.
///
/// Secrecy is a property of the value: no `Debug`, tracer, recorder or error of this workspace prints the data of a
/// secret command, nor its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// Nothing secret in the data field.
    Open,
    /// The data field carries a PIN, a password or key material.
    Secret,
}

/// A command APDU: a view that owns no bytes (ISO 7816-4 §5.2).
///
/// The form is chosen by the lengths: short where it suffices, extended otherwise or when asked for by
/// [`Command::extended`]. A command whose instruction carries a secret is born [`Secrecy::Secret`] when it has data;
/// [`Command::secret`] marks any other one. Nothing takes the mark away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Command<'a> {
    /// Class, instruction, P1, P2: as they stand on the wire.
    header: [u8; 4],
    form: Form,
    marked_secret: bool,
    expected: Option<Le>,
    data: &'a [u8],
}

impl<'a> Command<'a> {
    /// A command without data that expects none (case 1).
    #[must_use]
    pub const fn new(class: Class, instruction: Instruction, p1: u8, p2: u8) -> Self {
        Self {
            header: [class.0, instruction.0, p1, p2],
            form: Form::Short,
            marked_secret: false,
            expected: None,
            data: &[],
        }
    }

    /// The same command with a data field (cases 3 and 4); more than 255 bytes make it extended.
    ///
    /// More than 65,535 bytes are refused by [`Command::encode`].
    #[must_use]
    pub const fn with_data(mut self, data: &'a [u8]) -> Self {
        if data.len() > SHORT_DATA {
            self.form = Form::Extended;
        }
        self.data = data;
        self
    }

    /// The same command expecting up to `le` bytes (cases 2 and 4); more than 256 make it extended.
    #[must_use]
    pub const fn expecting(mut self, le: Le) -> Self {
        if le.get() > SHORT_LE {
            self.form = Form::Extended;
        }
        self.expected = Some(le);
        self
    }

    /// The same command expecting up to 256 bytes, `Le = 00`.
    #[must_use]
    pub const fn expecting_short(self) -> Self {
        self.expecting(Le::SHORT_MAX)
    }

    /// The same command expecting everything: 65,536 bytes, extended, `Le = 0000`.
    #[must_use]
    pub const fn expecting_all(self) -> Self {
        self.expecting(Le::EXTENDED_MAX)
    }

    /// The same command in the extended form, whatever its lengths.
    #[must_use]
    pub const fn extended(mut self) -> Self {
        self.form = Form::Extended;
        self
    }

    /// The same command marked as carrying a secret.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.marked_secret = true;
        self
    }

    /// The class byte.
    #[must_use]
    pub const fn class(&self) -> Class {
        let [class, ..] = self.header;
        Class(class)
    }

    /// The same command with another class byte.
    #[must_use]
    pub const fn with_class(mut self, class: Class) -> Self {
        let [_, instruction, p1, p2] = self.header;
        self.header = [class.0, instruction, p1, p2];
        self
    }

    /// The instruction byte.
    #[must_use]
    pub const fn instruction(&self) -> Instruction {
        let [_, instruction, ..] = self.header;
        Instruction(instruction)
    }

    /// The first parameter byte.
    #[must_use]
    pub const fn p1(&self) -> u8 {
        let [_, _, p1, _] = self.header;
        p1
    }

    /// The second parameter byte.
    #[must_use]
    pub const fn p2(&self) -> u8 {
        let [.., p2] = self.header;
        p2
    }

    /// Both parameter bytes as one big-endian number.
    #[must_use]
    pub const fn p1p2(&self) -> u16 {
        u16::from_be_bytes([self.p1(), self.p2()])
    }

    /// The data field; empty when there is none.
    #[must_use]
    pub const fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The most response bytes asked for; `None` when no `Le` field is there.
    #[must_use]
    pub const fn expected(&self) -> Option<Le> {
        self.expected
    }

    /// How the length fields are (or will be) coded. A case 1 command is the same in both.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Whether the data field may be shown.
    #[must_use]
    pub const fn secrecy(&self) -> Secrecy {
        if self.marked_secret || (self.instruction().carries_secret() && !self.data.is_empty()) {
            Secrecy::Secret
        } else {
            Secrecy::Open
        }
    }

    /// Reads one command from exactly these bytes, both forms, all four cases.
    ///
    /// # Errors
    /// [`ParseError`] with kind and position: too short, class `FF`, instruction `6X`/`9X`, a length field that is cut
    /// off, that is zero where it may not be, or that disagrees with the number of bytes.
    #[inline]
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let Some((header, body)) = bytes.split_first_chunk::<4>() else {
            return refuse(ParseErrorKind::HeaderTruncated, bytes.len());
        };
        let [class, instruction, ..] = *header;
        if class == 0xFF {
            return refuse(ParseErrorKind::InvalidClass, 0);
        }
        if !Instruction(instruction).is_valid() {
            return refuse(ParseErrorKind::InvalidInstruction, 1);
        }
        let command =
            |form, data, expected| Ok(Self { header: *header, form, marked_secret: false, expected, data });
        match body {
            [] => command(Form::Short, body, None),
            [le] => command(Form::Short, &[], Some(Le::from_short(*le))),
            [0, high, low, rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([*high, *low]));
                match (rest.len().checked_sub(lc), rest) {
                    // Without anything after it the field is Le, not Lc.
                    (_, []) => command(Form::Extended, rest, Some(Le::from_extended([*high, *low]))),
                    _ if lc == 0 => refuse(ParseErrorKind::ZeroLc, 5),
                    (Some(0), _) => command(Form::Extended, rest, None),
                    (Some(2), [data @ .., high, low]) => {
                        command(Form::Extended, data, Some(Le::from_extended([*high, *low])))
                    }
                    (Some(1), _) => refuse(ParseErrorKind::LengthTruncated, bytes.len()),
                    (Some(_), _) => refuse(ParseErrorKind::TrailingBytes, 7 + lc + 2),
                    (None, _) => refuse(ParseErrorKind::DataTruncated, bytes.len()),
                }
            }
            [0, ..] => refuse(ParseErrorKind::LengthTruncated, bytes.len()),
            [lc, rest @ ..] => {
                let lc = usize::from(*lc);
                match (rest.len().checked_sub(lc), rest) {
                    (Some(0), _) => command(Form::Short, rest, None),
                    (Some(1), [data @ .., le]) => command(Form::Short, data, Some(Le::from_short(*le))),
                    (Some(_), _) => refuse(ParseErrorKind::TrailingBytes, 5 + lc + 1),
                    (None, _) => refuse(ParseErrorKind::DataTruncated, bytes.len()),
                }
            }
        }
    }

    /// The number of bytes that [`Command::encode`] writes.
    #[must_use]
    pub const fn encoded_len(&self) -> usize {
        let has_data = !self.data.is_empty();
        let has_le = self.expected.is_some();
        let lengths = match (self.form, has_data, has_le) {
            (_, false, false) => 0,
            (Form::Short, true, false) | (Form::Short, false, true) => 1,
            (Form::Short, true, true) => 2,
            (Form::Extended, true, true) => 5,
            (Form::Extended, _, _) => 3,
        };
        4 + lengths + self.data.len()
    }

    /// Writes the command to the start of `buffer` and returns the bytes written.
    ///
    /// # Errors
    /// [`EncodeError::DataTooLong`] above 65,535 data bytes, [`EncodeError::BufferTooSmall`] with the size needed.
    #[inline]
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let Ok(lc) = u16::try_from(self.data.len()) else {
            return Err(EncodeError::DataTooLong { length: self.data.len() });
        };
        let [lc_high, lc_low] = lc.to_be_bytes();
        let written = match self.form {
            _ if lc == 0 => self.encode_without_data(buffer),
            Form::Short => self.encode_with_data::<1, 1>([lc_low], buffer),
            Form::Extended => self.encode_with_data::<3, 2>([0, lc_high, lc_low], buffer),
        };
        written.ok_or(EncodeError::BufferTooSmall { needed: self.encoded_len() })
    }

    /// Cases 3 and 4; the data field has 1 to 65,535 bytes.
    #[inline]
    fn encode_with_data<'b, const LC: usize, const LE: usize>(
        &self,
        lc: [u8; LC],
        buffer: &'b mut [u8],
    ) -> Option<&'b [u8]> {
        let le_len = if self.expected.is_some() { LE } else { 0 };
        let out = buffer.get_mut(..4 + LC + self.data.len() + le_len)?;
        let (header, rest) = out.split_first_chunk_mut::<4>()?;
        *header = self.header;
        let (field, rest) = rest.split_first_chunk_mut::<LC>()?;
        *field = lc;
        let (field, rest) = rest.split_at_mut_checked(self.data.len())?;
        field.copy_from_slice(self.data);
        if let Some(le) = self.expected {
            // 256 and 65,536 are coded as zero: the higher bytes fall away.
            *rest.first_chunk_mut::<LE>()? = *le.get().to_be_bytes().last_chunk::<LE>()?;
        }
        Some(out)
    }

    /// Cases 1 and 2.
    #[inline]
    fn encode_without_data<'b>(&self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        let (le, le_len) = match (self.expected, self.form) {
            (None, _) => ([0; 3], 0),
            (Some(le), Form::Short) => ([le.low_bytes()[1], 0, 0], 1),
            (Some(le), Form::Extended) => {
                let [high, low] = le.low_bytes();
                ([0, high, low], 3)
            }
        };
        let out = buffer.get_mut(..4 + le_len)?;
        let (header, field) = out.split_first_chunk_mut::<4>()?;
        *header = self.header;
        for (to, from) in field.iter_mut().zip(le) {
            *to = from;
        }
        Some(out)
    }
}

/// Refusals are rare: kept out of line, they cost the accepted commands nothing.
#[cold]
#[inline(never)]
const fn refuse<'a>(kind: ParseErrorKind, position: usize) -> Result<Command<'a>, ParseError> {
    Err(ParseError::new(kind, position))
}

impl fmt::Debug for Command<'_> {
    /// The header, the form and `Le`; the data only when open, and for a secret one not even its length.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [class, instruction, p1, p2] = self.header;
        write!(f, "Command({class:02X} {instruction:02X} {p1:02X} {p2:02X}")?;
        match self.secrecy() {
            Secrecy::Secret => f.write_str(" <secret>")?,
            Secrecy::Open if self.data.is_empty() => {}
            Secrecy::Open => {
                write!(f, " [{}] ", self.data.len())?;
                for byte in self.data {
                    write!(f, "{byte:02X}")?;
                }
            }
        }
        if let Some(le) = self.expected {
            write!(f, " Le={}", le.get())?;
        }
        if self.form == Form::Extended {
            f.write_str(" extended")?;
        }
        f.write_str(")")
    }
}

/// Why bytes are not a command, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a command APDU: {kind} (at byte {position})")]
pub struct ParseError {
    kind: ParseErrorKind,
    position: usize,
}

impl ParseError {
    const fn new(kind: ParseErrorKind, position: usize) -> Self {
        Self { kind, position }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The index of the offending byte, or the number of bytes when one is missing at the end.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }
}

/// What is wrong with a command's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// Fewer than the four header bytes.
    #[error("the four header bytes are not complete")]
    HeaderTruncated,
    /// Class `FF` (ISO 7816-4 §5.4.1: invalid).
    #[error("class FF is not a class")]
    InvalidClass,
    /// Instruction `6X` or `9X` (ISO 7816-4 §5.5: invalid).
    #[error("instructions 6X and 9X do not exist")]
    InvalidInstruction,
    /// An extended length field is cut off.
    #[error("an extended length field is cut off")]
    LengthTruncated,
    /// An extended `Lc` of zero with bytes after it.
    #[error("an extended Lc of zero")]
    ZeroLc,
    /// Fewer data bytes than `Lc` announces.
    #[error("fewer data bytes than Lc announces")]
    DataTruncated,
    /// More bytes than `Lc` and `Le` account for.
    #[error("bytes left over after Lc, data and Le")]
    TrailingBytes,
}

/// Why a command cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// More data than the extended form carries.
    #[error("{length} data bytes; a command carries 65,535 at most")]
    DataTooLong {
        /// The number of data bytes.
        length: usize,
    },
    /// The buffer cannot hold the command.
    #[error("the command needs a buffer of {needed} bytes")]
    BufferTooSmall {
        /// The number of bytes needed.
        needed: usize,
    },
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
