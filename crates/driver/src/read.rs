//! Reading files, records and data objects whole.

use mynumber_apdu::exchange::Lengths;
use mynumber_apdu::tlv::{self, FileLength, Tag};
use mynumber_apdu::{Class, Command, Instruction, Le, Meaning, StatusWord};
use mynumber_applet::{Access, DataObjectId, FileId, FileRow, Structure, TokenKind};
use mynumber_transport::Transport;
use zeroize::Zeroizing;

use crate::cache::FileBytes;
use crate::connection::Addressing;
use crate::error::{Error, ErrorKind, Object, Step};
use crate::session::Session;

/// READ BINARY commands for one file: 32 KiB, which is as far as offsets reach, in pieces of 32 bytes, which is less
/// than any reader carries.
const MAX_PIECES: u16 = 1024;
/// How cards refuse short EF identifiers: wrong parameters, or P1 taken for an offset.
const NOT_BY_SHORT_ID: [StatusWord; 4] = [
    StatusWord::WRONG_P1P2,
    StatusWord::FUNCTION_NOT_SUPPORTED,
    StatusWord::NO_CURRENT_FILE,
    StatusWord::WRONG_OFFSET,
];
/// The most bytes accepted for a data object: the largest known takes 575.
const DATA_OBJECT_LIMIT: usize = 0x1000;

/// How the length of a file is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One TLV element, perhaps with filler after it.
    Element,
    /// One DER element that must begin with `30`.
    Certificate,
    /// Plain bytes: this many are usual, and without `least` of them it is not the file.
    Plain { least: usize, usual: usize },
}

/// The shape of each transparent file (CARD.md §2).
const fn shape(id: FileId) -> Shape {
    match id {
        FileId::SignatureCertificate
        | FileId::SignatureCaCertificate
        | FileId::UserAuthenticationCertificate
        | FileId::UserAuthenticationCaCertificate => Shape::Certificate,
        // The label is what decisions hang on.
        FileId::TokenInfo => Shape::Plain { least: 32, usual: 160 },
        FileId::CertificateAvailability => Shape::Plain { least: 3, usual: 3 },
        FileId::InputAssistFiller | FileId::CardFaceFiller => Shape::Plain { least: 1, usual: 16 },
        _ => Shape::Element,
    }
}

/// A file on its way.
pub(crate) struct Reading {
    row: &'static FileRow,
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
    /// The card said that the file ends here.
    ended: bool,
    /// The file was selected by its identifier.
    selected: bool,
    pieces: u16,
    /// A piece had fewer bytes than were asked for, and more of the file followed.
    dripped: bool,
}

/// The most bytes of a file that its length stands in: a tag of three bytes, a length of five.
const HEADER_MAX: usize = 8;

impl Reading {
    pub(crate) fn new(row: &'static FileRow) -> Self {
        Self {
            row,
            buffer: Zeroizing::new(vec![0; usize::from(row.limit)]),
            filled: 0,
            ended: false,
            selected: false,
            pieces: 0,
            dripped: false,
        }
    }

    pub(crate) const fn object(&self) -> Object {
        Object::File(self.row.id)
    }

    pub(crate) fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, Step::Read, self.object())
    }

    fn data(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// The number of bytes that came.
    pub(crate) const fn filled(&self) -> usize {
        self.filled
    }

    /// The most bytes that the file may have.
    pub(crate) const fn limit(&self) -> u16 {
        self.row.limit
    }

    /// Counts one more command; too many are an error.
    pub(crate) fn count_piece(&mut self) -> Result<(), Error> {
        self.pieces = self.pieces.saturating_add(1);
        if self.pieces > MAX_PIECES { Err(self.error(ErrorKind::TooManyPieces)) } else { Ok(()) }
    }

    /// Takes bytes that follow those that came; `false` when the file may not have as many.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> bool {
        let end = self.filled.saturating_add(bytes.len());
        let Some(room) = self.buffer.get_mut(self.filled..end) else { return false };
        room.copy_from_slice(bytes);
        self.filled = end;
        true
    }

    /// The number of bytes the content has, as far as what came tells.
    fn length(&self) -> Result<FileLength, Error> {
        match shape(self.row.id) {
            Shape::Plain { least, usual } => Ok(FileLength::Total(if self.ended { least } else { usual })),
            Shape::Element | Shape::Certificate => tlv::file_length(self.data(), usize::from(self.row.limit))
                .map_err(|cause| self.error(ErrorKind::Malformed(cause))),
        }
    }

    /// The bytes still wanted; `None` when the content is complete.
    pub(crate) fn wanted(&self) -> Result<Option<Le>, Error> {
        if self.filled == 0 {
            let small = u32::from(self.row.limit) <= Le::SHORT_MAX.get();
            return Ok(Some(if small { Le::SHORT_MAX } else { Le::EXTENDED_MAX }));
        }
        let missing = match self.length()? {
            FileLength::Total(total) => total.saturating_sub(self.filled),
            // Enough for the length to show, and likely all the rest.
            FileLength::NeedBytes(_) => usize::from(self.row.limit).saturating_sub(self.filled),
        };
        Ok(u32::try_from(missing).ok().and_then(Le::new))
    }

    fn too_short(&self) -> Error {
        let expected = match self.length() {
            Ok(FileLength::Total(total)) => total,
            Ok(FileLength::NeedBytes(needed)) => needed,
            Err(error) => return error,
        };
        self.error(ErrorKind::FileTooShort { expected, received: self.filled })
    }

    /// What was read, if nothing but filler follows the content.
    pub(crate) fn finish(&self) -> Result<FileBytes, Error> {
        let FileLength::Total(total) = self.length()? else { return Err(self.too_short()) };
        let after = self.data().get(total..).unwrap_or_default();
        let filler = after.iter().all(|byte| *byte == 0xFF) || after.iter().all(|byte| *byte == 0x00);
        if !filler {
            return Err(self.error(ErrorKind::TrailingBytes { extra: after.len() }));
        }
        let content = self.data().get(..total).unwrap_or_default();
        if shape(self.row.id) == Shape::Certificate {
            tlv::single(content, CERTIFICATE).map_err(|cause| self.error(ErrorKind::Malformed(cause)))?;
        }
        Ok(FileBytes::new(self.data(), total))
    }

    /// The card has no more of the file: enough, or too little.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        self.ended = true;
        match self.wanted()? {
            Some(_) => Err(self.too_short()),
            None => Ok(()),
        }
    }
}

/// SEQUENCE: a certificate (RFC 5280 §4.1).
const CERTIFICATE: Tag = Tag(0x30);

impl<T: Transport> Session<'_, T> {
    /// A file, whole: from what was read before, or from the card. Its application must be the one to be used: it is
    /// selected here, which ends the verified state of another one.
    pub(crate) fn file(&mut self, id: FileId) -> Result<FileBytes, Error> {
        let row = id.row();
        if let Some(bytes) = self.connection.free_files.find(id).or_else(|| self.locked_files.find(id)) {
            return Ok(bytes);
        }
        self.select(row.application)?;
        let bytes = match row.structure {
            Structure::Transparent => self.transparent(row)?,
            Structure::Records => self.record(row)?,
        };
        // What a phone gave because its PIN was presented is not kept for those who did not present it.
        let by_pin = row.read_on_phone.is_some() && self.is_verified();
        if row.read == Access::Free && !by_pin {
            self.connection.free_files.keep(id, &bytes);
        } else {
            self.locked_files.keep(id, &bytes);
        }
        Ok(bytes)
    }

    /// A file that anybody may read on the card. Refused, the token information tells whether it is a phone.
    pub(crate) fn free_file(&mut self, id: FileId) -> Result<FileBytes, Error> {
        let object = Object::File(id);
        match self.file(id) {
            Err(error) if *error.kind() == ErrorKind::AccessDenied && id.row().read_on_phone.is_some() => {
                match self.token()? {
                    Some(TokenKind::Android | TokenKind::Iphone) => {
                        Err(Error::new(ErrorKind::BehindPin, Step::Read, object))
                    }
                    _ => Err(error),
                }
            }
            other => other,
        }
    }

    fn transparent(&mut self, row: &'static FileRow) -> Result<FileBytes, Error> {
        let mut reading = Reading::new(row);
        while let Some(le) = reading.wanted()? {
            reading.count_piece()?;
            self.piece(&mut reading, le)?;
        }
        if reading.dripped && matches!(shape(row.id), Shape::Element | Shape::Certificate) {
            self.begins_as_before(&reading)?;
        }
        reading.finish()
    }

    /// A card that hands out less than is asked for, without need, is asked for the first bytes once more: a file whose
    /// length changed meanwhile is a mixture. Readers that carry short lengths only are no such case.
    fn begins_as_before(&mut self, reading: &Reading) -> Result<(), Error> {
        let mut again = Zeroizing::new([0; HEADER_MAX]);
        let command = Command::new(Class::ISO, Instruction::READ_BINARY, 0, 0);
        let command =
            u32::try_from(HEADER_MAX).ok().and_then(Le::new).map_or(command, |le| command.expecting(le));
        let answer = self.call(Step::Read, reading.object(), command, again.as_mut_slice())?;
        let came = again.get(..answer.length).unwrap_or_default();
        if !answer.status.is_success() || came.is_empty() || !reading.data().starts_with(came) {
            return Err(reading.error(ErrorKind::FileChanged));
        }
        Ok(())
    }

    /// One READ BINARY from where the file was read to.
    fn piece(&mut self, reading: &mut Reading, le: Le) -> Result<(), Error> {
        let object = reading.object();
        let by_short_id = reading.filled == 0 && self.connection.addressing == Addressing::ShortId;
        if !by_short_id && reading.filled == 0 && !reading.selected {
            reading.selected = true;
            self.select_file(reading.row.ef, object)?;
        }
        let [high, low] = match reading.row.ef.short() {
            Some(short) if by_short_id => [0x80 | short, 0],
            _ => u16::try_from(reading.filled).unwrap_or(u16::MAX).to_be_bytes(),
        };
        let command = Command::new(Class::ISO, Instruction::READ_BINARY, high, low).expecting(le);
        let room = reading.buffer.get_mut(reading.filled..).unwrap_or_default();
        let answer = self.call(Step::Read, object, command, room)?;
        match answer.status {
            StatusWord::SUCCESS | StatusWord::END_OF_FILE if answer.length > 0 => {
                reading.filled = reading.filled.saturating_add(answer.length);
                reading.dripped |= self.is_less_than_asked(le, answer.length) && reading.wanted()?.is_some();
                if answer.status == StatusWord::END_OF_FILE { reading.end() } else { Ok(()) }
            }
            StatusWord::SUCCESS | StatusWord::END_OF_FILE if reading.filled == 0 => {
                Err(reading.error(ErrorKind::EmptyRead))
            }
            StatusWord::SUCCESS | StatusWord::END_OF_FILE => reading.end(),
            status => self.refused_piece(reading, status, by_short_id),
        }
    }

    /// Whether a piece has fewer bytes than the command asked for, in the form in which it was sent.
    fn is_less_than_asked(&self, le: Le, came: usize) -> bool {
        let asked = match self.connection.lengths {
            Lengths::Extended => le,
            Lengths::Short => le.min(Le::SHORT_MAX),
        };
        usize::try_from(asked.get()).is_ok_and(|asked| came < asked)
    }

    /// A READ BINARY was refused: another way to ask, once each, or the reason.
    fn refused_piece(
        &mut self,
        reading: &mut Reading,
        status: StatusWord,
        by_short_id: bool,
    ) -> Result<(), Error> {
        match status.meaning() {
            Meaning::AccessDenied => Err(reading.error(ErrorKind::AccessDenied)),
            Meaning::FileNotFound => Err(reading.error(ErrorKind::ObjectAbsent)),
            Meaning::WrongOffset if reading.filled > 0 => reading.end(),
            _ if by_short_id && NOT_BY_SHORT_ID.contains(&status) => {
                self.connection.addressing = Addressing::Selection;
                Ok(())
            }
            // Read by short identifier, the file did not become the current one.
            _ if reading.filled > 0
                && !reading.selected
                && matches!(status, StatusWord::NO_CURRENT_FILE | StatusWord::WRONG_P1P2) =>
            {
                reading.selected = true;
                self.select_file(reading.row.ef, reading.object())
            }
            // Not every card that knows no extended lengths says so by 6700.
            Meaning::WrongLe(_)
            | Meaning::Unspecified
            | Meaning::InstructionNotSupported
            | Meaning::WrongLength
                if self.connection.lengths == Lengths::Extended && reading.pieces == 1 =>
            {
                self.connection.lengths = Lengths::Short;
                Ok(())
            }
            _ => Err(reading.error(ErrorKind::UnexpectedStatus { status })),
        }
    }

    /// The first record of a file of records: the files of this card have one.
    fn record(&mut self, row: &'static FileRow) -> Result<FileBytes, Error> {
        let object = Object::File(row.id);
        let mut buffer = Zeroizing::new(vec![0; usize::from(row.limit)]);
        let short = row.ef.short().unwrap_or(0);
        let mut answer = None;
        if self.connection.addressing == Addressing::ShortId {
            let read = self.call(Step::Read, object, first_record(short), &mut buffer)?;
            if NOT_BY_SHORT_ID.contains(&read.status) {
                self.connection.addressing = Addressing::Selection;
            } else {
                answer = Some(read);
            }
        }
        let answer = match answer {
            Some(answer) => answer,
            None => {
                self.select_file(row.ef, object)?;
                self.call(Step::Read, object, first_record(0), &mut buffer)?
            }
        };
        whole(answer.status, buffer.get(..answer.length).unwrap_or_default(), object)
    }

    /// A data object of the card-manager level, which is selected here: that ends every verified state.
    pub(crate) fn data_object(&mut self, id: DataObjectId) -> Result<FileBytes, Error> {
        self.select_card_manager()?;
        let object = Object::DataObject(id);
        let [high, low] = id.row().tag.to_be_bytes();
        let command = Command::new(Class::ISO, Instruction::GET_DATA, high, low).expecting_all();
        let mut buffer = Zeroizing::new(vec![0; DATA_OBJECT_LIMIT]);
        let answer = self.call(Step::Read, object, command, &mut buffer)?;
        whole(answer.status, buffer.get(..answer.length).unwrap_or_default(), object)
    }
}

/// An answer that is whole or an error.
fn whole(status: StatusWord, data: &[u8], object: Object) -> Result<FileBytes, Error> {
    let kind = match status.meaning() {
        Meaning::Success if data.is_empty() => ErrorKind::EmptyRead,
        Meaning::Success => return Ok(FileBytes::new(data, data.len())),
        Meaning::AccessDenied => ErrorKind::AccessDenied,
        Meaning::FileNotFound | Meaning::RecordNotFound | Meaning::ReferenceNotFound => {
            ErrorKind::ObjectAbsent
        }
        _ => ErrorKind::UnexpectedStatus { status },
    };
    Err(Error::new(kind, Step::Read, object))
}

/// READ RECORD of record 1, of the file with this short identifier or, with 0, of the current one
/// (ISO 7816-4 §11.4.3).
const fn first_record(short: u8) -> Command<'static> {
    Command::new(Class::ISO, Instruction::READ_RECORD, 0x01, (short << 3) | 0x04).expecting_short()
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
