//! The two steps of evidence: records that a municipality signed, and a chip that answered.

use core::fmt;

use mynumber_applet::{FileId, KeyId, MunicipalityCode};
use mynumber_crypto::anchor::Hierarchy;
use mynumber_crypto::cvc::{CertifiedKey, Chain, ChipKey, KeyReference};
use mynumber_crypto::{PublicKey, UnixTime};
use mynumber_driver::Object;

use super::contents::{CardFace, InputAssist, NotSigned, Statement};
use super::error::Error;
use super::session::Application;

/// Whose signature stands behind the records of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Certified {
    authority: KeyReference,
    hierarchy: Hierarchy,
    chain: Chain,
    subject: KeyReference,
    municipality: Option<MunicipalityCode>,
}

impl Certified {
    pub(super) fn of(key: &CertifiedKey<'_>) -> Self {
        Self {
            authority: key.authority(),
            hierarchy: key.hierarchy(),
            chain: key.chain(),
            subject: key.subject(),
            municipality: key.municipality_code().and_then(|code| MunicipalityCode::parse(&code).ok()),
        }
    }

    /// The authority that the chain begins with.
    #[must_use]
    pub const fn authority(&self) -> KeyReference {
        self.authority
    }

    /// Whose authority it is. A card of [`Hierarchy::JlisTest`] or [`Hierarchy::Caller`] is no proof of a person.
    #[must_use]
    pub const fn hierarchy(&self) -> Hierarchy {
        self.hierarchy
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> Chain {
        self.chain
    }

    /// The key that signed the records.
    #[must_use]
    pub const fn signer(&self) -> KeyReference {
        self.subject
    }

    /// The municipality whose key that is, where its name has the known form.
    #[must_use]
    pub const fn municipality(&self) -> Option<MunicipalityCode> {
        self.municipality
    }
}

/// Evidence: every record of an application was signed by a key that an authority certified. Only the checks of
/// [`InputAssistFiles`](super::InputAssistFiles) and [`CardFaceFiles`](super::CardFaceFiles) make it.
///
/// Files can be copied: it takes the chip's answer to make a [`GenuineCard`] of it.
#[derive(Debug)]
pub struct SignedRecords<'a, C> {
    contents: C,
    certified: Certified,
    chip: ChipKey<'a>,
    statements: Vec<Statement>,
}

impl<'a, C: Contents> SignedRecords<'a, C> {
    pub(super) const fn new(contents: C, certified: Certified, chip: ChipKey<'a>) -> Self {
        Self { contents, certified, chip, statements: Vec::new() }
    }

    pub(super) fn state(&mut self, statement: Option<Statement>) {
        self.statements.extend(statement);
    }

    /// What the records say. **A copy says the same.**
    #[must_use]
    pub const fn contents(&self) -> &C {
        &self.contents
    }

    /// Whose signature stands behind them.
    #[must_use]
    pub const fn certified(&self) -> &Certified {
        &self.certified
    }

    /// The key of the chip that they name.
    #[must_use]
    pub const fn chip_key(&self) -> PublicKey<'a> {
        self.chip.key()
    }

    /// Checks the chip's answer to a nonce that was new and random when the chip was asked. `at` is the time of the check
    /// and is written down with it.
    ///
    /// # Errors
    /// [`Error`] when another chip answered, or to another nonce.
    pub fn answered(self, nonce: &[u8; 32], answer: &[u8], at: UnixTime) -> Result<GenuineCard<C>, Error> {
        self.chip.check_answer(nonce, answer).map_err(|error| Error::new(error, Object::Key(C::KEY)))?;
        Ok(GenuineCard {
            contents: self.contents,
            certified: self.certified,
            statements: self.statements,
            nonce: *nonce,
            at,
        })
    }
}

/// Evidence that a card is genuine: what it says was signed by a municipality that an authority certified, and the chip
/// whose key was signed too answered a nonce. Only [`SignedRecords::answered`] makes it.
///
/// It says nothing of whether the card is still in use and who holds it: [`GenuineCard::not_checked`].
#[derive(Debug)]
pub struct GenuineCard<C> {
    contents: C,
    certified: Certified,
    statements: Vec<Statement>,
    nonce: [u8; 32],
    at: UnixTime,
}

impl<C: Contents> GenuineCard<C> {
    /// What the card says of its holder.
    #[must_use]
    pub const fn contents(&self) -> &C {
        &self.contents
    }

    /// What the card says of its holder, the proof given up.
    #[must_use]
    pub fn into_contents(self) -> C {
        self.contents
    }

    /// Whose signature stands behind it.
    #[must_use]
    pub const fn certified(&self) -> &Certified {
        &self.certified
    }

    /// What the chip answered.
    #[must_use]
    pub const fn nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// When it was checked.
    #[must_use]
    pub const fn at(&self) -> UnixTime {
        self.at
    }

    /// What files that nobody signed say of the card, where they were read.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    pub(super) fn state(&mut self, statement: Option<Statement>) {
        self.statements.extend(statement);
    }

    /// Where files that nobody signed say something else than the signed ones, or than each other. A card that moved to
    /// another municipality with its holder may well differ; a card put together of two differs too.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        for statement in &self.statements {
            let municipality = self.certified.municipality;
            if municipality.is_some_and(|signed| signed != statement.municipality) {
                found.push(Difference::Municipality { source: statement.source });
            }
            if let (Some(one), Some(other)) = (self.contents.stated_expiry(), statement.expiry)
                && one != other
            {
                found.push(Difference::Expiry { source: statement.source });
            }
        }
        found
    }

    /// Whether the last day of the card, as the card tells it, was over in Japan when this was checked. `None` when
    /// nothing that was read tells it.
    #[must_use]
    pub fn is_past_its_expiry(&self) -> Option<NotSigned<bool>> {
        let stated = self.statements.iter().filter_map(|statement| statement.expiry);
        let first = self.contents.stated_expiry().into_iter().chain(stated).min()?;
        let today = UnixTime::from_seconds(self.at.seconds().saturating_add(JAPAN)).civil();
        let last = (first.year(), first.month(), first.day());
        Some(NotSigned::new((today.year, today.month, today.day) > last))
    }

    /// What was not checked.
    #[must_use]
    pub const fn not_checked(&self) -> &'static [NotChecked] {
        C::NOT_CHECKED
    }
}

/// Japan's time is nine hours ahead of UTC, in every season.
const JAPAN: i64 = 9 * 3600;

/// Two files that say different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Difference {
    /// The file, which nobody signed, names another municipality than the one whose key signed the records.
    Municipality {
        /// The file.
        source: FileId,
    },
    /// The file names another expiry than the card face; neither is signed.
    Expiry {
        /// The file.
        source: FileId,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, what) = match self {
            Self::Municipality { source } => (source, "another municipality than the signed records are of"),
            Self::Expiry { source } => (source, "another expiry than the card face"),
        };
        write!(f, "{} names {what}", Object::File(*source))
    }
}

/// What a [`GenuineCard`] does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotChecked {
    /// Whether the card is in use: these certificates neither expire nor can be revoked, and its expiry is not signed.
    InForce,
    /// Who holds it.
    Holder,
    /// Where the chip is: an answer can be passed on from a genuine card elsewhere.
    Place,
    /// That number and attributes belong to this chip: one municipality signed both, but each by itself.
    Binding,
}

impl NotChecked {
    /// In Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::InForce => "カードが現に有効か（紛失・失効・有効期限）は確認していません",
            Self::Holder => "提示した人が名義人本人かは確認していません",
            Self::Place => "応答したICチップがこの場にあるか（中継でないか）は確認していません",
            Self::Binding => "番号・基本4情報とこのICチップの結び付きは署名されていません",
        }
    }
}

impl fmt::Display for NotChecked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InForce => "whether the card is still in use: lost, revoked or expired ones answer alike",
            Self::Holder => "whether the person who shows it is its holder",
            Self::Place => "whether the chip that answered is here, or its answer was passed on",
            Self::Binding => "whether number and attributes belong to this chip: they are signed apart",
        })
    }
}

/// What an application says. Sealed: [`InputAssist`] and [`CardFace`].
pub trait Contents: Application {
    /// The chip's key of the application.
    const KEY: KeyId;
    /// What a proof by this application does not show.
    const NOT_CHECKED: &'static [NotChecked];
}

impl Contents for InputAssist {
    const KEY: KeyId = KeyId::InputAssistInternal;
    const NOT_CHECKED: &'static [NotChecked] =
        &[NotChecked::Binding, NotChecked::InForce, NotChecked::Holder, NotChecked::Place];
}

impl Contents for CardFace {
    const KEY: KeyId = KeyId::CardFaceInternal;
    const NOT_CHECKED: &'static [NotChecked] = &[NotChecked::InForce, NotChecked::Holder, NotChecked::Place];
}
