//! READ BINARY and READ RECORD (ISO 7816-4 §11.3.3 and §11.4.3; CARD.md §1.3).

use mynumber_apdu::{Command, StatusWord};
use mynumber_applet::{FileRow, Structure};

use super::session::{Object, read_access};
use super::{Answer, Engine, no_data, room, whole};
use crate::image::FileContents;

impl Engine {
    pub(super) fn read_binary(&mut self, command: &Command<'_>) -> Answer {
        no_data(command)?;
        let room = room(command)?;
        let (object, offset) = match command.p1() {
            0x00..=0x7F => (self.current_object()?, command.p1p2()),
            0x81..=0x9E => (self.object_by_short_id(command.p1() & 0x1F)?, u16::from(command.p2())),
            _ => return Err(StatusWord::WRONG_P1P2.into()),
        };
        let row = self.readable(object, Structure::Transparent)?;
        let Some(FileContents::Bytes(bytes)) = self.state.image().files.get(&row.id) else {
            return Err(StatusWord::INCOMPATIBLE_FILE.into());
        };
        match bytes.get(usize::from(offset)..) {
            None | Some([]) => Err(StatusWord::WRONG_OFFSET.into()),
            // Near the end fewer bytes come, with 9000 (CARD.md §1.3).
            Some(rest) => Ok(rest.get(..room).unwrap_or(rest).to_vec()),
        }
    }

    pub(super) fn read_record(&mut self, command: &Command<'_>) -> Answer {
        no_data(command)?;
        room(command)?;
        // The record whose number P1 is: the only reading of P2 that clients use.
        if command.p2() & 0x07 != 0x04 {
            return Err(StatusWord::WRONG_P1P2.into());
        }
        let object = match command.p2() >> 3 {
            0 => self.current_object()?,
            31 => return Err(StatusWord::WRONG_P1P2.into()),
            short => self.object_by_short_id(short)?,
        };
        let row = self.readable(object, Structure::Records)?;
        let Some(FileContents::Records(records)) = self.state.image().files.get(&row.id) else {
            return Err(StatusWord::INCOMPATIBLE_FILE.into());
        };
        let index = usize::from(command.p1()).checked_sub(1);
        let record = index.and_then(|index| records.get(index)).ok_or(StatusWord::RECORD_NOT_FOUND)?;
        whole(command, record.clone())
    }

    /// The row of a file of this structure that may be read now.
    fn readable(&self, object: Object, structure: Structure) -> Result<&'static FileRow, StatusWord> {
        match object {
            Object::File(row) if row.structure != structure => Err(StatusWord::INCOMPATIBLE_FILE),
            Object::File(row) if self.session.opens(read_access(row, self.state.image().token)) => Ok(row),
            Object::File(_) => Err(StatusWord::SECURITY_NOT_SATISFIED),
            // A working EF that nobody opens.
            Object::Reserved(row) if !row.internal => Err(StatusWord::SECURITY_NOT_SATISFIED),
            Object::Reserved(_) | Object::Pin(_) | Object::Key(_) | Object::ManagerInternal => {
                Err(StatusWord::INCOMPATIBLE_FILE)
            }
        }
    }
}
