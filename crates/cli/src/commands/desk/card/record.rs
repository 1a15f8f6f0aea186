//! The resident record, as a person file: what the store does not keep.

use std::path::Path;

use mynumber::issuance::Person;
use mynumber::issuance::application::Particulars;
use mynumber::issuance::desk::substitutes::Flags;
use mynumber::issuance::person::file::PersonFile;
use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::say;

/// The longest person file, in bytes.
const LONGEST: u64 = 64 * 1024;

/// What stands on a card or is to stand there.
pub(super) struct Record {
    pub(super) person: Person,
    pub(super) name: Flags,
    pub(super) address: Flags,
}

impl Record {
    /// Reads a person file. PINs in it count for nothing.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = Zeroizing::new(inputs::read(path, LONGEST)?);
        let shown = path.display();
        let broken =
            |reason: &str| Failure::new(Exit::BadInput, say!("{shown}: {reason}", "{shown}: {reason}"));
        let text = std::str::from_utf8(&bytes).map_err(|_| broken("UTF-8?"))?;
        let person = PersonFile::parse(text).map_err(|error| broken(&error.to_string()))?.person;
        let flags = |digits: &str| Flags::parse(digits).ok_or_else(|| broken("substitutes?"));
        Ok(Self {
            name: flags(&person.name_substitutes)?,
            address: flags(&person.address_substitutes)?,
            person,
        })
    }

    /// What the record says, with other texts where the card writes substitutes.
    pub(super) fn particulars(&self, name: Option<&str>, address: Option<&str>) -> Particulars {
        let person = &self.person;
        Particulars {
            name: name.unwrap_or(&person.name).to_owned(),
            address: address.unwrap_or(&person.address).to_owned(),
            birth_date: person.birth_date,
            sex: person.sex,
            end_of_stay: person.end_of_stay,
        }
    }
}
