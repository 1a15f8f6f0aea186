//! 交付前設定: the chip against the resident record, and the wishes of the applicant carried out on the card.

use std::fmt;

use mynumber_applet::{Date, KeyId, MunicipalityCode, MyNumber, Sex};
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;
use mynumber_crypto::{Certificate, UnixTime};
use zeroize::Zeroizing;

use super::Desk;
use super::error::{DeskError, Reason};
use super::stage::{At, Prepared, Received};
use super::substitutes::Flags;
use super::work::on_card;
use crate::application::{Particulars, Wishes};
use crate::lifecycle::{State, Step};
use crate::receipt::Serial;
use crate::store::{Case, CertificateEvent, Change};
use crate::validity::{card_expiry, date_in_japan, renewed_card_expiry};

/// What a chip says, read and proved: whoever makes one of these vouches that the signatures of both applications were
/// verified and that the chip proved its key. `mynumber::desk` makes it of the two proofs.
///
/// `Debug` shows nothing of it; the texts are wiped when dropped.
pub struct ChipContents {
    /// 製造番号, of the common record.
    pub serial: Serial,
    /// The municipality that the common record names.
    pub municipality: MunicipalityCode,
    /// The last day of the card, of the common record.
    pub expiry: Date,
    /// What the input-assist application says.
    pub text: TextContents,
    /// What the card-face application says.
    pub face: FaceContents,
    /// Whether a signature certificate is there (EF 0008 of the JPKI application).
    pub has_signature: bool,
    /// Whether a user-authentication certificate is there.
    pub has_user_authentication: bool,
}

macro_rules! debug_by_name {
    ($($name:ident),*) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    )* };
}
debug_by_name!(ChipContents, TextContents, FaceContents);

/// 券面事項入力補助: the signed text. `Debug` shows nothing of it.
pub struct TextContents {
    /// 氏名.
    pub name: Zeroizing<String>,
    /// 住所.
    pub address: Zeroizing<String>,
    /// 生年月日.
    pub birth_date: Date,
    /// 性別.
    pub sex: Sex,
    /// 個人番号, where it was read.
    pub number: Option<MyNumber>,
}

/// 券面事項確認: what a program can compare. The pictures are a person's: [`Pictures`].
/// `Debug` shows nothing of it.
pub struct FaceContents {
    /// 生年月日.
    pub birth_date: Date,
    /// 性別.
    pub sex: Sex,
    /// The last day of the card.
    pub expiry: Date,
}

/// What the clerk found when the pictures on the chip were compared with the print and the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pictures {
    /// The name agrees.
    pub name: bool,
    /// The address agrees.
    pub address: bool,
    /// The photo is that of the application.
    pub photo: bool,
}

impl Pictures {
    /// All three agree.
    pub const AGREE: Self = Self { name: true, address: true, photo: true };
}

/// What the chip is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The case.
    pub case: &'a Case,
    /// The resident record.
    pub resident: &'a Particulars,
    /// Which characters of the name on the card are substitutes.
    pub name_substitutes: &'a Flags,
    /// Which characters of the address.
    pub address_substitutes: &'a Flags,
    /// 個人番号 of the record, where it is at hand: the chip must have said it then.
    pub number: Option<&'a MyNumber>,
    /// The municipality.
    pub municipality: MunicipalityCode,
    /// The last day of the card that this one renews.
    pub renewed: Option<Date>,
    /// What the clerk saw.
    pub pictures: Pictures,
}

/// Evidence that the chip agrees with the record, field by field. Only [`ChipContents::compare`] makes it.
#[derive(Debug)]
pub struct Matched {
    case: u64,
    expiry: Date,
    has_signature: bool,
    has_user_authentication: bool,
}

impl Matched {
    /// The last day of the card.
    #[must_use]
    pub const fn expiry(&self) -> Date {
        self.expiry
    }
}

impl ChipContents {
    /// Compares everything.
    ///
    /// # Errors
    /// [`Differences`]: all of them. Nothing is prepared then.
    pub fn compare(&self, expected: &Expected<'_>, today: Date) -> Result<Matched, Differences> {
        let mut open: Vec<Difference> = Vec::new();
        let mut differs = |is_so: bool, difference: Difference| {
            if is_so {
                open.push(difference);
            }
        };
        let (text, face, resident) = (&self.text, &self.face, expected.resident);
        differs(expected.case.card != Some(self.serial), Difference::Serial);
        differs(!expected.name_substitutes.agree(&resident.name, &text.name), Difference::Name);
        differs(!expected.address_substitutes.agree(&resident.address, &text.address), Difference::Address);
        differs(text.birth_date != resident.birth_date, Difference::BirthDate);
        differs(face.birth_date != resident.birth_date, Difference::FaceBirthDate);
        differs(text.sex != resident.sex, Difference::Sex);
        differs(face.sex != resident.sex, Difference::FaceSex);
        let number = expected.number.is_some_and(|number| text.number.as_ref() != Some(number));
        differs(number, Difference::Number);
        differs(self.municipality != expected.municipality, Difference::Municipality);
        differs(face.expiry != self.expiry, Difference::Expiries);
        differs(!is_term(self.expiry, expected, today), Difference::Term);
        let wishes = expected.case.wishes;
        differs(wishes.signature && !self.has_signature, Difference::NoSignatureCertificate);
        let user_authentication = wishes.user_authentication && !self.has_user_authentication;
        differs(user_authentication, Difference::NoUserAuthenticationCertificate);
        differs(!expected.pictures.name, Difference::NamePicture);
        differs(!expected.pictures.address, Difference::AddressPicture);
        differs(!expected.pictures.photo, Difference::Photo);
        if !open.is_empty() {
            return Err(Differences { open });
        }
        Ok(Matched {
            case: expected.case.number,
            expiry: self.expiry,
            has_signature: self.has_signature,
            has_user_authentication: self.has_user_authentication,
        })
    }
}

/// Whether a card made between the application and today can end on this day (CARD.md §8).
fn is_term(expiry: Date, expected: &Expected<'_>, today: Date) -> bool {
    let (birth, stay) = (expected.resident.birth_date, expected.resident.end_of_stay);
    let Some(registered) = date_in_japan(expected.case.registered) else { return false };
    let end = |issued| {
        let usual = card_expiry(birth, issued, stay);
        let renewed = expected.renewed.and_then(|old| renewed_card_expiry(birth, issued, old, stay));
        usual.max(renewed)
    };
    let (first, last) = (card_expiry(birth, registered, stay), end(today));
    first.is_none_or(|first| first <= expiry) && last.is_some_and(|last| expiry <= last) && expiry >= today
}

/// A field in which chip and record differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Difference {
    /// It is the card of another case.
    Serial,
    /// 氏名.
    Name,
    /// 住所.
    Address,
    /// 生年月日, as text.
    BirthDate,
    /// 生年月日, on the card face.
    FaceBirthDate,
    /// 性別, as text.
    Sex,
    /// 性別, on the card face.
    FaceSex,
    /// 個人番号.
    Number,
    /// 市区町村コード.
    Municipality,
    /// Two files name different last days of the card.
    Expiries,
    /// The last day is none that the rules give.
    Term,
    /// A signature certificate is wished for and not there.
    NoSignatureCertificate,
    /// A user-authentication certificate is wished for and not there.
    NoUserAuthenticationCertificate,
    /// 氏名, as a picture.
    NamePicture,
    /// 住所, as a picture.
    AddressPicture,
    /// 顔写真.
    Photo,
}

impl Difference {
    const TEXTS: [(Self, &'static str, &'static str); 16] = [
        (Self::Serial, "the card is that of another case", "別の申請のカードです"),
        (Self::Name, "name", "氏名"),
        (Self::Address, "address", "住所"),
        (Self::BirthDate, "date of birth (text)", "生年月日（テキスト）"),
        (Self::FaceBirthDate, "date of birth (card face)", "生年月日（券面）"),
        (Self::Sex, "sex (text)", "性別（テキスト）"),
        (Self::FaceSex, "sex (card face)", "性別（券面）"),
        (Self::Number, "My Number", "個人番号"),
        (Self::Municipality, "municipality", "市区町村コード"),
        (Self::Expiries, "last day of the card (two files differ)", "有効期限（ファイル間の不一致）"),
        (Self::Term, "last day of the card (not by the rules)", "有効期限（規定と不一致）"),
        (Self::NoSignatureCertificate, "signature certificate missing", "署名用電子証明書なし"),
        (
            Self::NoUserAuthenticationCertificate,
            "user-authentication certificate missing",
            "利用者証明用電子証明書なし",
        ),
        (Self::NamePicture, "name (picture)", "氏名（画像）"),
        (Self::AddressPicture, "address (picture)", "住所（画像）"),
        (Self::Photo, "photo", "顔写真"),
    ];

    fn texts(self) -> (&'static str, &'static str) {
        let row = Self::TEXTS.iter().find(|(difference, ..)| *difference == self);
        row.map_or(("unknown", "不明"), |(_, english, japanese)| (english, japanese))
    }

    /// What an English reader sees.
    #[must_use]
    pub fn english(self) -> &'static str {
        self.texts().0
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        self.texts().1
    }
}

/// Everything in which chip and record differ; no values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differences {
    /// At least one.
    pub open: Vec<Difference>,
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the chip differs from the record")?;
        self.open.iter().try_for_each(|difference| write!(f, "; {}", difference.english()))
    }
}

impl std::error::Error for Differences {}

/// A certificate that the authority issued for a card, as its records say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    purpose: Purpose,
    serial: Vec<u8>,
    not_after: UnixTime,
}

impl Delivered {
    /// Serial number and end of a certificate for this purpose, DER.
    ///
    /// # Errors
    /// The certificate cannot be read.
    pub fn parse(purpose: Purpose, der: &[u8]) -> Result<Self, mynumber_crypto::certificate::Error> {
        let certificate = Certificate::parse(der)?;
        Ok(Self {
            purpose,
            serial: certificate.serial().to_vec(),
            not_after: certificate.validity().not_after,
        })
    }

    pub(super) fn issued(&self) -> CertificateEvent<'_> {
        CertificateEvent::Issued { purpose: self.purpose, serial: &self.serial, not_after: self.not_after }
    }
}

impl At<Received> {
    /// Carries the wishes out on the card and notes the set-up: a signature certificate that is not wanted is destroyed on
    /// the card, and revoked as destroyed before delivery; a user-authentication certificate that is not wanted is revoked as
    /// no longer needed, and stays on the card.
    ///
    /// `delivered` is what the authority's records say of the card. A cut at any place leaves the case untouched or prepared;
    /// doing it again finishes it.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn prepare(
        &self,
        matched: &Matched,
        delivered: &[Delivered],
        desk: &mut Desk<'_>,
    ) -> Result<At<Prepared>, DeskError> {
        if matched.case != self.number() {
            return Err(DeskError::untouched(self.number(), Reason::OtherCase));
        }
        let card = self.card()?;
        let wishes = self.case().wishes;
        let events = self.events(matched, delivered, wishes, desk.by.at)?;
        if matched.has_signature && !wishes.signature {
            on_card(desk.issuer, &card, |session| {
                session.destroy(KeyId::Signature)?;
                Ok(session.commit()?)
            })
            .map_err(|reason| self.stopped(desk.store, State::Prepared, reason))?;
        }
        let change = Change {
            certificates: &events,
            expiry: Some(matched.expiry),
            detail: detail(wishes),
            ..Change::of(Step::Prepare)
        };
        self.go(desk.store, &change, desk.by)
    }

    fn events<'a>(
        &self,
        matched: &Matched,
        delivered: &'a [Delivered],
        wishes: Wishes,
        at: UnixTime,
    ) -> Result<Vec<CertificateEvent<'a>>, DeskError> {
        let mut events = Vec::new();
        for (purpose, is_there, is_wanted) in [
            (Purpose::Signature, matched.has_signature, wishes.signature),
            (Purpose::UserAuthentication, matched.has_user_authentication, wishes.user_authentication),
        ] {
            let known = delivered.iter().find(|certificate| certificate.purpose == purpose);
            match known {
                Some(certificate) => events.push(certificate.issued()),
                None if is_there => {
                    return Err(DeskError::untouched(self.number(), Reason::CertificateUnknown(purpose)));
                }
                None => continue,
            }
            if is_wanted {
                continue;
            }
            match purpose {
                Purpose::Signature => events.extend([
                    CertificateEvent::Destroyed { purpose },
                    CertificateEvent::Revoked { purpose, reason: Revocation::Unspecified, at },
                ]),
                _ => {
                    let reason = Revocation::CessationOfOperation;
                    events.push(CertificateEvent::Revoked { purpose, reason, at });
                }
            }
        }
        Ok(events)
    }
}

const fn detail(wishes: Wishes) -> &'static str {
    match (wishes.signature, wishes.user_authentication) {
        (true, true) => "both certificates kept",
        (false, true) => "signature certificate destroyed",
        (true, false) => "user-authentication certificate revoked",
        (false, false) => "signature certificate destroyed, user-authentication certificate revoked",
    }
}

#[cfg(test)]
#[path = "prepare_tests.rs"]
mod tests;
