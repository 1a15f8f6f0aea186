//! What an issuer's session does, command by command.

use mynumber_apdu::{Class, Command, Instruction, Meaning};
use mynumber_applet::issuer::{CLEAR, DATA_OBJECT_LIMIT, IssuerCommand, VALUE, may_set};
use mynumber_applet::pin::Secret;
use mynumber_applet::{DataObjectId, Ef, FileId, KeyId, PinId, Structure};
use mynumber_transport::Transport;
use zeroize::Zeroizing;

use super::Session;
use super::public_key::{self, Template, Wanted};
use crate::issuer::error::{IssuerError, IssuerErrorKind, Object};
use crate::issuer::{Contents, IssuerSession, PublicKey};

/// Bytes of a file or data object in one command, beside total and offset.
const PIECE: usize = CLEAR - 4;

impl<T: Transport> Session<'_, T> {
    /// A command on a reference; the tries that the card tells under its code must be `expected`.
    fn on_reference(
        &mut self,
        id: IssuerCommand,
        p1: u8,
        pin: PinId,
        clear: &[u8],
    ) -> Result<u8, IssuerError> {
        let object = Object::Pin(pin);
        let p2 = short(pin.row().ef.short(), object)?;
        self.enter(pin.row().application)?;
        self.told.remove(&pin);
        let answer = self.command(id, [p1, p2], clear, object)?;
        let [tries] = answer.as_slice() else {
            self.channel = None;
            return Err(IssuerError::new(IssuerErrorKind::Answer, object));
        };
        self.told.insert(pin, *tries);
        Ok(*tries)
    }

    /// Sends something in pieces: total, offset, bytes.
    fn pieces(
        &mut self,
        id: IssuerCommand,
        parameters: [u8; 2],
        bytes: &[u8],
        object: Object,
    ) -> Result<(), IssuerError> {
        let form = || IssuerError::new(IssuerErrorKind::Form, object);
        let total = u16::try_from(bytes.len()).map_err(|_| form())?.to_be_bytes();
        let mut offset: u16 = 0;
        for piece in bytes.chunks(PIECE) {
            let mut clear = Zeroizing::new(Vec::with_capacity(CLEAR));
            clear.extend(total);
            clear.extend(offset.to_be_bytes());
            clear.extend_from_slice(piece);
            self.silent(id, parameters, &clear, object)?;
            offset = u16::try_from(piece.len()).map_or(u16::MAX, |length| offset.saturating_add(length));
        }
        Ok(())
    }

    fn write_records(&mut self, file: FileId, p2: u8, records: &[Vec<u8>]) -> Result<(), IssuerError> {
        for (number, record) in (1..=u8::MAX).zip(records) {
            let parameters = [number, p2];
            self.silent(IssuerCommand::UpdateRecord, parameters, record, Object::File(file))?;
        }
        Ok(())
    }
}

impl<T: Transport> IssuerSession for Session<'_, T> {
    fn serial(&self) -> &str {
        self.serial.as_str()
    }

    fn tries(&mut self, pin: PinId) -> Result<u8, IssuerError> {
        let object = Object::Pin(pin);
        let p2 = short(pin.row().ef.short(), object)?;
        if let Some(told) = self.told.get(&pin).filter(|_| self.channel.is_some()) {
            return Ok(*told);
        }
        self.enter(pin.row().application)?;
        let query = Command::new(Class::ISO, Instruction::VERIFY, 0x00, p2);
        let answer = match self.exchange(query, &mut []) {
            Ok(answer) => answer,
            Err(trouble) => return self.judge(Err(trouble), object, false).map(|_| 0),
        };
        match answer.status.meaning() {
            Meaning::TriesLeft(tries) => Ok(tries),
            Meaning::Blocked => Ok(0),
            _ => Err(IssuerError::new(IssuerErrorKind::Refused { status: answer.status }, object)),
        }
    }

    fn set_reference(&mut self, pin: PinId, value: &dyn Secret) -> Result<(), IssuerError> {
        let object = Object::Pin(pin);
        let form = || IssuerError::new(IssuerErrorKind::Form, object);
        let bytes = value.bytes();
        let length = u8::try_from(bytes.len()).map_err(|_| form())?;
        if !may_set(pin) || !pin.row().format.accepts(bytes) || bytes.len() > VALUE {
            return Err(form());
        }
        // On the heap from the start, and of one length whatever the value's: moving leaves no copy.
        let mut clear = Zeroizing::new(vec![0; 1 + VALUE]);
        for (to, from) in clear.iter_mut().zip(std::iter::once(&length).chain(bytes)) {
            *to = *from;
        }
        match self.on_reference(IssuerCommand::ResetRetryCounter, 0x02, pin, &clear)? {
            0 => Err(IssuerError::new(IssuerErrorKind::Answer, object)),
            _ => Ok(()),
        }
    }

    fn block_reference(&mut self, pin: PinId) -> Result<(), IssuerError> {
        match self.on_reference(IssuerCommand::BlockReference, 0x00, pin, &[])? {
            0 => Ok(()),
            _ => Err(IssuerError::new(IssuerErrorKind::Answer, Object::Pin(pin))),
        }
    }

    fn write(&mut self, file: FileId, contents: Contents<'_>) -> Result<(), IssuerError> {
        let (row, object) = (file.row(), Object::File(file));
        let form = || IssuerError::new(IssuerErrorKind::Form, object);
        let limit = usize::from(row.limit);
        match (row.structure, contents) {
            (Structure::Transparent, Contents::Bytes(bytes)) if (1..=limit).contains(&bytes.len()) => {
                let p2 = short(row.ef.short(), object)?;
                self.enter(row.application)?;
                self.pieces(IssuerCommand::UpdateBinary, [0x00, p2], bytes, object)
            }
            (Structure::Records, Contents::Records(records)) => {
                let fit = records.iter().all(|record| (1..=CLEAR).contains(&record.len()));
                let total: usize = records.iter().map(Vec::len).sum();
                if !fit || !(1..=usize::from(u8::MAX)).contains(&records.len()) || total > limit {
                    return Err(form());
                }
                let p2 = row.ef.short().ok_or_else(form)? << 3 | 0x04;
                self.enter(row.application)?;
                self.write_records(file, p2, records)
            }
            _ => Err(form()),
        }
    }

    fn write_data_object(&mut self, object: DataObjectId, bytes: &[u8]) -> Result<(), IssuerError> {
        let what = Object::DataObject(object);
        if !(1..=usize::from(DATA_OBJECT_LIMIT)).contains(&bytes.len()) {
            return Err(IssuerError::new(IssuerErrorKind::Form, what));
        }
        self.pieces(IssuerCommand::PutData, object.row().tag.to_be_bytes(), bytes, what)
    }

    fn generate_key(&mut self, key: KeyId) -> Result<PublicKey, IssuerError> {
        let (row, object) = (key.row(), Object::Key(key));
        let p2 = short(row.ef.and_then(Ef::short), object)?;
        self.enter(row.application)?;
        let id = IssuerCommand::GenerateKeyPair;
        let mut template = Template::default();
        let mut answer = self.command(id, [0x80, p2], &[], object)?;
        let read = loop {
            match template.take(&answer) {
                None => break None,
                Some(Wanted::Nothing) => break public_key::read(template.bytes(), row.algorithm),
                Some(Wanted::From(offset)) => {
                    answer = self.command(id, [0x81, p2], &offset.to_be_bytes(), object)?;
                }
            }
        };
        if read.is_none() {
            self.channel = None;
        }
        read.ok_or_else(|| IssuerError::new(IssuerErrorKind::Answer, object))
    }

    fn destroy(&mut self, key: KeyId) -> Result<(), IssuerError> {
        let (row, object) = (key.row(), Object::Key(key));
        let p2 = short(row.ef.and_then(Ef::short), object)?;
        self.enter(row.application)?;
        self.silent(IssuerCommand::DestroyKey, [0x00, p2], &[], object)
    }

    fn commit(&mut self) -> Result<(), IssuerError> {
        self.silent(IssuerCommand::Commit, [0x00, 0x00], &[], Object::Card)
    }

    fn close(mut self: Box<Self>) -> Result<(), IssuerError> {
        self.finish()
    }
}

/// `80 + SFI`; an object without a short identifier cannot be named.
fn short(short: Option<u8>, object: Object) -> Result<u8, IssuerError> {
    short.map(|short| 0x80 | short).ok_or_else(|| IssuerError::new(IssuerErrorKind::Form, object))
}
