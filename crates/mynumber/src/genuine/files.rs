//! The files of an application, checked against each other and against the authorities.

use mynumber_applet::content::{
    self, AgeRecord, CardFaceBasicInfo, CardVerifiableCertificate, CommonRecord, ContentError,
    IndividualNumber, InputAssistIntegrity, KeyRecord, NumberImage,
};
use mynumber_applet::{DataObjectId, Date, FileId, MyNumber};
use mynumber_crypto::cvc::{self, Authority, CertifiedKey, Chain, ChipKey, Record, SignedDigests};
use mynumber_driver::Object;
use zeroize::Zeroizing;

use super::contents::{Attributes, CardFace, Face, InputAssist, Statement};
use super::error::{Error, ErrorKind};
use super::evidence::{Certified, SignedRecords};

type Result<T> = core::result::Result<T, Error>;

/// The files of the input-assist application as the card gave them, filler included.
#[derive(Clone, Copy)]
pub struct InputAssistFiles<'a> {
    /// EF 0004.
    pub certificate: &'a [u8],
    /// EF 0003.
    pub integrity: &'a [u8],
    /// EF 0007.
    pub key_record: &'a [u8],
    /// EF 0002, where it was read.
    pub attributes: Option<&'a [u8]>,
    /// EF 0001, where it was read: all 17 bytes.
    pub number: Option<&'a [u8]>,
    /// EF 0001 of the common application, where it was read.
    pub common_record: Option<&'a [u8]>,
}

impl<'a> InputAssistFiles<'a> {
    /// Checks all of them: the certificate by an authority, both records by the certified key, number and attributes by
    /// their signed digests.
    ///
    /// # Errors
    /// [`Error`] with the file that is not accepted.
    pub fn verify(&self, authorities: &[Authority<'_>]) -> Result<SignedRecords<'a, InputAssist>> {
        let key =
            certified(self.certificate, FileId::InputAssistCertificate, Chain::InputAssist, authorities)?;
        let at = In(FileId::InputAssistIntegrity);
        let record = at.content(InputAssistIntegrity::parse(self.integrity))?;
        let digests = at.check(key.integrity(record.signed_part(), record.signature()))?;

        let at = In(FileId::InputAssistKeyRecord);
        let record = at.content(KeyRecord::parse(self.key_record))?;
        let chip =
            at.check(key.chip_key(Record::InputAssistKey, record.signed_part(), record.signature()))?;

        let contents = InputAssist {
            attributes: self.attributes.map(|file| attributes(&digests, file)).transpose()?,
            number: self.number.map(|file| number(&digests, file)).transpose()?,
        };
        let mut records = SignedRecords::new(contents, Certified::of(&key), chip);
        records.state(common_record(self.common_record)?);
        Ok(records)
    }
}

fn attributes(digests: &SignedDigests, file: &[u8]) -> Result<Attributes> {
    let at = In(FileId::Attributes);
    let view = at.content(content::Attributes::parse(file))?;
    at.check(digests.attributes(view.digested()))?;
    Ok(Attributes::of(&at.content(view.to_repr())?))
}

fn number(digests: &SignedDigests, file: &[u8]) -> Result<MyNumber> {
    let at = In(FileId::IndividualNumber);
    let view = at.content(IndividualNumber::parse(file))?;
    at.check(digests.number(view.as_bytes()))?;
    Ok(at.content(view.to_repr())?.number)
}

/// The files of the card-face application as the card gave them, filler included.
#[derive(Clone, Copy)]
pub struct CardFaceFiles<'a> {
    /// EF 0004.
    pub certificate: &'a [u8],
    /// EF 0002, where it was read.
    pub card_face: Option<&'a [u8]>,
    /// EF 0001, where it was read.
    pub age_record: Option<&'a [u8]>,
    /// EF 0005, where it was read.
    pub number_image: Option<&'a [u8]>,
    /// EF 0003, where it was read.
    pub basic_info: Option<&'a [u8]>,
    /// EF 0001 of the common application, where it was read.
    pub common_record: Option<&'a [u8]>,
}

impl<'a> CardFaceFiles<'a> {
    /// Checks all of them: the certificate by an authority, each record by the certified key, and the records against
    /// each other: they must name one chip and one birth date.
    ///
    /// # Errors
    /// [`Error`] with the file that is not accepted.
    pub fn verify(&self, authorities: &[Authority<'_>]) -> Result<SignedRecords<'a, CardFace>> {
        let key = certified(self.certificate, FileId::CardFaceCertificate, Chain::CardFace, authorities)?;
        let mut chip = OneChip(None);
        let face = self.card_face.map(|file| face(&key, file, &mut chip)).transpose()?;
        let age_record = self.age_record.map(|file| age_record(&key, file, &mut chip)).transpose()?;
        if let (Some(face), Some(date)) = (&face, age_record)
            && face.birth_date() != date
        {
            return Err(In(FileId::AgeRecord).error(ErrorKind::OtherHolder));
        }
        let number_image = self.number_image.map(|file| number_image(&key, file, &mut chip)).transpose()?;
        let contents = CardFace { face, age_record, number_image };
        let chip = chip.0.ok_or_else(|| In(FileId::CardFace).error(ErrorKind::NothingSigned))?;
        let mut records = SignedRecords::new(contents, Certified::of(&key), chip);
        records.state(basic_info(self.basic_info)?);
        records.state(common_record(self.common_record)?);
        Ok(records)
    }
}

fn face<'a>(key: &CertifiedKey<'a>, file: &'a [u8], chip: &mut OneChip<'a>) -> Result<Face> {
    let at = In(FileId::CardFace);
    let record = at.content(content::CardFace::parse(file))?;
    chip.and(at.check(key.card_face(record.digest_groups(), record.signature()))?, at)?;
    Ok(Face::of(&at.content(record.to_repr())?))
}

fn age_record<'a>(key: &CertifiedKey<'a>, file: &'a [u8], chip: &mut OneChip<'a>) -> Result<Date> {
    let at = In(FileId::AgeRecord);
    let record = at.content(AgeRecord::parse(file))?;
    let named = at.check(key.chip_key(Record::Age, record.signed_part(), record.signature()))?;
    chip.and(named, at)?;
    Ok(at.content(record.to_repr())?.birth_date)
}

fn number_image<'a>(
    key: &CertifiedKey<'a>,
    file: &'a [u8],
    chip: &mut OneChip<'a>,
) -> Result<Zeroizing<Vec<u8>>> {
    let at = In(FileId::NumberImage);
    let record = at.content(NumberImage::parse(file))?;
    let named = at.check(key.chip_key(Record::NumberImage, record.signed_part(), record.signature()))?;
    chip.and(named, at)?;
    Ok(Zeroizing::new(record.image().to_vec()))
}

/// The chip that all records so far name.
struct OneChip<'a>(Option<ChipKey<'a>>);

impl<'a> OneChip<'a> {
    fn and(&mut self, named: ChipKey<'a>, at: In) -> Result<()> {
        if *self.0.get_or_insert(named) == named { Ok(()) } else { Err(at.error(ErrorKind::OtherChip)) }
    }
}

/// The key that the certificate in this file certifies.
pub(super) fn certified<'a>(
    file: &'a [u8],
    id: FileId,
    chain: Chain,
    authorities: &[Authority<'_>],
) -> Result<CertifiedKey<'a>> {
    let at = In(id);
    let view = at.content(CardVerifiableCertificate::parse(file))?;
    at.check(cvc::certify(&at.check(parts(&view))?, chain, authorities))
}

fn parts<'a>(view: &CardVerifiableCertificate<'a>) -> core::result::Result<cvc::Certificate<'a>, cvc::Error> {
    cvc::Certificate::new(view.signed_part(), view.signature())
}

/// Checks the chain of the card manager: the data objects [`DataObjectId::IntermediateCertificate`] and, where the card
/// has it, [`DataObjectId::LowerCertificate`]. Returns the key at its end.
///
/// What the keys are for is not published; no record and no challenge is known that they would prove.
///
/// # Errors
/// [`Error`] with the data object that is not accepted.
pub fn card_manager_chain<'a>(
    intermediate: &'a [u8],
    lower: Option<&'a [u8]>,
    authorities: &[Authority<'_>],
) -> Result<CertifiedKey<'a>> {
    let parsed = |object: &'a [u8], id| {
        let place = Object::DataObject(id);
        let view = CardVerifiableCertificate::parse_data_object(object).map_err(|e| Error::new(e, place))?;
        parts(&view).map_err(|error| Error::new(error, place))
    };
    let id = DataObjectId::IntermediateCertificate;
    let key = cvc::certify(&parsed(intermediate, id)?, Chain::CardManager, authorities)
        .map_err(|error| Error::new(error, Object::DataObject(id)))?;
    let Some(lower) = lower else { return Ok(key) };
    let id = DataObjectId::LowerCertificate;
    key.certify(&parsed(lower, id)?).map_err(|error| Error::new(error, Object::DataObject(id)))
}

fn basic_info(file: Option<&[u8]>) -> Result<Option<Statement>> {
    let id = FileId::CardFaceBasicInfo;
    let Some(file) = file else { return Ok(None) };
    let info = In(id).content(CardFaceBasicInfo::parse(file))?;
    Ok(Some(Statement { source: id, municipality: info.municipality(), expiry: None }))
}

pub(super) fn common_record(file: Option<&[u8]>) -> Result<Option<Statement>> {
    let id = FileId::CommonRecord;
    let Some(file) = file else { return Ok(None) };
    let record = In(id).content(CommonRecord::parse(file).and_then(|record| record.to_repr()))?;
    Ok(Some(Statement { source: id, municipality: record.municipality, expiry: Some(record.expiry) }))
}

/// The file that an error is about.
#[derive(Clone, Copy)]
struct In(FileId);

impl In {
    fn error(self, kind: impl Into<ErrorKind>) -> Error {
        Error::new(kind, Object::File(self.0))
    }

    fn content<T>(self, outcome: core::result::Result<T, ContentError>) -> Result<T> {
        outcome.map_err(|error| self.error(error))
    }

    fn check<T>(self, outcome: core::result::Result<T, cvc::Error>) -> Result<T> {
        outcome.map_err(|error| self.error(error))
    }
}

macro_rules! debug_by_name {
    ($($name:ident),*) => { $(
        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )* };
}
debug_by_name!(InputAssistFiles, CardFaceFiles);
