//! The retry counter of a PIN as a pure model (CARD.md §3.1).
//!
//! The order is *decrement, then compare*: the try is taken before the value is looked at, so a card that loses power
//! between the two has lost a try and not gained one.
//!
//! ```
//! use mynumber_applet::retry::RetryCounter;
//!
//! let mut counter = RetryCounter::new(3);
//! let attempt = counter.begin()?; // now 2 remain: make this durable, then compare
//! drop(attempt); // the value was wrong
//! assert_eq!(counter.remaining(), 2);
//! let attempt = counter.begin()?;
//! counter.succeed(attempt); // the value was right
//! assert_eq!(counter.remaining(), 3);
//! # Ok::<(), mynumber_applet::retry::Blocked>(())
//! ```

/// The most tries a counter can show: `63Cx` has one hexadecimal digit (ISO 7816-4 §5.6).
pub const MOST_TRIES: u8 = 15;

/// Tries in a row that a secret has, and how many remain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryCounter {
    limit: u8,
    remaining: u8,
}

impl RetryCounter {
    /// A full counter. More than [`MOST_TRIES`] count as that many; none means blocked for ever.
    #[must_use]
    pub const fn new(limit: u8) -> Self {
        let limit = if limit > MOST_TRIES { MOST_TRIES } else { limit };
        Self { limit, remaining: limit }
    }

    /// A counter as it was stored; `None` for a state that no counter can be in.
    #[must_use]
    pub const fn from_stored(limit: u8, remaining: u8) -> Option<Self> {
        if limit > MOST_TRIES || remaining > limit { None } else { Some(Self { limit, remaining }) }
    }

    /// The tries of a full counter.
    #[must_use]
    pub const fn limit(&self) -> u8 {
        self.limit
    }

    /// The tries that remain: what the query shows. Asking changes nothing.
    #[must_use]
    pub const fn remaining(&self) -> u8 {
        self.remaining
    }

    /// Whether no try remains.
    #[must_use]
    pub const fn is_blocked(&self) -> bool {
        self.remaining == 0
    }

    /// Takes one try, before the comparison. The new state has to be durable before the value is compared.
    ///
    /// # Errors
    /// [`Blocked`] when none remains; nothing may be compared then.
    pub const fn begin(&mut self) -> Result<Attempt, Blocked> {
        match self.remaining.checked_sub(1) {
            Some(remaining) => {
                self.remaining = remaining;
                Ok(Attempt(()))
            }
            None => Err(Blocked),
        }
    }

    /// The value was right: the counter is full again. A wrong value needs no call; its try is spent already.
    #[expect(clippy::needless_pass_by_value, reason = "taken by value, so that one try is reported once")]
    pub const fn succeed(&mut self, attempt: Attempt) {
        let Attempt(()) = attempt;
        self.remaining = self.limit;
    }

    /// Blocks the secret.
    pub const fn block(&mut self) {
        self.remaining = 0;
    }

    /// Fills the counter, as the issuer does when a new value is set.
    pub const fn reset(&mut self) {
        self.remaining = self.limit;
    }
}

/// One try that is already counted. Only [`RetryCounter::begin`] makes it.
#[derive(Debug)]
#[must_use = "a try is spent; a right value has to be reported with `succeed`"]
pub struct Attempt(());

/// No try remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no try remains")]
pub struct Blocked;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Wrong,
        Right,
        Query,
        Block,
        Reset,
    }

    /// The reference: the list of wrong values since the last right one.
    fn reference(limit: u8, steps: &[Step]) -> (usize, u32) {
        let (mut wrong, mut accepted) = (0usize, 0);
        let limit = usize::from(limit);
        for step in steps {
            let open = wrong < limit;
            match step {
                Step::Wrong if open => wrong += 1,
                Step::Right if open => (wrong, accepted) = (0, accepted + 1),
                Step::Block => wrong = limit,
                Step::Reset => wrong = 0,
                Step::Wrong | Step::Right | Step::Query => {}
            }
        }
        (limit - wrong, accepted)
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => Just(Step::Wrong),
            2 => Just(Step::Right),
            2 => Just(Step::Query),
            1 => Just(Step::Block),
            1 => Just(Step::Reset),
        ]
    }

    proptest! {
        #[test]
        fn the_counter_agrees_with_the_reference(
            limit in 0..=MOST_TRIES,
            steps in proptest::collection::vec(step(), 0..200),
        ) {
            let mut counter = RetryCounter::new(limit);
            let mut accepted = 0;
            for step in &steps {
                let before = counter;
                match step {
                    Step::Wrong => {
                        let _ = counter.begin();
                        prop_assert_eq!(counter.remaining(), before.remaining().saturating_sub(1));
                    }
                    Step::Right => if let Ok(attempt) = counter.begin() {
                        prop_assert_eq!(counter.remaining() + 1, before.remaining());
                        counter.succeed(attempt);
                        accepted += 1;
                    },
                    Step::Query => { let _ = counter.remaining(); prop_assert_eq!(counter, before); }
                    Step::Block => counter.block(),
                    Step::Reset => counter.reset(),
                }
                prop_assert!(counter.remaining() <= counter.limit());
                prop_assert_eq!(counter.is_blocked(), counter.remaining() == 0);
            }
            prop_assert_eq!((usize::from(counter.remaining()), accepted), reference(limit, &steps));
        }
    }

    #[test]
    fn h5_after_the_last_wrong_try_the_right_value_is_not_looked_at() {
        for limit in [3u8, 5, 10] {
            let mut counter = RetryCounter::new(limit);
            for left in (0..limit).rev() {
                assert!(counter.begin().is_ok());
                assert_eq!(counter.remaining(), left);
            }
            assert!(counter.begin().is_err());
            assert!(counter.is_blocked());
        }
    }

    #[test]
    fn a_stored_state_that_cannot_be_is_refused() {
        assert_eq!(RetryCounter::from_stored(3, 4), None);
        assert_eq!(RetryCounter::from_stored(16, 1), None);
        assert_eq!(RetryCounter::from_stored(3, 3), Some(RetryCounter::new(3)));
        assert_eq!(RetryCounter::from_stored(15, 15), Some(RetryCounter::new(15)));
        assert_eq!(RetryCounter::new(200).limit(), MOST_TRIES);
        assert!(RetryCounter::new(0).is_blocked());
    }
}
