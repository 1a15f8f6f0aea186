use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason;

use crate::application::Particulars;
use crate::desk::pins::Asked;
use crate::lifecycle::Step;
use crate::photo::{Answer, Judgement, JudgementError, Question, judge};

/// A step with everything that goes with it: one transaction, one record in the audit log.
///
/// ```
/// use mynumber_issuance::lifecycle::Step;
/// use mynumber_issuance::store::{Change, Document, Paper};
///
/// let papers = [Paper { document: Document::DriversLicence, collected: false }];
/// let change = Change { papers: &papers, ..Change::of(Step::Identify) };
/// assert_eq!(change.step, Step::Identify);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The step.
    pub step: Step,
    /// The last day on which the card is fetched: with [`Step::SendNotice`], which needs it.
    pub deadline: Option<Date>,
    /// The last day of the card, with any step.
    pub expiry: Option<Date>,
    /// What became of certificates, in this order.
    pub certificates: &'a [CertificateEvent<'a>],
    /// What the resident record says now: with [`Step::BeginChange`], so that what is interrupted can be resumed, or
    /// with [`Step::ChangeRecord`].
    pub resident: Option<&'a Particulars>,
    /// What was presented or collected.
    pub papers: &'a [Paper],
    /// The case whose card takes the place of this one: with [`Step::Replace`].
    pub successor: Option<u64>,
    /// The PINs that are begun and not known to be on the card: with [`Step::BeginReset`], [`Step::SetPin`] and
    /// [`Step::BeginRenewal`]. Nothing is open any more when the case is finished.
    pub open_pins: Option<&'a [Asked]>,
    /// What the clerk answered about the photo: with [`Step::JudgePhoto`], which needs it.
    pub photo: Option<PhotoAnswers<'a>>,
    /// What the audit log says beside the step: a text of the program, so nothing of a person.
    pub detail: &'static str,
}

impl Change<'_> {
    /// The step and nothing else.
    #[must_use]
    pub const fn of(step: Step) -> Self {
        Self {
            step,
            deadline: None,
            expiry: None,
            certificates: &[],
            resident: None,
            papers: &[],
            successor: None,
            open_pins: None,
            photo: None,
            detail: "",
        }
    }
}

/// The clerk's answers about a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoAnswers<'a> {
    /// Which photo: SHA-256 of its file, as [`Digital::sha256`](crate::photo::Digital::sha256) gives it; `None` for one on
    /// paper.
    pub sha256: Option<&'a [u8; 32]>,
    /// One answer to each question.
    pub answers: &'a [(Question, Answer)],
}

/// A clerk's answer about a photo, as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhotoAnswer {
    /// When.
    pub at: UnixTime,
    /// Who.
    pub clerk: String,
    /// What was asked.
    pub question: Question,
    /// The answer, with the ground of an exception.
    pub answer: Answer,
}

impl PhotoAnswer {
    /// What the last judgement came to; `None` when nobody has judged.
    #[must_use]
    pub fn verdict(answers: &[Self]) -> Option<Result<Judgement, JudgementError>> {
        // Each judgement answers every question.
        let last = answers.rchunks(Question::ALL.len()).next()?;
        let last: Vec<(Question, Answer)> = last.iter().map(|given| (given.question, given.answer)).collect();
        Some(judge(&last))
    }
}

/// What became of a certificate of a case. The one meant is the last that was issued for its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateEvent<'a> {
    /// It was issued: when there was none before, or the one before was destroyed or revoked for good.
    Issued {
        /// What for.
        purpose: Purpose,
        /// Its serial number, as [`Certificate::serial`](mynumber_crypto::Certificate::serial) gives it.
        serial: &'a [u8],
        /// notAfter.
        not_after: UnixTime,
    },
    /// 破棄: its key was destroyed on the card.
    Destroyed {
        /// What for.
        purpose: Purpose,
    },
    /// 失効. A certificate that is held ([`Reason::CertificateHold`]) can be revoked for good; its revocation then counts
    /// from the earlier of both times. One that was destroyed can be revoked as well.
    Revoked {
        /// What for.
        purpose: Purpose,
        /// Why.
        reason: Reason,
        /// Since when.
        at: UnixTime,
    },
}

impl CertificateEvent<'_> {
    /// What the certificate is for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        match self {
            Self::Issued { purpose, .. } | Self::Destroyed { purpose } | Self::Revoked { purpose, .. } => {
                *purpose
            }
        }
    }
}

/// A certificate of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedCertificate {
    /// Its number in the store, in the order of issue.
    pub number: u64,
    /// The case.
    pub case: u64,
    /// What it is for.
    pub purpose: Purpose,
    /// Its serial number, big-endian, without leading zeros.
    pub serial: Vec<u8>,
    /// notAfter.
    pub not_after: UnixTime,
    /// What became of it. Nothing is written when it runs out: compare [`IssuedCertificate::not_after`].
    pub state: CertificateState,
}

/// What became of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateState {
    /// Neither destroyed nor revoked.
    InForce,
    /// Its key was destroyed on the card.
    Destroyed,
    /// It was revoked, or is held.
    Revoked {
        /// Why.
        reason: Reason,
        /// Since when.
        at: UnixTime,
    },
}

/// A paper at the counter: its kind only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Paper {
    /// What it is.
    pub document: Document,
    /// Whether it was kept (回収); otherwise it was looked at (提示).
    pub collected: bool,
}

/// Kinds of papers that are presented or collected at the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Document {
    /// 交付通知書.
    DeliveryNotice,
    /// 通知カード.
    NotificationCard,
    /// 住民基本台帳カード.
    ResidentRegistryCard,
    /// マイナンバーカード that this one replaces.
    OldCard,
    /// 運転免許証.
    DriversLicence,
    /// 運転経歴証明書.
    DrivingRecord,
    /// 旅券.
    Passport,
    /// 在留カード.
    ResidenceCard,
    /// 特別永住者証明書.
    SpecialPermanentResident,
    /// 身体障害者手帳, 療育手帳, 精神障害者保健福祉手帳.
    DisabilityCertificate,
    /// 健康保険の資格確認書.
    HealthInsurance,
    /// 年金手帳, 年金証書.
    Pension,
    /// 社員証.
    EmployeeCard,
    /// 学生証.
    StudentCard,
    /// 医療受給者証.
    MedicalBeneficiary,
    /// 照会書兼回答書: the answer to a letter that was sent to the applicant's address.
    AnsweredInquiry,
    /// 戸籍謄本 or another proof that somebody represents the applicant.
    ProofOfRepresentation,
    /// Any other paper that the municipality accepts.
    Other,
}

impl Document {
    /// All kinds, with the names that the store and outputs use.
    const NAMES: [(Self, &'static str, &'static str); 18] = [
        (Self::DeliveryNotice, "delivery-notice", "交付通知書"),
        (Self::NotificationCard, "notification-card", "通知カード"),
        (Self::ResidentRegistryCard, "resident-registry-card", "住民基本台帳カード"),
        (Self::OldCard, "old-card", "旧マイナンバーカード"),
        (Self::DriversLicence, "drivers-licence", "運転免許証"),
        (Self::DrivingRecord, "driving-record", "運転経歴証明書"),
        (Self::Passport, "passport", "旅券"),
        (Self::ResidenceCard, "residence-card", "在留カード"),
        (Self::SpecialPermanentResident, "special-permanent-resident", "特別永住者証明書"),
        (Self::DisabilityCertificate, "disability-certificate", "障害者手帳"),
        (Self::HealthInsurance, "health-insurance", "健康保険の資格確認書"),
        (Self::Pension, "pension", "年金手帳・年金証書"),
        (Self::EmployeeCard, "employee-card", "社員証"),
        (Self::StudentCard, "student-card", "学生証"),
        (Self::MedicalBeneficiary, "medical-beneficiary", "医療受給者証"),
        (Self::AnsweredInquiry, "answered-inquiry", "照会書兼回答書"),
        (Self::ProofOfRepresentation, "proof-of-representation", "代理権の確認書類"),
        (Self::Other, "other", "その他の書類"),
    ];

    /// All kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.iter().map(|(document, ..)| *document)
    }

    /// The name that the store and outputs use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.names().1
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub fn japanese(self) -> &'static str {
        self.names().2
    }

    /// The document of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known, _)| *known == name).map(|(document, ..)| *document)
    }

    fn names(self) -> (Self, &'static str, &'static str) {
        let found = Self::NAMES.into_iter().find(|(document, ..)| *document == self);
        found.unwrap_or((Self::Other, "other", "その他の書類"))
    }
}
