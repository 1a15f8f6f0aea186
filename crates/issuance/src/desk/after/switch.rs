//! 顔認証マイナンバーカード: PINs taken off a card that is in use, or set on one without them.

use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;

use super::super::Desk;
use super::super::certificates::destroyed;
use super::super::counter::Identity;
use super::super::deliver::{set, take_off};
use super::super::error::{DeskError, Reason, Standing};
use super::super::pins::NewPins;
use super::super::rule::Rule;
use super::super::stage::{At, HandedOver, Stage, Switching};
use super::super::work::on_card;
use crate::issuer::IssuerSession;
use crate::lifecycle::{State, Step};
use crate::store::{CertificateEvent, Change};

impl At<HandedOver> {
    /// Makes a card without PINs of it: the signature certificate is revoked as no longer needed and destroyed, every
    /// reference is blocked.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn take_pins_off(&self, identity: &Identity, desk: &mut Desk<'_>) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        off(self, desk)
    }

    /// Sets all PINs on a card that has none. A signature certificate that is wanted is issued anew afterwards
    /// ([`At::issue_signature`]).
    ///
    /// # Errors
    /// [`Reason::Rule`] when the card has PINs; [`DeskError`].
    pub fn put_pins_on(
        &self,
        identity: &Identity,
        pins: &NewPins,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        let card = self.card()?;
        let plan = self.plan(desk.store)?;
        plan.check(pins).map_err(|error| DeskError::untouched(self.number(), error.into()))?;
        on_card(desk.issuer, &card, |session| {
            for pin in plan.references() {
                if session.tries(pin)? > 0 {
                    return Err(Reason::Rule(Rule::HasPins));
                }
            }
            Ok(())
        })
        .map_err(|reason| self.stopped(desk.store, State::HandedOver, reason))?;
        on(self, pins, desk)
    }
}

impl At<Switching> {
    /// As [`At::take_pins_off`], after an interruption of either way.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_taking_off(
        &self,
        identity: &Identity,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        off(self, desk)
    }

    /// As [`At::put_pins_on`], after an interruption of either way: all PINs are entered anew.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_putting_on(
        &self,
        identity: &Identity,
        pins: &NewPins,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        let plan = self.plan(desk.store)?;
        let standing = Standing::Unfinished(State::Switching);
        plan.check(pins).map_err(|error| DeskError::new(self.number(), standing, error.into()))?;
        on(self, pins, desk)
    }
}

fn off<S: Stage>(at: &At<S>, desk: &mut Desk<'_>) -> Result<At<HandedOver>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let reason = Revocation::CessationOfOperation;
    let events = destroyed(&certificates, Purpose::Signature, reason, desk.by.at);
    switch(at, &events, "face authentication", desk, take_off)
}

fn on<S: Stage>(at: &At<S>, pins: &NewPins, desk: &mut Desk<'_>) -> Result<At<HandedOver>, DeskError> {
    let plan = at.plan(desk.store)?;
    switch(at, &[], "with PINs", desk, |session| {
        super::super::deliver::settle(session, plan)?;
        set(session, pins)
    })
}

fn switch<S: Stage>(
    at: &At<S>,
    certificates: &[CertificateEvent<'_>],
    detail: &'static str,
    desk: &mut Desk<'_>,
    work: impl FnOnce(&mut dyn IssuerSession) -> Result<(), Reason>,
) -> Result<At<HandedOver>, DeskError> {
    let card = at.card()?;
    let change = Change { certificates, detail, ..Change::of(Step::BeginSwitch) };
    let begun: At<Switching> = at.go(desk.store, &change, desk.by)?;
    on_card(desk.issuer, &card, work)
        .map_err(|reason| begun.stopped(desk.store, State::HandedOver, reason))?;
    begun.go(desk.store, &Change { detail, ..Change::of(Step::SwitchPins) }, desk.by)
}
