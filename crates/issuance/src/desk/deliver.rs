//! 交付: the PINs on the card, all or none, and the hand-over.
//!
//! The store knows that PINs are being set before the first one is on the card, and that they are set after the last one was
//! asked back from the card. Between the two a case is [`State::SettingPins`] whatever happens: it is resumed with
//! PINs entered anew - nobody keeps them - or rolled back.

use mynumber_applet::{KeyId, PinId};
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;

use super::Desk;
use super::certificates::destroyed;
use super::error::{DeskError, Reason};
use super::pins::{Asked, NewPins, Plan};
use super::stage::{At, HandedOver, Identified, PinsSet, SettingPins, Stage};
use super::work::on_card;
use crate::issuer::IssuerSession;
use crate::lifecycle::{State, Step};
use crate::store::{By, Change, Store};

/// Sets what was entered, each reference asked back at once: two exchanges each, and one SELECT per application.
pub(super) fn set(session: &mut dyn IssuerSession, pins: &NewPins) -> Result<(), Reason> {
    pins.entered().try_for_each(|asked| set_one(session, pins, asked))
}

/// Sets one of what was entered, in every reference that holds it.
pub(super) fn set_one(session: &mut dyn IssuerSession, pins: &NewPins, asked: Asked) -> Result<(), Reason> {
    let Some(secret) = pins.secret(asked) else { return Ok(()) };
    for pin in asked.references() {
        session.set_reference(*pin, secret)?;
        if session.tries(*pin)? != pin.row().tries {
            return Err(Reason::NotSet(*pin));
        }
    }
    Ok(())
}

/// Takes every PIN off the card, each reference asked back at once.
pub(super) fn block(
    session: &mut dyn IssuerSession,
    pins: impl Iterator<Item = PinId>,
) -> Result<(), Reason> {
    for pin in pins {
        session.block_reference(pin)?;
        if session.tries(pin)? != 0 {
            return Err(Reason::NotSet(pin));
        }
    }
    Ok(())
}

/// The references of all four PINs.
pub(super) fn all_references() -> impl Iterator<Item = PinId> {
    Plan::with_signature().references()
}

impl<S: Stage> At<S> {
    /// Which PINs are asked.
    ///
    /// # Errors
    /// [`Reason::Store`].
    pub fn plan(&self, store: &mut dyn Store) -> Result<Plan, DeskError> {
        Ok(Plan::of(&self.certificates(store)?))
    }
}

impl At<Identified> {
    /// Sets all PINs.
    ///
    /// # Errors
    /// [`DeskError`]; [`DeskError::standing`] says whether the case is untouched, to be resumed, or done.
    pub fn set_pins(&self, pins: &NewPins, desk: &mut Desk<'_>) -> Result<At<PinsSet>, DeskError> {
        let card = self.card()?;
        let plan = self.plan(desk.store)?;
        plan.check(pins).map_err(|error| DeskError::untouched(self.number(), error.into()))?;
        let begun: At<SettingPins> = self.go(desk.store, &Change::of(Step::BeginPins), desk.by)?;
        on_card(desk.issuer, &card, |session| set(session, pins))
            .map_err(|reason| begun.stopped(desk.store, State::PinsSet, reason))?;
        begun.go(desk.store, &Change::of(Step::FinishPins), desk.by)
    }

    /// 顔認証マイナンバーカード: no PINs. Every reference is blocked, and the signature certificate, if there is one, is
    /// destroyed and revoked. (CARD.md §8)
    ///
    /// # Errors
    /// As [`At::set_pins`].
    pub fn waive_pins(&self, desk: &mut Desk<'_>) -> Result<At<PinsSet>, DeskError> {
        waive(self, desk)
    }
}

impl At<SettingPins> {
    /// Sets all PINs after an interruption: all are entered anew.
    ///
    /// # Errors
    /// As [`At::set_pins`].
    pub fn resume_pins(&self, pins: &NewPins, desk: &mut Desk<'_>) -> Result<At<PinsSet>, DeskError> {
        let card = self.card()?;
        let plan = self.plan(desk.store)?;
        plan.check(pins).map_err(|error| {
            DeskError::new(self.number(), super::Standing::Unfinished(State::SettingPins), error.into())
        })?;
        let change = Change { detail: "resumed", ..Change::of(Step::BeginPins) };
        let begun: Self = self.go(desk.store, &change, desk.by)?;
        on_card(desk.issuer, &card, |session| {
            settle(session, plan)?;
            set(session, pins)
        })
        .map_err(|reason| begun.stopped(desk.store, State::PinsSet, reason))?;
        begun.go(desk.store, &Change::of(Step::FinishPins), desk.by)
    }

    /// As [`At::waive_pins`], after an interruption.
    ///
    /// # Errors
    /// As [`At::set_pins`].
    pub fn waive_pins(&self, desk: &mut Desk<'_>) -> Result<At<PinsSet>, DeskError> {
        waive(self, desk)
    }

    /// Takes every PIN off the card again, whatever was set: as on the day it came.
    ///
    /// # Errors
    /// As [`At::set_pins`].
    pub fn roll_back(&self, desk: &mut Desk<'_>) -> Result<At<Identified>, DeskError> {
        let card = self.card()?;
        let plan = self.plan(desk.store)?;
        on_card(desk.issuer, &card, |session| {
            settle(session, plan)?;
            block(session, all_references())
        })
        .map_err(|reason| self.stopped(desk.store, State::Identified, reason))?;
        self.go(desk.store, &Change::of(Step::RollBackPins), desk.by)
    }
}

/// Brings the card to what the store says of the signature certificate, when giving PINs up was begun and not finished.
pub(super) fn settle(session: &mut dyn IssuerSession, plan: Plan) -> Result<(), Reason> {
    if plan.asks(Asked::Signature) {
        return Ok(());
    }
    session.destroy(KeyId::Signature)?;
    session.commit()?;
    block(session, Asked::Signature.references().iter().copied())
}

fn waive<S: Stage>(at: &At<S>, desk: &mut Desk<'_>) -> Result<At<PinsSet>, DeskError> {
    let card = at.card()?;
    let certificates = at.certificates(desk.store)?;
    let events = destroyed(&certificates, Purpose::Signature, Revocation::Unspecified, desk.by.at);
    let change =
        Change { certificates: &events, detail: "face authentication", ..Change::of(Step::BeginPins) };
    let begun: At<SettingPins> = at.go(desk.store, &change, desk.by)?;
    on_card(desk.issuer, &card, take_off)
        .map_err(|reason| begun.stopped(desk.store, State::PinsSet, reason))?;
    begun.go(desk.store, &Change::of(Step::WaivePins), desk.by)
}

/// Makes a face-authentication card of it.
pub(super) fn take_off(session: &mut dyn IssuerSession) -> Result<(), Reason> {
    session.destroy(KeyId::Signature)?;
    session.commit()?;
    block(session, all_references())
}

impl At<PinsSet> {
    /// 交付: the holder gets the card.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn hand_over(&self, store: &mut dyn Store, by: &By) -> Result<At<HandedOver>, DeskError> {
        self.go(store, &Change::of(Step::HandOver), by)
    }
}
