//! The issuance list: a CSV in UTF-8 or Shift_JIS.

use std::collections::BTreeMap;
use std::fmt;

use csv::{ReaderBuilder, StringRecord, Terminator};
use encoding_rs::SHIFT_JIS;

use crate::application::{FormId, FormIdError};

/// The longest list, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// The most rows.
const MAX_ROWS: usize = 100_000;
/// The longest name, in characters: that of the card's model.
const MAX_NAME: usize = crate::Person::TEXT_LIMIT;

/// 製造番号: 15 digits (CARD.md §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial([u8; 15]);

impl Serial {
    /// Reads 15 half-width digits; `None` when it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = <[u8; 15]>::try_from(text.as_bytes()).ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with a byte-order mark or without.
    Utf8,
    /// Shift_JIS, with the extensions that Windows writes.
    ShiftJis,
}

/// A row of the list.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// 申請書ID.
    pub form_id: FormId,
    /// 製造番号.
    pub serial: Serial,
    /// 氏名, as it is printed on the card.
    pub name: String,
}

/// Shows the serial number only.
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("serial", &self.serial).finish_non_exhaustive()
    }
}

/// 発行一覧表, read to its end without an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuanceList {
    rows: Vec<Issued>,
}

/// The columns, by their headings.
const COLUMNS: [(&[&str], &str); 3] =
    [(&["申請書ID", "form_id"], "form_id"), (&["製造番号", "serial"], "serial"), (&["氏名", "name"], "name")];

impl IssuanceList {
    /// Reads a list (RFC 4180; lines end with a line feed, a carriage return before it or not).
    ///
    /// # Errors
    /// [`ListError`] with the line of the first thing that is wrong; nothing is read then.
    pub fn parse(file: &[u8], encoding: Encoding) -> Result<Self, ListError> {
        if file.len() > MAX_BYTES {
            return Err(ListError::TooLong);
        }
        // Ends of lines become one character: with two, the reader would count lines one short.
        let text = decode(file, encoding)?.replace("\r\n", "\n");
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let heading = records.next().ok_or(ListError::Empty)?.map_err(|error| broken(&error))?;
        let columns = columns(&heading)?;
        let mut rows = Vec::new();
        let (mut forms, mut serials) = (BTreeMap::new(), BTreeMap::new());
        for record in records {
            let record = record.map_err(|error| broken(&error))?;
            let line = line_of(&record);
            if rows.len() == MAX_ROWS {
                return Err(ListError::TooLong);
            }
            if record.len() != heading.len() {
                return Err(ListError::Columns { line, found: record.len(), expected: heading.len() });
            }
            let row = read_row(&record, columns, line)?;
            if let Some(first) = forms.insert(row.form_id.as_str().to_owned(), line) {
                return Err(ListError::Twice { line, first, column: "form_id" });
            }
            if let Some(first) = serials.insert(row.serial, line) {
                return Err(ListError::Twice { line, first, column: "serial" });
            }
            rows.push(row);
        }
        if rows.is_empty() { Err(ListError::Empty) } else { Ok(Self { rows }) }
    }

    /// The rows, in the order of the file.
    #[must_use]
    pub fn rows(&self) -> &[Issued] {
        &self.rows
    }
}

fn decode(file: &[u8], encoding: Encoding) -> Result<String, ListError> {
    let line =
        |valid: &[u8]| 1 + u64::try_from(valid.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0);
    match encoding {
        Encoding::Utf8 => {
            let file = file.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(file);
            let text = std::str::from_utf8(file).map_err(|error| {
                let valid = file.get(..error.valid_up_to()).unwrap_or_default();
                ListError::Encoding { line: line(valid), encoding }
            })?;
            Ok(text.to_owned())
        }
        Encoding::ShiftJis => {
            // Line by line, so that the line of a byte that stands for nothing is known. No character of Shift_JIS has
            // the byte of a line feed as its second.
            let mut text = String::with_capacity(file.len() * 3 / 2);
            for (index, piece) in file.split_inclusive(|byte| *byte == b'\n').enumerate() {
                let decoded = SHIFT_JIS
                    .decode_without_bom_handling_and_without_replacement(piece)
                    .filter(|decoded| !decoded.chars().any(is_private))
                    .ok_or(ListError::Encoding {
                        line: u64::try_from(index + 1).unwrap_or(u64::MAX),
                        encoding,
                    })?;
                text.push_str(&decoded);
            }
            Ok(text)
        }
    }
}

/// 外字: characters that each user makes up, so that nobody else can say what they are.
const fn is_private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}')
}

/// Where each column of [`COLUMNS`] stands.
fn columns(heading: &StringRecord) -> Result<[usize; 3], ListError> {
    let mut found = [0; 3];
    for (place, (names, column)) in found.iter_mut().zip(COLUMNS) {
        let mut places = heading.iter().enumerate().filter(|(_, name)| names.contains(&name.trim()));
        match (places.next(), places.next()) {
            (Some((index, _)), None) => *place = index,
            _ => return Err(ListError::Heading { column }),
        }
    }
    Ok(found)
}

fn read_row(record: &StringRecord, columns: [usize; 3], line: u64) -> Result<Issued, ListError> {
    let [form_id, serial, name] = columns.map(|column| record.get(column).unwrap_or_default());
    let form_id = FormId::parse(form_id).map_err(|error| ListError::FormId { line, error })?;
    let serial = Serial::parse(serial).ok_or(ListError::Serial { line })?;
    let length = name.chars().count();
    if name.trim().is_empty() || length > MAX_NAME || name.chars().any(|c| c.is_control() || is_private(c)) {
        return Err(ListError::Name { line });
    }
    Ok(Issued { form_id, serial, name: name.to_owned() })
}

fn line_of(record: &StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

fn broken(error: &csv::Error) -> ListError {
    ListError::Broken { line: error.position().map_or(0, csv::Position::line) }
}

/// Why a list is not read. Lines count from 1. Carries nothing of what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// No row at all.
    #[error("the list is empty")]
    Empty,
    /// More than 64 MiB or 100,000 rows.
    #[error("the list is too long")]
    TooLong,
    /// Bytes that stand for no character, or for one that each user makes up.
    #[error("line {line} holds bytes that stand for no character in {encoding:?}")]
    Encoding {
        /// The line.
        line: u64,
        /// What was expected.
        encoding: Encoding,
    },
    /// The heading has no such column, or two.
    #[error("the heading needs one column {column}")]
    Heading {
        /// The column.
        column: &'static str,
    },
    /// The line cannot be read as CSV.
    #[error("line {line} is broken")]
    Broken {
        /// The line.
        line: u64,
    },
    /// Fewer columns than the heading, or more.
    #[error("line {line} has {found} columns; the heading has {expected}")]
    Columns {
        /// The line.
        line: u64,
        /// How many there are.
        found: usize,
        /// How many the heading has.
        expected: usize,
    },
    /// The application form id.
    #[error("line {line}: {error}")]
    FormId {
        /// The line.
        line: u64,
        /// What is wrong.
        error: FormIdError,
    },
    /// The serial number.
    #[error("line {line}: a serial number has 15 digits")]
    Serial {
        /// The line.
        line: u64,
    },
    /// The name.
    #[error("line {line}: a name has 1 to {MAX_NAME} characters that can be printed")]
    Name {
        /// The line.
        line: u64,
    },
    /// A form or a card stands on the list twice.
    #[error("line {line} has the {column} of line {first}")]
    Twice {
        /// The line.
        line: u64,
        /// The first line with the same.
        first: u64,
        /// The column.
        column: &'static str,
    },
}
