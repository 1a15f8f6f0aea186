//! 受領: the cards and notices that came, against the issuance list that came with them.
//!
//! A list is read whole or not at all ([`IssuanceList::parse`]). Then everything that lies on the table is counted
//! ([`Delivery`]), and [`Delivery::compare`] gives [`Released`] - or every difference. As long as one is open nothing is released:
//! not even the cards that it does not concern.
//!
//! The columns of real lists are not public. Here a list has a heading and three columns, in any order and among any
//! others: the application form id, the card's serial number, the name printed on the card.

mod list;

pub use list::{Encoding, IssuanceList, Issued, ListError, Serial};

use std::collections::BTreeMap;
use std::fmt;

use crate::application::FormId;

/// What state a card is in, as far as one sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// As it should be.
    Good,
    /// 破損.
    Damaged,
    /// 印刷誤り: what is printed is not what the list or the record says.
    Misprinted,
}

/// What lies on the table.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    cards: Vec<(Serial, Condition)>,
    notices: Vec<Serial>,
}

impl Delivery {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A card was taken out of the box and looked at.
    pub fn card(&mut self, serial: Serial, condition: Condition) {
        self.cards.push((serial, condition));
    }

    /// A notice was taken out of the box.
    pub fn notice(&mut self, serial: Serial) {
        self.notices.push(serial);
    }

    /// Compares everything with the list.
    ///
    /// # Errors
    /// [`Differences`]: all of them, in the order of the serial numbers.
    pub fn compare(&self, list: &IssuanceList) -> Result<Released, Differences> {
        let mut found: BTreeMap<Serial, Counted> = BTreeMap::new();
        for row in list.rows() {
            found.entry(row.serial).or_default().listed = true;
        }
        for (serial, condition) in &self.cards {
            let counted = found.entry(*serial).or_default();
            counted.cards += 1;
            counted.damaged |= *condition == Condition::Damaged;
            counted.misprinted |= *condition == Condition::Misprinted;
        }
        for serial in &self.notices {
            found.entry(*serial).or_default().notices += 1;
        }
        let open: Vec<(Serial, Difference)> = found
            .iter()
            .flat_map(|(serial, counted)| counted.differences().map(|difference| (*serial, difference)))
            .collect();
        if open.is_empty() {
            Ok(Released { cards: list.rows().iter().map(|row| (row.form_id.clone(), row.serial)).collect() })
        } else {
            Err(Differences { open })
        }
    }
}

#[derive(Default)]
struct Counted {
    listed: bool,
    cards: usize,
    notices: usize,
    damaged: bool,
    misprinted: bool,
}

impl Counted {
    fn differences(&self) -> impl Iterator<Item = Difference> + use<> {
        let all = [
            (self.listed && self.cards == 0, Difference::CardMissing),
            (self.listed && self.notices == 0, Difference::NoticeMissing),
            (!self.listed && self.cards > 0, Difference::CardSurplus),
            (!self.listed && self.notices > 0, Difference::NoticeSurplus),
            (self.cards > 1, Difference::CardDouble),
            (self.notices > 1, Difference::NoticeDouble),
            (self.damaged, Difference::Damaged),
            (self.misprinted, Difference::Misprinted),
        ];
        all.into_iter().filter_map(|(is_so, difference)| is_so.then_some(difference))
    }
}

/// A difference between the list and what lies on the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Difference {
    /// Listed, and no card.
    CardMissing,
    /// Listed, and no notice.
    NoticeMissing,
    /// A card that is not listed.
    CardSurplus,
    /// A notice that is not listed.
    NoticeSurplus,
    /// Several cards of one number.
    CardDouble,
    /// Several notices of one number.
    NoticeDouble,
    /// The card is damaged.
    Damaged,
    /// The card is misprinted.
    Misprinted,
}

impl Difference {
    /// What an English reader sees.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::CardMissing => "card missing",
            Self::NoticeMissing => "notice missing",
            Self::CardSurplus => "card not on the list",
            Self::NoticeSurplus => "notice not on the list",
            Self::CardDouble => "several cards",
            Self::NoticeDouble => "several notices",
            Self::Damaged => "card damaged",
            Self::Misprinted => "card misprinted",
        }
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::CardMissing => "カードなし",
            Self::NoticeMissing => "交付通知書なし",
            Self::CardSurplus => "一覧表にないカード",
            Self::NoticeSurplus => "一覧表にない交付通知書",
            Self::CardDouble => "カード重複",
            Self::NoticeDouble => "交付通知書重複",
            Self::Damaged => "カード破損",
            Self::Misprinted => "カード印刷誤り",
        }
    }
}

/// Everything in which list and delivery differ: nothing is released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differences {
    /// At least one, in the order of the serial numbers.
    pub open: Vec<(Serial, Difference)>,
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing is released; differences: {}", self.open.len())?;
        self.open
            .iter()
            .try_for_each(|(serial, difference)| write!(f, "; {}: {}", serial.as_str(), difference.english()))
    }
}

impl std::error::Error for Differences {}

/// Evidence that list, cards and notices agree; only [`Delivery::compare`] makes it. What it names can be
/// [received](crate::store::Store::receive).
#[derive(Debug)]
pub struct Released {
    cards: Vec<(FormId, Serial)>,
}

impl Released {
    /// The application form ids of the list with the serial numbers of their cards, in its order.
    #[must_use]
    pub fn cards(&self) -> &[(FormId, Serial)] {
        &self.cards
    }
}

#[cfg(test)]
#[path = "receipt_tests.rs"]
pub(crate) mod tests;
