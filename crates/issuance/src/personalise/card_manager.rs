//! The common and juki applications, and the data objects of the card manager (CARD.md §2.4 to §2.6).

use mynumber_applet::content::{CardVerifiableCertificate, CommonRecordRepr, ContentError, KeyReference};
use mynumber_applet::{DataObjectId, FileId};
use mynumber_virtual_card::{FileContents, Image};

use super::{BUFFER, Job, PersonaliseError};
use crate::pki::Chain;

/// The content of GlobalPlatform's card recognition data: that the card keeps to GlobalPlatform, and to version 2.1.1
/// of its card specification (GlobalPlatform Card Specification 2.1.1 appendix F; which version the card states is not
/// published).
const CARD_RECOGNITION: &[u8] = &[
    0x73, 0x16, 0x06, 0x07, 0x2A, 0x86, 0x48, 0x86, 0xFC, 0x6B, 0x01, 0x60, 0x0B, 0x06, 0x09, 0x2A, 0x86,
    0x48, 0x86, 0xFC, 0x6B, 0x02, 0x02, 0x01,
];

impl Job<'_> {
    pub(super) fn write_common_and_card_manager(&self, image: &mut Image) -> Result<(), PersonaliseError> {
        let person = self.person;
        let code = person.municipality.code;
        let serial = <[u8; 15]>::try_from(person.serial.as_bytes()).unwrap_or([b'0'; 15]);
        let record = CommonRecordRepr { serial, municipality: code, expiry: self.dates.card };
        let mut buffer = vec![0; BUFFER];
        let record = record.emit(&mut buffer)?.to_vec();
        let reference = KeyReference::new(b"9000040", b"001", [0; 4])?.as_bytes().to_vec();
        image.files.insert(FileId::CommonRecord, FileContents::Records(vec![record]));
        // The test card seen has the same reference in both applications (CARD.md §2.4).
        image.files.insert(FileId::CommonKeyReference, FileContents::Records(vec![reference.clone()]));
        image.files.insert(FileId::JukiKeyReference, FileContents::Records(vec![reference]));

        let intermediate = self.authority.municipality_certificate(Chain::CardManager, code)?;
        let lower = self.authority.lower_certificate(code)?;
        let municipality = Chain::CardManager.municipality(code)?;
        let objects = [
            (DataObjectId::IssuerIdentification, Chain::CardManager.root()?.as_bytes().to_vec()),
            (DataObjectId::CardIdentification, person.serial.clone().into_bytes()),
            (DataObjectId::CardRecognition, CARD_RECOGNITION.to_vec()),
            (DataObjectId::MunicipalityCode, code.as_bytes().to_vec()),
            (DataObjectId::ExpiryDate, self.dates.card.to_ascii().to_vec()),
            (DataObjectId::IntermediateKeyId, municipality.as_bytes().to_vec()),
            (DataObjectId::IntermediateCertificate, data_object(&intermediate)?),
            (DataObjectId::LowerCertificate, data_object(&lower)?),
            // Without its first byte, 3B.
            (DataObjectId::ContactAtr, Image::CONTACT_ATR.iter().skip(1).copied().collect()),
        ];
        image.data_objects.extend(objects);
        Ok(())
    }
}

/// A card-verifiable certificate in the form of a data object: without its outer tag, after a header list.
fn data_object(certificate: &[u8]) -> Result<Vec<u8>, ContentError> {
    let mut buffer = vec![0; BUFFER];
    let repr = CardVerifiableCertificate::parse(certificate)?.to_repr()?;
    Ok(repr.emit_data_object(&mut buffer)?.to_vec())
}
