//! Where a case stands, as a type: a step that is not in its place does not compile.

use std::fmt;
use std::marker::PhantomData;

use crate::application::Particulars;
use crate::lifecycle::{Actor, Refusal, State, Step, Why, next};
use crate::receipt::Serial;
use crate::store::{By, Case, Change, IssuedCertificate, Store, StoreError};

use super::error::{DeskError, Reason, Standing};

mod sealed {
    pub trait Sealed {}
}

/// A state of which a case can be [opened](At::open). Sealed.
pub trait Stage: sealed::Sealed {
    /// The state.
    const STATE: State;
    /// What is usually done next; names the missing step when a case is not there yet.
    const NEXT: Step;
}

macro_rules! stages {
    ($($(#[$meta:meta])* $name:ident: $next:ident),* $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl sealed::Sealed for $name {}

        impl Stage for $name {
            const STATE: State = State::$name;
            const NEXT: Step = Step::$next;
        }
    )* };
}
stages! {
    /// [`State::Received`]: before the pre-delivery set-up.
    Received: Prepare,
    /// [`State::Prepared`]: before the delivery notice.
    Prepared: SendNotice,
    /// [`State::Noticed`]: the applicant may come.
    Noticed: OpenCounter,
    /// [`State::AtCounter`]: the applicant is here.
    AtCounter: Identify,
    /// [`State::Identified`]: before the PINs.
    Identified: BeginPins,
    /// [`State::Rewriting`]: unfinished.
    Rewriting: SetSubstitutes,
    /// [`State::SettingPins`]: unfinished.
    SettingPins: FinishPins,
    /// [`State::PinsSet`]: before the hand-over.
    PinsSet: HandOver,
    /// [`State::HandedOver`]: the holder has the card.
    HandedOver: ChangePin,
    /// [`State::Resetting`]: unfinished.
    Resetting: ResetPin,
    /// [`State::Changing`]: unfinished.
    Changing: ChangeRecord,
    /// [`State::Suspended`]: stopped.
    Suspended: BeginLift,
    /// [`State::Lifting`]: unfinished.
    Lifting: LiftSuspension,
    /// [`State::Renewing`]: unfinished.
    Renewing: RenewCertificates,
    /// [`State::Switching`]: unfinished.
    Switching: SwitchPins,
    /// [`State::Lost`]: reported lost.
    Lost: Replace,
    /// [`State::Expired`]: its last day has passed.
    Expired: Replace,
}

/// A state in which a change may have been broken off, so that the card opens under another number than the store says
/// ([`At::settle_numbers`]). Sealed.
pub trait Unsettled: Stage {}

impl Unsettled for Changing {}
impl Unsettled for Suspended {}
impl Unsettled for Lifting {}

/// A case that was seen in a state. Whatever is done with it is refused by the store when somebody else changed it since.
#[derive(Clone, PartialEq, Eq)]
pub struct At<S> {
    case: Case,
    stage: PhantomData<S>,
}

impl<S: Stage> At<S> {
    /// Looks a case up.
    ///
    /// # Errors
    /// [`Reason::Refused`] with the step that is missing, [`Reason::Unfinished`] where something was begun and has to be
    /// resumed first, [`Reason::Store`].
    pub fn open(store: &mut dyn Store, number: u64) -> Result<Self, DeskError> {
        let case = store.case(number).map_err(|error| DeskError::untouched(number, error.into()))?;
        Self::of(case)
    }

    /// As [`At::open`], for a case that was looked up already.
    ///
    /// # Errors
    /// As [`At::open`].
    pub fn of(case: Case) -> Result<Self, DeskError> {
        if case.state == S::STATE {
            return Ok(Self { case, stage: PhantomData });
        }
        let (number, state) = (case.number, case.state);
        if state.is_unfinished() {
            return Err(DeskError::new(number, Standing::Unfinished(state), Reason::Unfinished(state)));
        }
        let refusal = next(state, S::NEXT, Actor::Municipality).err();
        let refusal = refusal.filter(|refusal| !matches!(refusal.why, Why::Actor(_)));
        let refusal = refusal.unwrap_or(Refusal { state, step: S::NEXT, why: Why::Past });
        Err(DeskError::untouched(number, Reason::Refused(refusal)))
    }

    /// The case.
    #[must_use]
    pub const fn case(&self) -> &Case {
        &self.case
    }

    /// The number of the case.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.case.number
    }

    /// The card of the case.
    pub(super) fn card(&self) -> Result<Serial, DeskError> {
        self.case.card.ok_or_else(|| DeskError::untouched(self.number(), Reason::NoCard))
    }

    /// The certificates of the case.
    pub(super) fn certificates(&self, store: &mut dyn Store) -> Result<Vec<IssuedCertificate>, DeskError> {
        let number = self.number();
        store.certificates(number).map_err(|error| self.stopped(store, S::STATE, error.into()))
    }

    /// The person of the case.
    pub(super) fn resident(&self, store: &mut dyn Store) -> Result<Particulars, DeskError> {
        store.resident(self.number()).map_err(|error| self.stopped(store, S::STATE, error.into()))
    }

    /// Takes a step that leads to another stage.
    pub(super) fn go<N: Stage>(
        &self,
        store: &mut dyn Store,
        change: &Change<'_>,
        by: &By,
    ) -> Result<At<N>, DeskError> {
        match store.apply(self.number(), self.case.version, change, by) {
            Ok(case) => At::of(case),
            Err(error) => Err(self.stopped(store, N::STATE, error.into())),
        }
    }

    /// An error, with where the case stands after it, as far as the store can say. `to` is where it was to go.
    pub(super) fn stopped(&self, store: &mut dyn Store, to: State, reason: Reason) -> DeskError {
        let standing = match store.case(self.number()) {
            Ok(now) if now.state.is_unfinished() => Standing::Unfinished(now.state),
            Ok(now) if now.version == self.case.version => Standing::Untouched,
            Ok(now) if now.state == to && !matches!(reason, Reason::Store(StoreError::Changed { .. })) => {
                Standing::Done
            }
            Ok(now) => Standing::Elsewhere(now.state),
            Err(_) => Standing::Unknown,
        };
        DeskError::new(self.number(), standing, reason)
    }
}

impl<S: Stage> fmt::Debug for At<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "At<{}>({})", S::STATE.name(), self.case.number)
    }
}
