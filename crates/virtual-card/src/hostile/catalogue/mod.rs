//! The catalogue: one row for each card that lies.

mod contents;
mod exchanges;
mod pins;

use std::fmt;

use rand_core::CryptoRng;

use super::{HostileCard, Lie};
use crate::image::Image;
use crate::state::OpenError;

/// What a client that is all right does with the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Duty {
    /// It ends with an error.
    Refuse,
    /// It gives out the right result, or an error.
    RightOrError,
    /// It sends no PIN, and ends with an error.
    SendNoPin,
    /// It presents a PIN once, and not again unasked.
    PresentOnce,
    /// It gives out no signature.
    NoSignature,
    /// It refuses the text, or shows it so that it steers nothing.
    Escape,
}

impl Duty {
    /// The duty in words.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Refuse => "end soon, with an error",
            Self::RightOrError => "give out the right result or an error",
            Self::SendNoPin => "send it no PIN, and end with an error",
            Self::PresentOnce => "present a PIN once, and not again unasked",
            Self::NoSignature => "give out no signature",
            Self::Escape => "refuse the text, or show it so that it steers nothing",
        }
    }

    /// The duty in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Refuse => "速やかにエラーで終わる",
            Self::RightOrError => "正しい結果かエラーを返す",
            Self::SendNoPin => "暗証番号を送らず、エラーで終わる",
            Self::PresentOnce => "暗証番号は1回だけ送り、勝手に再送しない",
            Self::NoSignature => "署名を渡さない",
            Self::Escape => "文字列を拒否するか、端末を操作されない形で表示する",
        }
    }

    /// The tries that a client with this duty spends when it presents a right PIN: the card says that it is wrong.
    #[must_use]
    pub const fn spends(self) -> u32 {
        match self {
            Self::PresentOnce => 1,
            _ => 0,
        }
    }
}

/// One card of the catalogue.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Row {
    /// Its name: small letters, digits and hyphens.
    pub name: &'static str,
    /// The id of the negative test that it is for, `A1` to `A18` (tests/NEGATIVE.md).
    pub id: &'static str,
    /// What it does.
    pub english: &'static str,
    /// What it does, in Japanese.
    pub japanese: &'static str,
    /// What a client must do.
    pub duty: Duty,
    lie: fn() -> Box<dyn Lie>,
}

impl Row {
    /// Its lie, new.
    #[must_use]
    pub fn lie(&self) -> Box<dyn Lie> {
        (self.lie)()
    }

    /// A copy of a card, in memory, that lies in this way.
    ///
    /// # Errors
    /// As [`HostileCard::copy_of`].
    pub fn card(
        &self,
        image: &Image,
        rng: impl CryptoRng + Send + 'static,
    ) -> Result<HostileCard, OpenError> {
        HostileCard::copy_of(image, self.lie(), rng)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.id)
    }
}

const fn row(
    name: &'static str,
    id: &'static str,
    duty: Duty,
    english: &'static str,
    japanese: &'static str,
    lie: fn() -> Box<dyn Lie>,
) -> Row {
    Row { name, id, english, japanese, duty, lie }
}

/// The cards, by what they lie about, in the order of their ids.
pub const CATALOGUE: [&[Row]; 3] = [exchanges::ROWS, pins::ROWS, contents::ROWS];

/// The card of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    CATALOGUE.into_iter().flatten().find(|row| row.name == name)
}
