//! 窓口: papers, photo, face print, record. What was found is evidence, [`Identity`], which the next steps ask for.

use mynumber_crypto::revocation::Reason as Revocation;

use super::after::end;
use super::error::{DeskError, Reason};
use super::rule::Untimely;
use super::stage::{At, AtCounter, Identified, Noticed};
use crate::application::ContactName;
use crate::lifecycle::{State, Step};
use crate::store::{By, Case, Change, Document, Paper, Store};

/// Who comes to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comes {
    /// The applicant or holder.
    Holder,
    /// 法定代理人 or another representative: with papers of their own, and a proof that they represent.
    Representative,
}

/// What the clerk saw when the person was compared with the photo on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// It is the same person.
    Same,
    /// It cannot be said: further papers or questions are needed.
    Doubtful,
    /// It clearly is not: a new photo and a new application are needed.
    ClearlyDifferent,
}

/// What was found out about who stands at the window.
#[derive(Clone, Debug)]
pub struct Presented {
    /// Who comes.
    pub comes: Comes,
    /// The papers, presented or collected: one of those with a photo that authorities issue, or two others.
    pub papers: Vec<Paper>,
    /// The person against the photo.
    pub likeness: Likeness,
    /// The resident record agrees with the papers.
    pub record_agrees: bool,
}

/// Which representative comes, where one comes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Represented {
    /// Nobody asked: not enough where the application names one.
    Unasked,
    /// Whose papers have this name. It is the one of the application, character by character but for spaces.
    By(ContactName),
    /// Another one than the application names, as the clerk saw from the proof of representation.
    ByAnother,
}

/// What else is found out at a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtDelivery {
    /// Which representative comes. Looked at where one comes ([`Presented::comes`]).
    pub represented: Represented,
    /// What is printed on the card is right.
    pub face_print_agrees: bool,
    /// 点字: the name is on the card in braille. Looked at where it was wished for.
    pub braille_agrees: bool,
    /// 住民基本台帳カード: the record says that one is in use. It is returned and abolished.
    pub registry_card_in_use: bool,
    /// 通知カード: the record says that one is with the applicant, who has not reported it lost.
    pub notification_card_out: bool,
    /// 旧カード: another My Number Card is with the applicant, and not reported lost.
    pub old_card_out: bool,
}

/// Evidence that whoever stands at the window was identified for one case; only checks of this module make it.
#[derive(Debug)]
pub struct Identity {
    case: u64,
    papers: Vec<Paper>,
    /// Where a representative comes.
    represented: Option<Represented>,
}

impl Identity {
    /// Refuses the evidence of another case.
    pub(super) fn belongs(&self, case: &Case) -> Result<&[Paper], DeskError> {
        if self.case == case.number {
            Ok(&self.papers)
        } else {
            Err(DeskError::untouched(case.number, Reason::OtherCase))
        }
    }
}

/// Evidence that the applicant clearly differs from the photo.
#[derive(Debug)]
pub struct ClearlyDifferent {
    case: u64,
}

/// Why there is no [`Identity`].
#[derive(Debug)]
#[non_exhaustive]
pub enum NotIdentified {
    /// Back to a new photo and application: [`At::send_back`].
    SendBack(ClearlyDifferent),
    /// Something is missing.
    Open(Vec<Open>),
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Open {
    /// Papers that identify: one with a photo, or two others.
    IdentityPapers,
    /// A proof that the representative represents.
    ProofOfRepresentation,
    /// Another representative than the application names, or nobody asked which.
    Representative,
    /// The photo leaves doubts.
    Likeness,
    /// The resident record differs from the papers.
    Record,
    /// 交付通知書, collected.
    DeliveryNotice,
    /// 通知カード, collected.
    NotificationCard,
    /// 住民基本台帳カード, returned.
    ResidentRegistryCard,
    /// 旧カード, returned.
    OldCard,
    /// The print on the card is wrong.
    FacePrint,
    /// The name was wished for in braille, and is not on the card.
    Braille,
}

impl Open {
    /// What an English reader sees.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::IdentityPapers => "one identity paper with a photo, or two others, are needed",
            Self::ProofOfRepresentation => "a proof of representation is needed",
            Self::Representative => "the representative is not the one of the application",
            Self::Likeness => "the photo leaves doubts",
            Self::Record => "the resident record differs from the papers",
            Self::DeliveryNotice => "the delivery notice has to be collected",
            Self::NotificationCard => "the notification card has to be collected",
            Self::ResidentRegistryCard => "the resident-registry card has to be returned",
            Self::OldCard => "the old card has to be returned",
            Self::FacePrint => "the print on the card is wrong",
            Self::Braille => "the name in braille, which was wished for, is not on the card",
        }
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::IdentityPapers => "顔写真付きの本人確認書類1点、またはその他の書類2点が必要です",
            Self::ProofOfRepresentation => "代理権を確認できる書類が必要です",
            Self::Representative => "申請書の法定代理人と一致しません",
            Self::Likeness => "顔写真との一致に疑義があります",
            Self::Record => "住民票の記載と書類が一致しません",
            Self::DeliveryNotice => "交付通知書を回収してください",
            Self::NotificationCard => "通知カードを回収してください",
            Self::ResidentRegistryCard => "住民基本台帳カードを返納してもらってください",
            Self::OldCard => "旧カードを返納してもらってください",
            Self::FacePrint => "券面の記載に誤りがあります",
            Self::Braille => "希望された氏名の点字表記がカードにありません",
        }
    }

    pub(super) fn list(open: &[Self]) -> String {
        let texts: Vec<&str> = open.iter().map(|open| open.english()).collect();
        texts.join("; ")
    }
}

/// Papers with a photo that authorities issue: one is enough.
const ONE_IS_ENOUGH: [Document; 7] = [
    Document::OldCard,
    Document::DriversLicence,
    Document::DrivingRecord,
    Document::Passport,
    Document::ResidenceCard,
    Document::SpecialPermanentResident,
    Document::DisabilityCertificate,
];
/// Others: two are needed. A paper that is no proof of identity is in neither list.
const TWO_ARE_NEEDED: [Document; 7] = [
    Document::HealthInsurance,
    Document::Pension,
    Document::EmployeeCard,
    Document::StudentCard,
    Document::MedicalBeneficiary,
    Document::AnsweredInquiry,
    Document::Other,
];

impl Presented {
    fn open(&self) -> Vec<Open> {
        let has = |document: Document| self.papers.iter().any(|paper| paper.document == document);
        // Two of one kind are one.
        let others = TWO_ARE_NEEDED.into_iter().filter(|document| has(*document)).count();
        let found = [
            (!ONE_IS_ENOUGH.into_iter().any(has) && others < 2, Open::IdentityPapers),
            (
                self.comes == Comes::Representative && !has(Document::ProofOfRepresentation),
                Open::ProofOfRepresentation,
            ),
            (self.likeness != Likeness::Same, Open::Likeness),
            (!self.record_agrees, Open::Record),
        ];
        found.into_iter().filter_map(|(is_so, open)| is_so.then_some(open)).collect()
    }

    fn collected(&self, document: Document) -> bool {
        self.papers.iter().any(|paper| paper.document == document && paper.collected)
    }

    fn evidence(
        &self,
        case: u64,
        represented: &Represented,
        open: Vec<Open>,
    ) -> Result<Identity, NotIdentified> {
        if open.is_empty() {
            let represented = (self.comes == Comes::Representative).then(|| represented.clone());
            Ok(Identity { case, papers: self.papers.clone(), represented })
        } else {
            Err(NotIdentified::Open(open))
        }
    }

    /// Identifies the holder of a card that was handed over before: for everything that is done afterwards.
    ///
    /// # Errors
    /// [`NotIdentified::Open`] with everything that is missing.
    pub fn check(&self, case: &Case) -> Result<Identity, NotIdentified> {
        self.evidence(case.number, &Represented::Unasked, self.open())
    }
}

/// Names are compared as they are written; only spaces between their parts say nothing.
fn is_same(one: &ContactName, other: &ContactName) -> bool {
    let letters = |name: &'_ ContactName| -> Vec<char> {
        name.as_str().chars().filter(|character| !character.is_whitespace()).collect()
    };
    letters(one) == letters(other)
}

impl At<Noticed> {
    /// The applicant comes to the counter with the delivery notice.
    ///
    /// # Errors
    /// [`Reason::NotTheTime`] after the deadline, [`Reason::Store`].
    pub fn open_counter(&self, store: &mut dyn Store, by: &By) -> Result<At<AtCounter>, DeskError> {
        let today = crate::validity::date_in_japan(by.at);
        if today.is_none() || self.case().deadline.is_some_and(|deadline| today > Some(deadline)) {
            return Err(DeskError::untouched(self.number(), Reason::NotTheTime(Untimely::NoticeEnded)));
        }
        self.go(store, &Change::of(Step::OpenCounter), by)
    }
}

impl At<AtCounter> {
    /// Looks at everything that was found out.
    ///
    /// # Errors
    /// [`NotIdentified`]: send back, or everything that is missing.
    pub fn check(&self, presented: &Presented, delivery: &AtDelivery) -> Result<Identity, NotIdentified> {
        let case = self.number();
        if presented.likeness == Likeness::ClearlyDifferent {
            return Err(NotIdentified::SendBack(ClearlyDifferent { case }));
        }
        let mut open = presented.open();
        for (is_due, document, missing) in [
            (true, Document::DeliveryNotice, Open::DeliveryNotice),
            (delivery.notification_card_out, Document::NotificationCard, Open::NotificationCard),
            (delivery.registry_card_in_use, Document::ResidentRegistryCard, Open::ResidentRegistryCard),
            (delivery.old_card_out, Document::OldCard, Open::OldCard),
        ] {
            if is_due && !presented.collected(document) {
                open.push(missing);
            }
        }
        if !delivery.face_print_agrees {
            open.push(Open::FacePrint);
        }
        if self.case().wishes.braille_name && !delivery.braille_agrees {
            open.push(Open::Braille);
        }
        presented.evidence(case, &delivery.represented, open)
    }

    /// Notes the evidence: kinds of papers, and which were collected. A resident-registry card among them is abolished.
    ///
    /// # Errors
    /// [`Reason::NotIdentified`] where the application names a representative and another one comes
    /// ([`Represented`]); [`DeskError`].
    pub fn identify(
        &self,
        identity: &Identity,
        store: &mut dyn Store,
        by: &By,
    ) -> Result<At<Identified>, DeskError> {
        let papers = identity.belongs(self.case())?;
        let is_another = self.is_another(identity, store)?;
        let abolished =
            papers.iter().any(|paper| paper.document == Document::ResidentRegistryCard && paper.collected);
        let detail = match (abolished, is_another) {
            (false, false) => "",
            (true, false) => "resident-registry card returned and abolished",
            (false, true) => "another representative than the application names",
            (true, true) => {
                "resident-registry card returned and abolished; another representative than the application names"
            }
        };
        self.go(store, &Change { papers, detail, ..Change::of(Step::Identify) }, by)
    }

    /// Whether another representative comes than the application names.
    fn is_another(&self, identity: &Identity, store: &mut dyn Store) -> Result<bool, DeskError> {
        let Some(represented) = &identity.represented else { return Ok(false) };
        let applied = store
            .representative(self.number())
            .map_err(|error| self.stopped(store, State::AtCounter, error.into()))?;
        match (applied, represented) {
            (None, _) => Ok(false),
            (Some(_), Represented::ByAnother) => Ok(true),
            (Some(applied), Represented::By(name)) if is_same(&applied, name) => Ok(false),
            (Some(_), Represented::By(_) | Represented::Unasked) => {
                Err(DeskError::untouched(self.number(), Reason::NotIdentified(vec![Open::Representative])))
            }
        }
    }

    /// Sends the applicant back to a new photo and a new application: the end of the case. Its certificates are revoked.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn send_back(
        &self,
        found: &ClearlyDifferent,
        store: &mut dyn Store,
        by: &By,
    ) -> Result<Case, DeskError> {
        if found.case != self.number() {
            return Err(DeskError::untouched(self.number(), Reason::OtherCase));
        }
        let change = Change { detail: "clearly differs from the photo", ..Change::of(Step::SendBack) };
        end(self, store, &change, Revocation::Unspecified, by)
    }

    /// The applicant leaves without the card; the notice still holds.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn leave(&self, store: &mut dyn Store, by: &By) -> Result<At<Noticed>, DeskError> {
        self.go(store, &Change::of(Step::LeaveCounter), by)
    }
}

impl At<Identified> {
    /// The applicant leaves without the card; the notice still holds.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn leave(&self, store: &mut dyn Store, by: &By) -> Result<At<Noticed>, DeskError> {
        self.go(store, &Change::of(Step::LeaveCounter), by)
    }
}

#[cfg(test)]
#[path = "counter_tests.rs"]
mod tests;
