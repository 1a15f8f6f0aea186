//! Which challenges are open: issued, not answered, not forgotten.

use alloc::collections::BTreeSet;

use super::Challenge;
use crate::time::UnixTime;

/// What a store keeps of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket {
    // In this order, so that the oldest come first.
    forget: UnixTime,
    id: [u8; 32],
}

impl Ticket {
    /// The ticket of a challenge that can be answered until `forget`.
    pub(super) fn new(challenge: &Challenge, forget: UnixTime) -> Self {
        Self { forget, id: challenge.digest() }
    }

    /// The SHA-256 digest of the challenge's text: whatever is changed in the text makes another ticket.
    #[must_use]
    pub const fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The last second in which the challenge can be answered, the service's allowance for clocks included: afterwards
    /// the store may forget it.
    #[must_use]
    pub const fn forget(&self) -> UnixTime {
        self.forget
    }
}

/// Remembers which challenges are open, so that each is answered once.
///
/// # What an implementation guarantees
///
/// 1. **[`take`](Self::take) is atomic**: of any number of calls with one ticket, wherever and whenever they are made, at
///    most one gives `true`, and only after a [`put`](Self::put) of that ticket. A service on several machines needs one
///    place that decides: `DELETE ... WHERE id = ?` that tells how many rows it hit, `GETDEL`, a compare-and-set. Reading
///    first and deleting then is no take. A replica that lags behind, and a cache in front of the place, are no places to
///    decide.
/// 2. **Losing tickets is safe, inventing or restoring them is not.** A store that forgets refuses log-ins that would have
///    been good. One that is restored from a copy gives tickets back that were taken: empty it instead.
/// 3. **An error is no answer.** When the store does not know whether the ticket was open, or whether its removal is
///    final, it says [`StoreError::Unavailable`], and nobody is logged in.
pub trait ReplayStore {
    /// Remembers a challenge that is being issued.
    ///
    /// # Errors
    /// [`StoreError`]: the challenge is not issued.
    fn put(&mut self, ticket: Ticket, now: UnixTime) -> Result<(), StoreError>;

    /// Takes the ticket out, for good. `true`: it was there.
    ///
    /// # Errors
    /// [`StoreError`]: nobody is logged in.
    fn take(&mut self, ticket: &Ticket) -> Result<bool, StoreError>;
}

impl<S: ReplayStore + ?Sized> ReplayStore for &mut S {
    fn put(&mut self, ticket: Ticket, now: UnixTime) -> Result<(), StoreError> {
        (**self).put(ticket, now)
    }

    fn take(&mut self, ticket: &Ticket) -> Result<bool, StoreError> {
        (**self).take(ticket)
    }
}

/// Why a store cannot do what it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// As many challenges are open as the store can hold.
    #[error("too many challenges are open; they run out by themselves")]
    Full,
    /// The store cannot be asked, or does not know.
    #[error("the store of open challenges cannot be asked")]
    Unavailable,
}

/// Open challenges in memory, for a service of one process. 40 bytes each, and those of the tree around them.
///
/// When it is full it first forgets what nobody can answer any more, then refuses: it never forgets an open challenge in
/// favour of a newer one, since otherwise whoever asks for many challenges could end the log-ins of others. How many
/// challenges one client may ask for is for the service to limit.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    open: BTreeSet<Ticket>,
    capacity: usize,
}

impl MemoryStore {
    /// A store for this many open challenges.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { open: BTreeSet::new(), capacity }
    }

    /// The challenges that it remembers, those that ran out since it last needed room included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether it remembers none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl ReplayStore for MemoryStore {
    fn put(&mut self, ticket: Ticket, now: UnixTime) -> Result<(), StoreError> {
        if self.open.len() >= self.capacity {
            let first_open = Ticket { forget: now, id: [0; 32] };
            self.open = self.open.split_off(&first_open);
        }
        if self.open.len() >= self.capacity {
            return Err(StoreError::Full);
        }
        self.open.insert(ticket);
        Ok(())
    }

    fn take(&mut self, ticket: &Ticket) -> Result<bool, StoreError> {
        Ok(self.open.remove(ticket))
    }
}

#[cfg(test)]
mod tests {
    use super::{MemoryStore, ReplayStore, StoreError, Ticket};
    use crate::time::UnixTime;

    fn ticket(forget: i64, id: u8) -> Ticket {
        Ticket { forget: UnixTime::from_seconds(forget), id: [id; 32] }
    }

    #[test]
    fn a_ticket_is_taken_once_and_only_after_it_was_put() {
        let mut store = MemoryStore::new(3);
        let now = UnixTime::from_seconds(5);
        assert_eq!(store.take(&ticket(10, 1)), Ok(false));
        store.put(ticket(10, 1), now).unwrap();
        assert_eq!(store.take(&ticket(10, 2)), Ok(false));
        assert_eq!(store.take(&ticket(11, 1)), Ok(false));
        assert_eq!(store.take(&ticket(10, 1)), Ok(true));
        assert_eq!(store.take(&ticket(10, 1)), Ok(false));
        assert!(store.is_empty());
    }

    #[test]
    fn a_full_store_forgets_what_ran_out_and_nothing_that_is_open() {
        let mut store = MemoryStore::new(3);
        for (forget, id) in [(10, 1), (12, 2), (11, 3)] {
            store.put(ticket(forget, id), UnixTime::from_seconds(5)).unwrap();
        }
        // Second 10 is the last in which the first one can be answered.
        let ten = UnixTime::from_seconds(10);
        assert_eq!(store.put(ticket(20, 4), ten), Err(StoreError::Full));
        assert_eq!(store.len(), 3);
        store.put(ticket(20, 4), UnixTime::from_seconds(11)).unwrap();
        assert_eq!(store.take(&ticket(10, 1)), Ok(false));
        for (forget, id) in [(12, 2), (11, 3), (20, 4)] {
            assert_eq!(store.take(&ticket(forget, id)), Ok(true));
        }
        assert_eq!(MemoryStore::new(0).put(ticket(10, 1), ten), Err(StoreError::Full));
    }
}
