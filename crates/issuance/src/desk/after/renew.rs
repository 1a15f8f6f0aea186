//! Certificates issued anew: before they end, for a holder who has none, in the place of those that are held.

use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;

use super::super::Desk;
use super::super::certificates::{BOTH, end_of, is_usable};
use super::super::counter::Identity;
use super::super::error::{DeskError, Reason, Standing};
use super::super::pins::{Asked, NewPins, PlanError};
use super::super::rule::{Rule, Untimely};
use super::super::stage::{At, HandedOver, Lifting, Renewing, Stage, Suspended};
use super::anew::{Rewrite, Work, run, usable};
use super::certifying::{Certifying, OnCard};
use crate::lifecycle::{State, Step};
use crate::validity::{age, date_in_japan, is_renewal_time};

impl At<HandedOver> {
    /// 電子証明書の更新: certificates are issued anew from three months before they end, and after it.
    ///
    /// # Errors
    /// [`Reason::NotTheTime`] before; [`DeskError`]; unfinished, it is resumed by [`At::resume_renewal`].
    pub fn renew_certificates(
        &self,
        identity: &Identity,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        let certificates = self.certificates(desk.store)?;
        let purposes = usable(&certificates, &BOTH);
        let today = date_in_japan(desk.by.at);
        let is_time = |purpose: &Purpose| {
            let end = end_of(&certificates, *purpose).and_then(date_in_japan);
            end.zip(today).is_some_and(|(end, today)| is_renewal_time(end, today) || today > end)
        };
        if !purposes.iter().any(is_time) {
            return Err(DeskError::untouched(self.number(), Reason::NotTheTime(Untimely::RenewalNotOpen)));
        }
        renew(self, purposes, None, "", with, desk)
    }

    /// 署名用電子証明書の新規発行, for a holder of fifteen or more who has none: with its password.
    ///
    /// # Errors
    /// [`Reason::Rule`]; [`DeskError`]; unfinished, it is resumed by [`At::resume_renewal`].
    pub fn issue_signature(
        &self,
        identity: &Identity,
        password: mynumber_applet::pin::SignaturePassword,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        let refuse = |rule| Err(DeskError::untouched(self.number(), Reason::Rule(rule)));
        if is_usable(&self.certificates(desk.store)?, Purpose::Signature) {
            return refuse(Rule::HasSignature);
        }
        let resident = self.resident(desk.store)?;
        if date_in_japan(desk.by.at).is_none_or(|today| age(resident.birth_date, today) < 15) {
            return refuse(Rule::UnderFifteen);
        }
        let pins = NewPins::default().signature(password);
        let detail = "signature certificate issued";
        renew(self, vec![Purpose::Signature], Some(&pins), detail, with, desk)
    }
}

impl At<Renewing> {
    /// As [`At::renew_certificates`] or [`At::issue_signature`], whichever was interrupted. `pins` are those that are
    /// [open](crate::store::Case::open_pins): the password of [`At::issue_signature`], entered anew.
    ///
    /// # Errors
    /// [`PlanError::Begun`], [`PlanError::NotAsked`]; [`DeskError`].
    pub fn resume_renewal(
        &self,
        identity: &Identity,
        pins: Option<&NewPins>,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        let open = &self.case().open_pins;
        let given = |asked: Asked| pins.is_some_and(|pins| pins.secret(asked).is_some());
        let checked = match Asked::ALL.into_iter().find(|asked| open.contains(asked) != given(*asked)) {
            Some(asked) if open.contains(&asked) => Err(PlanError::Begun(asked)),
            Some(asked) => Err(PlanError::NotAsked(asked)),
            None => Ok(()),
        };
        let standing = Standing::Unfinished(State::Renewing);
        checked.map_err(|error| DeskError::new(self.number(), standing, error.into()))?;
        // With its password, a signature certificate alone was begun.
        let begun = if open.contains(&Asked::Signature) { vec![Purpose::Signature] } else { BOTH.to_vec() };
        let purposes = usable(&self.certificates(desk.store)?, &begun);
        renew(self, purposes, pins, "resumed", with, desk)
    }
}

impl At<Suspended> {
    /// 一時停止解除, with the card in hand: what is held is not released, but issued anew. Contents that a change left
    /// behind are rewritten with it. `on_card` is read with the number that [`At::settle_numbers`] gave.
    ///
    /// # Errors
    /// [`DeskError`]; unfinished, it is resumed by [`At::resume_lift`].
    pub fn lift(
        &self,
        identity: &Identity,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        lift(self, on_card, with, desk)
    }
}

impl At<Lifting> {
    /// As [`At::lift`], after an interruption.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_lift(
        &self,
        identity: &Identity,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        lift(self, on_card, with, desk)
    }
}

fn renew<S: Stage>(
    at: &At<S>,
    purposes: Vec<Purpose>,
    pins: Option<&NewPins>,
    detail: &'static str,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<HandedOver>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let work = Work {
        begin: Step::BeginRenewal,
        finish: Step::RenewCertificates,
        detail,
        purposes,
        reason: Revocation::Superseded,
        on_card: None,
        rewrite: Rewrite::Never,
        changed: None,
        pins,
    };
    run::<S, Renewing, HandedOver>(at, &certificates, &work, with, desk)
}

fn lift<S: Stage>(
    at: &At<S>,
    on_card: &OnCard,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<HandedOver>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let work = Work {
        begin: Step::BeginLift,
        finish: Step::LiftSuspension,
        detail: "",
        purposes: usable(&certificates, &BOTH),
        reason: Revocation::Superseded,
        on_card: Some(on_card),
        rewrite: Rewrite::IfItDiffers,
        changed: None,
        pins: None,
    };
    run::<S, Lifting, HandedOver>(at, &certificates, &work, with, desk)
}
