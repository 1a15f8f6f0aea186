//! The card-face application: what is printed, as images, signed (CARD.md §2.3).

use mynumber_applet::FileId;
use mynumber_applet::content::{
    AgeRecord, AgeRecordRepr, ApplicationVersion, CardFace, CardFaceBasicInfoRepr, CardFaceRepr,
    ChipPublicKey, KeyReference, NumberImage, NumberImageRepr,
};
use mynumber_crypto::cvc::card_face_digest_info;
use mynumber_virtual_card::{FileContents, Image};

use super::input_assist::SIGNATURE;
use super::{BUFFER, FILLER, Job, PersonaliseError, file};
use crate::images::{self, Field, Portrait};
use crate::pki::Chain;

impl Job<'_> {
    pub(super) fn write_card_face(&self, image: &mut Image) -> Result<(), PersonaliseError> {
        let key = self.chip.card_face.as_chip_key()?;
        let code = self.person.municipality.code;
        let mut bytes = |id, bytes| image.files.insert(id, FileContents::Bytes(bytes));
        bytes(FileId::AgeRecord, self.age_record(key)?);
        bytes(FileId::CardFace, self.face(key)?);
        bytes(FileId::NumberImage, self.number_image(key)?);
        bytes(FileId::CardFaceFiller, FILLER.to_vec());
        bytes(FileId::CardFaceCertificate, self.authority.municipality_certificate(Chain::CardFace, code)?);
        // 256 bytes of unknown meaning; ours are all FF.
        let info = CardFaceBasicInfoRepr {
            version: ApplicationVersion::CARD_FACE,
            key: KeyReference::new(b"9000024", b"001", [0; 4])?,
            data_version: 0,
            municipality: code,
            second_key: KeyReference::new(b"9900025", b"001", [0; 4])?,
            opaque: &[0xFF; 256],
        };
        file(image, FileId::CardFaceBasicInfo, |buffer| info.emit(buffer))?;
        Ok(())
    }

    fn age_record(&self, key: ChipPublicKey<'_>) -> Result<Vec<u8>, PersonaliseError> {
        let unsigned = AgeRecordRepr { birth_date: self.person.birth_date, key, signature: &[0; SIGNATURE] };
        let mut buffer = vec![0; BUFFER];
        let covered = AgeRecord::parse(unsigned.emit(&mut buffer)?)?.signed_part();
        let signature = self.authority.sign_record(Chain::CardFace, &[covered])?;
        let signed = AgeRecordRepr { signature: &signature, ..unsigned };
        Ok(signed.emit(&mut buffer)?.to_vec())
    }

    fn number_image(&self, key: ChipPublicKey<'_>) -> Result<Vec<u8>, PersonaliseError> {
        let number = images::field(Field::IndividualNumber, self.person.my_number.as_str())?;
        let unsigned = NumberImageRepr { image: &number, key, signature: &[0; SIGNATURE] };
        let mut buffer = vec![0; BUFFER];
        let covered = NumberImage::parse(unsigned.emit(&mut buffer)?)?.signed_part();
        let signature = self.authority.sign_record(Chain::CardFace, &[covered])?;
        let signed = NumberImageRepr { signature: &signature, ..unsigned };
        Ok(signed.emit(&mut buffer)?.to_vec())
    }

    fn face(&self, key: ChipPublicKey<'_>) -> Result<Vec<u8>, PersonaliseError> {
        let person = self.person;
        let name = images::field(Field::Name, &person.name)?;
        let address = images::field(Field::Address, &person.address)?;
        let code = images::field(Field::SecurityCode, &person.security_code)?;
        let photo = match self.photo {
            Some(photo) => photo.to_vec(),
            None => images::portrait(&Portrait { seed: person.portrait })?,
        };
        let unsigned = CardFaceRepr {
            birth_date: person.birth_date,
            sex: person.sex,
            key,
            name_image: &name,
            address_image: &address,
            photo: &photo,
            signature: &[0; SIGNATURE],
            expiry: self.dates.card,
            security_code_image: &code,
        };
        let mut buffer = vec![0; BUFFER];
        let groups = CardFace::parse(unsigned.emit(&mut buffer)?)?.digest_groups();
        let info = card_face_digest_info(groups);
        let signature = self.authority.sign_digest_info(Chain::CardFace, &info)?;
        let signed = CardFaceRepr { signature: &signature, ..unsigned };
        Ok(signed.emit(&mut buffer)?.to_vec())
    }
}
