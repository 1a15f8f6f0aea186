//! The audit log: who did what to which case, and when. Each record carries the hash of the one before it, so that
//! nothing is changed, taken out or put in between without being noticed.
//!
//! What is written cannot hold a secret: event and detail are texts of the program (`&'static str`), the clerk is a
//! [`Clerk`], and the rest are numbers and times.
//!
//! Whoever may write the whole log may also make a whole new one, or cut records off its end. Against that, note the
//! [`Head`] elsewhere from time to time - on paper, in another system - and check the log against it.
//!
//! ```
//! use mynumber_crypto::UnixTime;
//! use mynumber_issuance::audit::{Clerk, Head, Record, verify};
//! use mynumber_issuance::lifecycle::Actor;
//!
//! let clerk = Clerk::parse("desk-3").ok_or("a name")?;
//! let at = UnixTime::from_seconds(1_800_000_000);
//! let first = Record::after(&Head::START, at, &clerk, Actor::Municipality, "receive", "", Some(7));
//! let second = Record::after(&first.head(), at, &clerk, Actor::Municipality, "prepare", "", Some(7));
//! assert_eq!(verify([first, second.clone()].iter()), Ok(second.head()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;

use mynumber_crypto::UnixTime;
use sha2::{Digest, Sha256};

use crate::lifecycle::Actor;

/// Who sits at the desk: a name that begins with a letter and goes on with letters, digits and hyphens, 32 at most; so
/// no number of a person and no PIN of digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Clerk(String);

impl Clerk {
    /// Reads a name; `None` when it has another form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=32).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The end of a log: the number of its last record and that record's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many records there are.
    pub number: u64,
    /// The hash of the last one.
    pub hash: [u8; 32],
}

impl Head {
    /// The end of a log without records.
    pub const START: Self = Self { number: 0, hash: [0; 32] };
}

/// `12:0a1b…`: the number, a colon, and the hash in hexadecimal digits.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.number)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One record. Its fields can be read and written anywhere; [`verify`] says whether they are as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number, from 1.
    pub number: u64,
    /// When.
    pub at: UnixTime,
    /// Who.
    pub clerk: String,
    /// In which part.
    pub actor: String,
    /// What.
    pub event: String,
    /// More of it; may be empty.
    pub detail: String,
    /// To which case.
    pub case: Option<u64>,
    /// SHA-256 of the hash before and of all the fields.
    pub hash: [u8; 32],
}

impl Record {
    /// The record that follows the end of a log.
    #[must_use]
    pub fn after(
        head: &Head,
        at: UnixTime,
        clerk: &Clerk,
        actor: Actor,
        event: &'static str,
        detail: &'static str,
        case: Option<u64>,
    ) -> Self {
        let mut record = Self {
            number: head.number.saturating_add(1),
            at,
            clerk: clerk.as_str().to_owned(),
            actor: actor.name().to_owned(),
            event: event.to_owned(),
            detail: detail.to_owned(),
            case,
            hash: [0; 32],
        };
        record.hash = record.hash_after(&head.hash);
        record
    }

    /// The end of the log with this record as its last.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head { number: self.number, hash: self.hash }
    }

    fn hash_after(&self, before: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"mynumber audit 1");
        hash.update(before);
        hash.update(self.number.to_be_bytes());
        hash.update(self.at.seconds().to_be_bytes());
        // A case that is none differs from any number: its length is another.
        let case = self.case.map(u64::to_be_bytes);
        let case = case.as_ref().map_or(&[][..], |number| number.as_slice());
        for field in [
            self.clerk.as_bytes(),
            self.actor.as_bytes(),
            self.event.as_bytes(),
            self.detail.as_bytes(),
            case,
        ] {
            // Each with its length before it: no two ways to part the same bytes.
            hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(field);
        }
        hash.finalize().into()
    }
}

/// Walks over a log from its first record.
///
/// # Errors
/// [`Tampered`]: the first record that is not what was written there.
pub fn verify<'a, I: Iterator<Item = &'a Record>>(records: I) -> Result<Head, Tampered> {
    let mut head = Head::START;
    for record in records {
        head = follow(&head, record)?;
    }
    Ok(head)
}

/// One step of [`verify`], for logs that are read piece by piece.
///
/// # Errors
/// [`Tampered`].
pub fn follow(head: &Head, record: &Record) -> Result<Head, Tampered> {
    let expected = head.number.saturating_add(1);
    if record.number != expected {
        return Err(Tampered::Missing { expected, found: record.number });
    }
    if record.hash_after(&head.hash) != record.hash {
        return Err(Tampered::Changed { number: expected });
    }
    Ok(record.head())
}

/// Where a log is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Tampered {
    /// This record, or the one before it, was changed.
    #[error("record {number} of the audit log was changed")]
    Changed {
        /// Its number.
        number: u64,
    },
    /// A record is missing, or out of its place.
    #[error("record {expected} of the audit log is missing: record {found} stands in its place")]
    Missing {
        /// The number that should stand there.
        expected: u64,
        /// The number that does.
        found: u64,
    },
    /// The log does not hold the end that was noted elsewhere.
    #[error("record {number} of the audit log is not the one that was noted, or is gone")]
    NotTheNoted {
        /// The number of the noted record.
        number: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::{Clerk, Head, Record, Tampered, verify};
    use crate::lifecycle::Actor;
    use mynumber_crypto::UnixTime;

    fn log() -> Vec<Record> {
        let clerk = Clerk::parse("desk-1").unwrap();
        let mut head = Head::START;
        let mut records = Vec::new();
        for (second, event) in ["register", "receive", "prepare", "send-notice"].into_iter().enumerate() {
            let at = UnixTime::from_seconds(1_800_000_000 + i64::try_from(second).unwrap());
            let record = Record::after(&head, at, &clerk, Actor::Municipality, event, "", Some(7));
            head = record.head();
            records.push(record);
        }
        records
    }

    #[test]
    fn a_log_as_written_is_accepted_and_has_its_head() {
        let log = log();
        assert_eq!(verify(log.iter()), Ok(log[3].head()));
        assert_eq!(verify([].iter()), Ok(Head::START));
        assert!(log[3].head().to_string().starts_with("4:"));
    }

    #[test]
    fn every_changed_field_is_told_with_its_record() {
        type Change = fn(&mut Record);
        let changes: [Change; 8] = [
            |record| record.at = UnixTime::from_seconds(record.at.seconds() + 1),
            |record| record.clerk.push('x'),
            |record| record.actor = "holder".to_owned(),
            |record| record.event = "hand-over".to_owned(),
            |record| record.detail = "x".to_owned(),
            |record| record.case = None,
            |record| record.case = Some(8),
            |record| record.hash[0] ^= 1,
        ];
        for index in 0..4 {
            for change in changes {
                let mut log = log();
                change(&mut log[index]);
                let number = log[index].number;
                assert_eq!(verify(log.iter()), Err(Tampered::Changed { number }));
            }
        }
    }

    #[test]
    fn text_moved_from_one_field_to_the_next_is_noticed() {
        let mut log = log();
        log[1].clerk = "desk-1m".to_owned();
        log[1].actor = "unicipality".to_owned();
        assert_eq!(verify(log.iter()), Err(Tampered::Changed { number: 2 }));
    }

    #[test]
    fn records_taken_out_put_in_or_exchanged_are_told() {
        let mut without = log();
        without.remove(1);
        assert_eq!(verify(without.iter()), Err(Tampered::Missing { expected: 2, found: 3 }));
        let mut exchanged = log();
        exchanged.swap(1, 2);
        assert_eq!(verify(exchanged.iter()), Err(Tampered::Missing { expected: 2, found: 3 }));
        let mut twice = log();
        twice.insert(1, twice[0].clone());
        assert_eq!(verify(twice.iter()), Err(Tampered::Missing { expected: 2, found: 1 }));
        // Taken out and numbered anew: the hash of what follows does not fit.
        let mut renumbered = log();
        renumbered.remove(1);
        renumbered[1].number = 2;
        assert_eq!(verify(renumbered.iter()), Err(Tampered::Changed { number: 2 }));
    }

    #[test]
    fn a_clerk_has_a_name_that_is_no_number() {
        for name in ["desk-3", "K", "yamada2"] {
            assert!(Clerk::parse(name).is_some());
        }
        for name in ["", "1234", "123456789018", "-a", "山田", "a b", &"a".repeat(33)] {
            assert!(Clerk::parse(name).is_none(), "{name}");
        }
    }
}
