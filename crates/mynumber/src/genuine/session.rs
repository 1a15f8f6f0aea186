//! The proof over a session of the driver.

use mynumber_applet::pin::{Reference, reference};
use mynumber_applet::{Access, Date, FileId};
use mynumber_crypto::UnixTime;
use mynumber_crypto::cvc::{Authority, Chain};
use mynumber_crypto::digest::sha256;
use mynumber_driver::file::{self, FreeFile, Opens};
use mynumber_driver::{Card, FileBytes, Object, ProvesChip, Unlocked};
use mynumber_transport::Transport;

use super::contents::{CardFace, InputAssist};
use super::error::{Error, ErrorKind};
use super::evidence::{Contents, GenuineCard, SignedRecords};
use super::files::{CardFaceFiles, InputAssistFiles, certified, common_record};

/// What a proof is asked for, and on which trust.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    authorities: &'a [Authority<'a>],
    nonce: [u8; 32],
    at: UnixTime,
    number: bool,
    comparison: bool,
    spend_last_try: bool,
}

impl<'a> Terms<'a> {
    /// A proof under these authorities, at this time. `nonce` must be **new and random for each proof**: whoever knows
    /// it beforehand can prepare the answer.
    #[must_use]
    pub const fn new(authorities: &'a [Authority<'a>], nonce: [u8; 32], at: UnixTime) -> Self {
        Self { authorities, nonce, at, number: false, comparison: false, spend_last_try: false }
    }

    /// Reads My Number too: 1 exchange more. Off by default, since nobody may collect it but for the tasks that the law
    /// names (My Number Act arts. 19 and 20).
    #[must_use]
    pub const fn with_number(self) -> Self {
        Self { number: true, ..self }
    }

    /// Reads what files that nobody signed say of the municipality and the expiry, to compare: 2 exchanges more in the
    /// input-assist application, 3 in the card face.
    #[must_use]
    pub const fn with_comparison(self) -> Self {
        Self { comparison: true, ..self }
    }

    /// Sends the secret though one try is left: a wrong one then blocks it.
    #[must_use]
    pub const fn spending_the_last_try(self) -> Self {
        Self { spend_last_try: true, ..self }
    }
}

impl core::fmt::Debug for Terms<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Terms").field("authorities", &self.authorities.len()).finish_non_exhaustive()
    }
}

/// Files on their way to the check.
#[derive(Debug)]
pub struct Files(Vec<(FileId, FileBytes)>);

impl Files {
    fn find(&self, id: FileId) -> Option<&[u8]> {
        self.0.iter().find(|(held, _)| *held == id).map(|(_, bytes)| bytes.bytes())
    }

    fn read(&self, id: FileId) -> Result<&[u8], Error> {
        self.find(id).ok_or_else(|| Error::new(ErrorKind::NothingSigned, Object::File(id)))
    }
}

/// An application whose records can be proved: what is read, and how it is checked.
pub trait Application: Sized {
    type Certificate: FreeFile;
    const CERTIFICATE: FileId;
    const CHAIN: Chain;
    /// The records, of which each secret opens some.
    const RECORDS: &'static [FileId];
    const NUMBER: FileId;
    const BASIC_INFO: Option<FileId>;

    fn verify<'a>(files: &'a Files, authorities: &[Authority<'_>]) -> Result<SignedRecords<'a, Self>, Error>;

    fn stated_expiry(&self) -> Option<Date>;
}

impl Application for InputAssist {
    type Certificate = file::InputAssistCertificate;
    const CERTIFICATE: FileId = FileId::InputAssistCertificate;
    const CHAIN: Chain = Chain::InputAssist;
    const RECORDS: &'static [FileId] =
        &[FileId::InputAssistIntegrity, FileId::InputAssistKeyRecord, FileId::Attributes];
    const NUMBER: FileId = FileId::IndividualNumber;
    // It names no municipality.
    const BASIC_INFO: Option<FileId> = None;

    fn verify<'a>(files: &'a Files, authorities: &[Authority<'_>]) -> Result<SignedRecords<'a, Self>, Error> {
        let files = InputAssistFiles {
            certificate: files.read(FileId::InputAssistCertificate)?,
            integrity: files.read(FileId::InputAssistIntegrity)?,
            key_record: files.read(FileId::InputAssistKeyRecord)?,
            attributes: files.find(FileId::Attributes),
            number: files.find(FileId::IndividualNumber),
            common_record: None,
        };
        files.verify(authorities)
    }

    fn stated_expiry(&self) -> Option<Date> {
        None
    }
}

impl Application for CardFace {
    type Certificate = file::CardFaceCertificate;
    const CERTIFICATE: FileId = FileId::CardFaceCertificate;
    const CHAIN: Chain = Chain::CardFace;
    const RECORDS: &'static [FileId] = &[FileId::CardFace, FileId::AgeRecord];
    const NUMBER: FileId = FileId::NumberImage;
    const BASIC_INFO: Option<FileId> = Some(FileId::CardFaceBasicInfo);

    fn verify<'a>(files: &'a Files, authorities: &[Authority<'_>]) -> Result<SignedRecords<'a, Self>, Error> {
        let files = CardFaceFiles {
            certificate: files.read(FileId::CardFaceCertificate)?,
            card_face: files.find(FileId::CardFace),
            age_record: files.find(FileId::AgeRecord),
            number_image: files.find(FileId::NumberImage),
            basic_info: files.find(FileId::CardFaceBasicInfo),
            common_record: None,
        };
        files.verify(authorities)
    }
    fn stated_expiry(&self) -> Option<Date> {
        self.face().map(|face| face.expiry().into_told())
    }
}

/// A secret whose session can prove the card genuine. Sealed, as [`Reference`] is.
pub trait Proves: ProvesChip + Opens<<Self::Contents as Application>::Certificate> {
    /// The application, and what it says.
    type Contents: Contents;
}

macro_rules! proves {
    ($($contents:ident: $($name:ident),*;)*) => {
        $( $( impl Proves for reference::$name {
            type Contents = $contents;
        } )* )*
    };
}
proves! {
    InputAssist: InputAssist, InputAssistNumberA, InputAssistNumberB;
    CardFace: CardFaceBirthDate, CardFaceNumberA, CardFaceNumberB;
}

/// Proves that the card is genuine, with the secret that opens what is to be proved, and returns what it says:
///
/// | secret | what is proved | exchanges |
/// | --- | --- | --- |
/// | [`reference::InputAssist`], the four-digit PIN | name, address, birth date, sex as text | 9 |
/// | [`reference::InputAssistNumberB`] | the same | 9 |
/// | [`reference::InputAssistNumberA`], My Number | the number itself, if asked for | 8 |
/// | [`reference::CardFaceNumberA`], [`reference::CardFaceNumberB`] | the card face | 7 |
/// | [`reference::CardFaceBirthDate`] | the birth date | 7 |
///
/// One transaction; the guard's question and the log-out are counted. The certificate is checked before the secret is
/// sent, so a card of nobody's learns no PIN. (A card that shows a copied certificate does.)
///
/// # Errors
/// [`Error`]: which file, what is wrong with it, whose fault. Nothing is returned then.
pub fn prove<R: Proves, T: Transport>(
    card: &mut Card<T>,
    secret: &R::Secret,
    terms: &Terms<'_>,
) -> Result<GenuineCard<R::Contents>, Error> {
    number_is_opened::<R>(terms)?;
    let mut selected = card.begin()?;
    let certificate = selected.read::<<R::Contents as Application>::Certificate>()?;
    let (id, chain) = (R::Contents::CERTIFICATE, R::Contents::CHAIN);
    certified(certificate.bytes(), id, chain, terms.authorities)?;
    let mut unlocked = match terms.spend_last_try {
        true => selected.unlock_spending_the_last_try::<R>(secret)?,
        false => selected.unlock::<R>(secret)?,
    };
    let mut genuine = prove_unlocked(&mut unlocked, terms)?;
    if terms.comparison {
        let mut selected = unlocked.relock();
        let record = selected.read::<file::CommonRecord>()?;
        selected.close()?;
        genuine.state(common_record(Some(record.bytes()))?);
    } else {
        unlocked.close()?;
    }
    Ok(genuine)
}

/// As [`prove`], in a session that is unlocked already and stays so: the record of the common application is not read.
///
/// # Errors
/// As [`prove`].
pub fn prove_unlocked<R: Proves, T: Transport>(
    unlocked: &mut Unlocked<'_, R, T>,
    terms: &Terms<'_>,
) -> Result<GenuineCard<R::Contents>, Error> {
    number_is_opened::<R>(terms)?;
    let mut files = Files(Vec::new());
    let records = R::Contents::RECORDS.iter().copied().filter(|id| opens::<R>(*id));
    let number = terms.number.then_some(R::Contents::NUMBER);
    let basic_info = R::Contents::BASIC_INFO.filter(|_| terms.comparison);
    for id in [R::Contents::CERTIFICATE].into_iter().chain(records).chain(number).chain(basic_info) {
        files.0.push((id, unlocked.read_file(id)?));
    }
    let records = R::Contents::verify(&files, terms.authorities)?;
    let answer = unlocked.prove_chip(&sha256(&[&terms.nonce]))?;
    records.answered(&terms.nonce, &answer, terms.at)
}

fn opens<R: Reference>(id: FileId) -> bool {
    matches!(id.row().read, Access::AnyOf(pins) if pins.contains(&R::PIN))
}

/// Refused before anything is sent.
fn number_is_opened<R: Proves>(terms: &Terms<'_>) -> Result<(), Error> {
    let id = R::Contents::NUMBER;
    if terms.number && !opens::<R>(id) {
        return Err(Error::new(ErrorKind::NumberNotOpened, Object::File(id)));
    }
    Ok(())
}
