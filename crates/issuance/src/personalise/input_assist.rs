//! The input-assist application: number and attributes as text, signed (CARD.md §2.2).

use mynumber_applet::FileId;
use mynumber_applet::content::KeyRecordRepr;
use mynumber_applet::content::{
    ApplicationVersion, AttributesRepr, IndividualNumberRepr, InputAssistBasicInfoRepr, InputAssistIntegrity,
    InputAssistIntegrityRepr, KeyRecord, KeyReference, SessionPublicKey, digested_attributes,
    digested_number,
};
use mynumber_crypto::digest::sha256;
use mynumber_virtual_card::{FileContents, Image};

use super::{BUFFER, FILLER, Job, PersonaliseError, file};
use crate::pki::Chain;

/// Length of an RSA-2048 signature.
pub(super) const SIGNATURE: usize = 256;

impl Job<'_> {
    pub(super) fn write_input_assist(&self, image: &mut Image) -> Result<(), PersonaliseError> {
        let person = self.person;
        let number = IndividualNumberRepr { number: person.my_number.clone() };
        let attributes = AttributesRepr {
            name: &person.name,
            address: &person.address,
            birth_date: person.birth_date,
            sex: person.sex,
        };
        let (mut number_buffer, mut attributes_buffer) = (vec![0; BUFFER], vec![0; BUFFER]);
        let number = number.emit(&mut number_buffer)?;
        let attributes = attributes.emit(&mut attributes_buffer)?;
        let integrity = self.integrity(number, attributes)?;
        image.files.insert(FileId::InputAssistIntegrity, FileContents::Bytes(integrity));
        image.files.insert(FileId::IndividualNumber, FileContents::Bytes(number.to_vec()));
        image.files.insert(FileId::Attributes, FileContents::Bytes(attributes.to_vec()));
        image.files.insert(FileId::InputAssistKeyRecord, FileContents::Bytes(self.key_record()?));
        image.files.insert(FileId::InputAssistFiller, FileContents::Bytes(FILLER.to_vec()));
        let certificate =
            self.authority.municipality_certificate(Chain::InputAssist, person.municipality.code)?;
        image.files.insert(FileId::InputAssistCertificate, FileContents::Bytes(certificate));

        if let Some(session) = &self.chip.session {
            let session = SessionPublicKey { key: session.as_chip_key()? };
            file(image, FileId::SessionPublicKey, |buffer| session.emit(buffer))?;
        }
        // 128 bytes of unknown meaning; the test card seen has 96 FF at their end, ours are all FF.
        let info = InputAssistBasicInfoRepr {
            version: ApplicationVersion::INPUT_ASSIST,
            key: KeyReference::new(b"9000034", b"001", [0; 4])?,
            opaque: &[0xFF; 128],
        };
        file(image, FileId::InputAssistBasicInfo, |buffer| info.emit(buffer))?;
        Ok(())
    }

    /// The digests of the two files, signed: emitted with an empty signature first, to see what it covers.
    fn integrity(&self, number: &[u8], attributes: &[u8]) -> Result<Vec<u8>, PersonaliseError> {
        let unsigned = InputAssistIntegrityRepr {
            number_digest: sha256(&[digested_number(number)?]),
            attributes_digest: sha256(&[digested_attributes(attributes)?]),
            signature: &[0; SIGNATURE],
        };
        let mut buffer = vec![0; BUFFER];
        let covered = InputAssistIntegrity::parse(unsigned.emit(&mut buffer)?)?.signed_part();
        let signature = self.authority.sign_record(Chain::InputAssist, &[covered])?;
        let signed = InputAssistIntegrityRepr { signature: &signature, ..unsigned };
        Ok(signed.emit(&mut buffer)?.to_vec())
    }

    /// The public half of the key that proves the chip genuine, signed.
    fn key_record(&self) -> Result<Vec<u8>, PersonaliseError> {
        let key = &self.chip.input_assist;
        let unsigned = KeyRecordRepr { key: key.as_chip_key()?, signature: &[0; SIGNATURE] };
        let mut buffer = vec![0; BUFFER];
        let covered = KeyRecord::parse(unsigned.emit(&mut buffer)?)?.signed_part();
        let signature = self.authority.sign_record(Chain::InputAssist, &[covered])?;
        let signed = KeyRecordRepr { signature: &signature, ..unsigned };
        Ok(signed.emit(&mut buffer)?.to_vec())
    }
}
