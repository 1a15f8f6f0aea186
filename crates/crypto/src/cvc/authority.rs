use core::fmt;

use super::keys;
use super::reference::KeyReference;
use crate::anchor::Hierarchy;
use crate::key::PublicKey;

/// The three chains of card-verifiable certificates on a card (CARD.md §6.1): what a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Chain {
    /// Ends in the key that signs the records of the card-face application.
    CardFace,
    /// Ends in the key that signs the records of the input-assist application.
    InputAssist,
    /// The keys that the card manager shows; no record is signed with them.
    CardManager,
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CardFace => "the card-face application",
            Self::InputAssist => "the input-assist application",
            Self::CardManager => "the card manager",
        })
    }
}

/// An authority: the name and the key that a chain begins with, and the one chain that it is for.
///
/// ```
/// use mynumber_crypto::anchor::Hierarchy;
/// use mynumber_crypto::cvc::{jlis_test, production};
///
/// let references = production().iter().map(|authority| authority.reference());
/// let numbers: Vec<String> = references.map(|reference| reference.number().to_owned()).collect();
/// assert_eq!(numbers, ["5000020", "5000023", "5000033"]);
/// // Test cards are nobody's proof: their authorities are taken only when asked for.
/// assert!(jlis_test().iter().all(|authority| authority.hierarchy() == Hierarchy::JlisTest));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authority<'a> {
    reference: KeyReference,
    chain: Chain,
    key: PublicKey<'a>,
    hierarchy: Hierarchy,
}

impl<'a> Authority<'a> {
    /// An authority of the caller's: whoever holds the private half of `key` makes cards that pass.
    #[must_use]
    pub const fn new(reference: KeyReference, chain: Chain, key: PublicKey<'a>) -> Self {
        Self { reference, chain, key, hierarchy: Hierarchy::Caller }
    }

    pub(super) const fn built_in(
        reference: KeyReference,
        chain: Chain,
        key: PublicKey<'a>,
        hierarchy: Hierarchy,
    ) -> Self {
        Self { reference, chain, key, hierarchy }
    }

    /// The name that certificates call it by.
    #[must_use]
    pub const fn reference(&self) -> KeyReference {
        self.reference
    }

    /// What it certifies keys for.
    #[must_use]
    pub const fn chain(&self) -> Chain {
        self.chain
    }

    /// Its key.
    #[must_use]
    pub const fn key(&self) -> PublicKey<'a> {
        self.key
    }

    /// Whose it is.
    #[must_use]
    pub const fn hierarchy(&self) -> Hierarchy {
        self.hierarchy
    }
}

/// The three authorities of real cards, RSA-2048; none is published by its holder, they were measured on cards.
#[must_use]
pub const fn production() -> &'static [Authority<'static>] {
    &keys::PRODUCTION
}

/// The three authorities of J-LIS's test cards.
#[must_use]
pub const fn jlis_test() -> &'static [Authority<'static>] {
    &keys::JLIS_TEST
}
