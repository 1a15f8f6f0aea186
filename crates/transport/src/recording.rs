//! Recorded sessions, as text.

use core::fmt;
use core::str::FromStr;

use mynumber_apdu::{Command, Secrecy};
use zeroize::Zeroizing;

use crate::{Disposition, Error, wire};

/// A recorded session: what was sent, what the card answered, what failed.
///
/// **A recording of a real card is personal data**: it holds whatever the card answered, and the open data that was
/// sent. Of secret commands it holds the header only, neither their data nor its length.
///
/// As text, by [`Display`](fmt::Display) and [`FromStr`], it has one line for each thing, and hexadecimal digits with
/// or without spaces:
///
/// ```text
/// mynumber recording 1
/// # anything after a number sign at the start of a line
/// atr 3B800181
/// begin
/// > 00A4040C0AD392F000260100000001      an open command, whole
/// < 9000                                its reply, whole
/// > 00200080 secret                     the header of a secret command
/// < 63C2
/// > 00B000000000000
/// ! card-removed                        no reply: why
/// reconnect ! no-card                   session calls that failed say why, too
/// reconnect 3B800181                    and a new ATR
/// end unpower
/// ```
///
/// (The notes to the right are not part of it.) The steps are in the order in which they happened. Wiped when dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Recording {
    pub(crate) atr: Vec<u8>,
    pub(crate) steps: Vec<Step>,
}

/// One step of a recorded session.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Exchange(Sent, Result<Zeroizing<Vec<u8>>, Error>),
    Begin(Result<(), Error>),
    End(Disposition, Result<(), Error>),
    /// With the ATR.
    Reconnect(Result<Vec<u8>, Error>),
}

/// A command as it is recorded.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    Open(Zeroizing<Vec<u8>>),
    Secret([u8; 4]),
}

impl Sent {
    /// `None` for what cannot be coded.
    pub(crate) fn of(command: &Command<'_>) -> Option<Self> {
        if command.secrecy() == Secrecy::Secret {
            let [p1, p2] = command.p1p2().to_be_bytes();
            return Some(Self::Secret([command.class().0, command.instruction().0, p1, p2]));
        }
        let mut bytes = Zeroizing::default();
        wire::encode(command, &mut bytes).ok()?;
        Some(Self::Open(bytes))
    }
}

impl Recording {
    /// The number of exchanges.
    #[must_use]
    pub fn exchanges(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Exchange(..))).count()
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("exchanges", &self.exchanges()).finish_non_exhaustive()
    }
}

const FIRST_LINE: &str = "mynumber recording 1";

/// The words for errors; [`Error::Other`] is `other` and its code.
const WORDS: [(&str, Error); 18] = [
    ("card-removed", Error::CardRemoved),
    ("card-reset", Error::CardReset),
    ("card-unpowered", Error::CardUnpowered),
    ("card-unresponsive", Error::CardUnresponsive),
    ("no-card", Error::NoCard),
    ("no-reader", Error::NoReader),
    ("reader-gone", Error::ReaderGone),
    ("no-service", Error::NoService),
    ("permission-denied", Error::PermissionDenied),
    ("sharing-violation", Error::SharingViolation),
    ("timeout", Error::Timeout),
    ("cancelled", Error::Cancelled),
    ("extended-refused", Error::ExtendedRefused),
    ("reply-too-long", Error::ReplyTooLong),
    ("transmission", Error::Transmission),
    ("protocol", Error::Protocol),
    ("not-recorded", Error::NotRecorded { index: 0 }),
    ("not-coded", Error::Encode(mynumber_apdu::EncodeError::BufferTooSmall { needed: 0 })),
];

struct Word<'a>(&'a Error);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let same = |error: &Error| core::mem::discriminant(error) == core::mem::discriminant(self.0);
        match (self.0, WORDS.iter().find(|(_, error)| same(error))) {
            (Error::Other { code }, _) => write!(f, "other {code:08X}"),
            (_, Some((word, _))) => f.write_str(word),
            // Errors added later are added to the words; a test goes through them.
            (_, None) => f.write_str("other 00000000"),
        }
    }
}

impl fmt::Display for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\natr {}", Hex(&self.atr))?;
        for step in &self.steps {
            match step {
                Step::Exchange(sent, reply) => {
                    match sent {
                        Sent::Open(bytes) => writeln!(f, "> {}", Hex(bytes))?,
                        Sent::Secret(header) => writeln!(f, "> {} secret", Hex(header))?,
                    }
                    match reply {
                        Ok(reply) => writeln!(f, "< {}", Hex(reply))?,
                        Err(error) => writeln!(f, "! {}", Word(error))?,
                    }
                }
                Step::Begin(Ok(())) => writeln!(f, "begin")?,
                Step::Begin(Err(error)) => writeln!(f, "begin ! {}", Word(error))?,
                Step::End(disposition, Ok(())) => writeln!(f, "end {}", name(*disposition))?,
                Step::End(disposition, Err(error)) => {
                    writeln!(f, "end {} ! {}", name(*disposition), Word(error))?;
                }
                Step::Reconnect(Ok(atr)) => writeln!(f, "reconnect {}", Hex(atr))?,
                Step::Reconnect(Err(error)) => writeln!(f, "reconnect ! {}", Word(error))?,
            }
        }
        Ok(())
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

const DISPOSITIONS: [(&str, Disposition); 3] =
    [("leave", Disposition::Leave), ("reset", Disposition::Reset), ("unpower", Disposition::Unpower)];

const fn name(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Leave => "leave",
        Disposition::Reset => "reset",
        Disposition::Unpower => "unpower",
    }
}

/// Why text is not a recording, and in which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a recording: {kind} (line {line})")]
pub struct RecordingError {
    line: usize,
    kind: RecordingErrorKind,
}

impl RecordingError {
    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> RecordingErrorKind {
        self.kind
    }
}

/// What is wrong with the text of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingErrorKind {
    /// The first line is another one, or of a later version.
    #[error("the first line must be `{FIRST_LINE}`")]
    FirstLine,
    /// A line that begins with no known word.
    #[error("the line begins with no known word")]
    UnknownWord,
    /// Hexadecimal digits are wrong, or an odd number of them.
    #[error("not hexadecimal digits, two for each byte")]
    Hex,
    /// A header of other than four bytes.
    #[error("a header has four bytes")]
    Header,
    /// A command without a reply, or a reply without a command.
    #[error("a command and its reply belong together")]
    Unpaired,
}

impl FromStr for Recording {
    type Err = RecordingError;

    fn from_str(text: &str) -> Result<Self, RecordingError> {
        let mut recording = Self::default();
        let mut open: Option<Sent> = None;
        let mut last = 1;
        let mut lines = text.lines().enumerate().map(|(index, line)| (index.saturating_add(1), line.trim()));
        if lines.next().is_none_or(|(_, line)| line != FIRST_LINE) {
            return Err(RecordingError { line: 1, kind: RecordingErrorKind::FirstLine });
        }
        for (line, content) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            last = line;
            recording.line(content, &mut open).map_err(|kind| RecordingError { line, kind })?;
        }
        if open.is_some() {
            return Err(RecordingError { line: last, kind: RecordingErrorKind::Unpaired });
        }
        Ok(recording)
    }
}

impl Recording {
    fn line(&mut self, line: &str, open: &mut Option<Sent>) -> Result<(), RecordingErrorKind> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if matches!(word, "<" | "!") != open.is_some() {
            return Err(RecordingErrorKind::Unpaired);
        }
        match (word, open.take()) {
            ("<", Some(sent)) => self.steps.push(Step::Exchange(sent, Ok(bytes(rest)?))),
            ("!", Some(sent)) => self.steps.push(Step::Exchange(sent, Err(error(rest)?))),
            (">", _) => *open = Some(command(rest)?),
            ("atr", _) => self.atr = bytes(rest)?.to_vec(),
            ("begin", _) => self.steps.push(Step::Begin(outcome(rest)?.1)),
            ("end", _) => {
                let (disposition, outcome) = outcome(rest)?;
                let known = DISPOSITIONS.iter().find(|(word, _)| *word == disposition);
                let (_, disposition) = known.ok_or(RecordingErrorKind::UnknownWord)?;
                self.steps.push(Step::End(*disposition, outcome));
            }
            ("reconnect", _) => {
                let (atr, outcome) = outcome(rest)?;
                let atr = bytes(atr)?.to_vec();
                self.steps.push(Step::Reconnect(outcome.map(|()| atr)));
            }
            _ => return Err(RecordingErrorKind::UnknownWord),
        }
        Ok(())
    }
}

fn command(text: &str) -> Result<Sent, RecordingErrorKind> {
    match text.strip_suffix("secret") {
        Some(header) => {
            let header = <[u8; 4]>::try_from(bytes(header)?.as_slice());
            header.map(Sent::Secret).map_err(|_| RecordingErrorKind::Header)
        }
        None => bytes(text).map(Sent::Open),
    }
}

/// What stands before `!`, and the error after it.
fn outcome(text: &str) -> Result<(&str, Result<(), Error>), RecordingErrorKind> {
    match text.split_once('!') {
        Some((before, word)) => Ok((before.trim(), Err(error(word)?))),
        None => Ok((text.trim(), Ok(()))),
    }
}

fn error(text: &str) -> Result<Error, RecordingErrorKind> {
    let text = text.trim();
    if let Some(code) = text.strip_prefix("other ") {
        let code = bytes(code)?;
        let code = <[u8; 4]>::try_from(code.as_slice()).map_err(|_| RecordingErrorKind::Hex)?;
        return Ok(Error::Other { code: u32::from_be_bytes(code) });
    }
    let known = WORDS.iter().find(|(word, _)| *word == text);
    known.map(|(_, error)| error.clone()).ok_or(RecordingErrorKind::UnknownWord)
}

fn bytes(text: &str) -> Result<Zeroizing<Vec<u8>>, RecordingErrorKind> {
    // Reserved beforehand: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
    let mut digits =
        text.chars().filter(|character| !character.is_whitespace()).map(|digit| digit.to_digit(16));
    while let Some(high) = digits.next() {
        let (Some(high), Some(Some(low))) = (high, digits.next()) else {
            return Err(RecordingErrorKind::Hex);
        };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| RecordingErrorKind::Hex)?);
    }
    Ok(bytes)
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
