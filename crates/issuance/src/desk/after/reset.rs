//! 初期化・再設定: PINs set anew at the window, after the holder was identified.
//!
//! As at the delivery, the store knows before the card does which PINs are begun, and learns of each when it is on the card. So
//! what is interrupted goes on with those that are open, and the holder is asked for nothing that is done.

use super::super::Desk;
use super::super::counter::Identity;
use super::super::deliver::set_one;
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
        let checked = match pins.entered().next() {
            Some(_) => check(plan, pins),
            None => Err(PlanError::Nothing),
        };
        checked.map_err(|error| DeskError::untouched(self.number(), error.into()))?;
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
    /// The PINs that were begun and are not known to be on the card. The others that were to be set are on it.
    #[must_use]
    pub fn open_pins(&self) -> &[Asked] {
        &self.case().open_pins
    }

    /// Goes on after an interruption with what is still open ([`At::open_pins`]), entered anew; what is on the card already is
    /// not asked again. Others of the four may be set with it.
    ///
    /// # Errors
    /// [`PlanError::Begun`] for the first that is open and was not entered; as [`At::reset_pins`].
    pub fn resume_reset(
        &self,
        identity: &Identity,
        pins: &NewPins,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        let plan = self.plan(desk.store)?;
        let missing = self.open_pins().iter().find(|asked| pins.secret(**asked).is_none());
        let checked = match missing {
            Some(asked) => Err(PlanError::Begun(*asked)),
            None => check(plan, pins),
        };
        let standing = Standing::Unfinished(State::Resetting);
        checked.map_err(|error| DeskError::new(self.number(), standing, error.into()))?;
        begin(self, pins, "resumed", desk)
    }
}

/// Whether nothing was entered that this card has no use for.
pub(super) fn check(plan: Plan, pins: &NewPins) -> Result<(), PlanError> {
    match pins.entered().find(|asked| !plan.asks(*asked)) {
        Some(asked) => Err(PlanError::NotAsked(asked)),
        None => Ok(()),
    }
}

pub(super) fn begin<S: Stage>(
    at: &At<S>,
    pins: &NewPins,
    detail: &'static str,
    desk: &mut Desk<'_>,
) -> Result<At<HandedOver>, DeskError> {
    let card = at.card()?;
    let mut open: Vec<Asked> = pins.entered().collect();
    let change = Change { detail, open_pins: Some(&open), ..Change::of(Step::BeginReset) };
    let begun: At<Resetting> = at.go(desk.store, &change, desk.by)?;
    let mut case = begun.case().clone();
    let Desk { store, issuer, by } = desk;
    if !open.is_empty() {
        on_card(*issuer, &card, |session| {
            for asked in pins.entered() {
                set_one(session, pins, asked)?;
                open.retain(|one| *one != asked);
                let change =
                    Change { detail: asked.name(), open_pins: Some(&open), ..Change::of(Step::SetPin) };
                case = store.apply(case.number, case.version, &change, by)?;
            }
            Ok(())
        })
        .map_err(|reason| begun.stopped(*store, State::HandedOver, reason))?;
    }
    At::<Resetting>::of(case)?.go(*store, &Change::of(Step::ResetPin), by)
}
