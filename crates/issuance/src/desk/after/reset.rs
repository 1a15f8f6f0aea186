//! 初期化・再設定: PINs set anew at the window, after the holder was identified.
//!
//! As at the delivery, the store knows before the card does. Only the juki PIN has two references, which an interruption may
//! leave apart; which one was begun is not kept, so what was interrupted is resumed with the juki PIN among those set.

use super::super::Desk;
use super::super::counter::Identity;
use super::super::deliver::set;
use super::super::error::{DeskError, Reason, Standing};
use super::super::pins::{Asked, NewPins, Plan, PlanError};
use super::super::stage::{At, HandedOver, Resetting, Stage};
use super::super::work::on_card;
use crate::lifecycle::{State, Step};
use crate::store::Change;

impl At<HandedOver> {
    /// Sets what was entered anew: any of the four.
    ///
    /// # Errors
    /// [`Reason::NoPins`] for a card without any PIN, unless all are set; [`DeskError`].
    pub fn reset_pins(
        &self,
        identity: &Identity,
        pins: &NewPins,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        let plan = self.plan(desk.store)?;
        check(plan, pins).map_err(|error| DeskError::untouched(self.number(), error.into()))?;
        self.reset(plan, pins, "", desk)
    }

    pub(super) fn reset(
        &self,
        plan: Plan,
        pins: &NewPins,
        detail: &'static str,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        if plan.check(pins).is_err() {
            self.refuse_without_pins(plan, desk)?;
        }
        begin(self, pins, detail, desk)
    }

    /// On a card without PINs a single one is not set: that card has all or none.
    fn refuse_without_pins(&self, plan: Plan, desk: &mut Desk<'_>) -> Result<(), DeskError> {
        let card = self.card()?;
        on_card(desk.issuer, &card, |session| {
            for pin in plan.references() {
                if session.tries(pin)? > 0 {
                    return Ok(());
                }
            }
            Err(Reason::NoPins)
        })
        .map_err(|reason| self.stopped(desk.store, State::HandedOver, reason))
    }
}

impl At<Resetting> {
    /// Sets PINs anew after an interruption: those that were begun, and the juki PIN in any case.
    ///
    /// # Errors
    /// As [`At::reset_pins`].
    pub fn resume_reset(
        &self,
        identity: &Identity,
        pins: &NewPins,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        let checked = check(self.plan(desk.store)?, pins).and_then(|()| match pins.secret(Asked::Juki) {
            Some(_) => Ok(()),
            None => Err(PlanError::Missing(Asked::Juki)),
        });
        let standing = Standing::Unfinished(State::Resetting);
        checked.map_err(|error| DeskError::new(self.number(), standing, error.into()))?;
        begin(self, pins, "resumed", desk)
    }
}

/// Whether something was entered, and nothing that this card has no use for.
fn check(plan: Plan, pins: &NewPins) -> Result<(), PlanError> {
    if let Some(asked) = pins.entered().find(|asked| !plan.asks(*asked)) {
        return Err(PlanError::NotAsked(asked));
    }
    if pins.entered().next().is_none() { Err(PlanError::Nothing) } else { Ok(()) }
}

fn begin<S: Stage>(
    at: &At<S>,
    pins: &NewPins,
    detail: &'static str,
    desk: &mut Desk<'_>,
) -> Result<At<HandedOver>, DeskError> {
    let card = at.card()?;
    let change = Change { detail, ..Change::of(Step::BeginReset) };
    let begun: At<Resetting> = at.go(desk.store, &change, desk.by)?;
    on_card(desk.issuer, &card, |session| set(session, pins))
        .map_err(|reason| begun.stopped(desk.store, State::HandedOver, reason))?;
    begun.go(desk.store, &Change { detail: names(pins), ..Change::of(Step::ResetPin) }, desk.by)
}

/// What was set, for the audit log.
fn names(pins: &NewPins) -> &'static str {
    let mut entered = pins.entered();
    match (entered.next(), entered.next()) {
        (Some(asked), None) => asked.name(),
        _ => "several",
    }
}
