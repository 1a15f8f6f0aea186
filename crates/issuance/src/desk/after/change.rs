//! Contents rewritten: other substitute characters before the PINs are set; moves, names and periods of stay afterwards.

use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason as Revocation;

use super::super::Desk;
use super::super::counter::Identity;
use super::super::error::DeskError;
use super::super::stage::{At, Changing, HandedOver, Identified, Rewriting, Stage};
use super::anew::{Rewrite, Work, run, usable};
use super::certifying::{Certifying, OnCard};
use crate::application::Particulars;
use crate::lifecycle::Step;

impl At<Identified> {
    /// 代替文字の修正: contents with other substitute characters, as the holder wants them, before the PINs are set; the
    /// signature certificate, which names them, is issued anew.
    ///
    /// # Errors
    /// [`DeskError`]; unfinished, it is resumed by [`At::resume_substitutes`].
    pub fn set_substitutes(
        &self,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        substitutes(self, on_card, with, desk)
    }
}

impl At<Rewriting> {
    /// As [`At::set_substitutes`], after an interruption.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_substitutes(
        &self,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<Identified>, DeskError> {
        substitutes(self, on_card, with, desk)
    }
}

fn substitutes<S: Stage>(
    at: &At<S>,
    on_card: &OnCard,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<Identified>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let work = Work {
        begin: Step::BeginSubstitutes,
        finish: Step::SetSubstitutes,
        detail: "",
        purposes: usable(&certificates, &[Purpose::Signature]),
        reason: Revocation::Unspecified,
        on_card: Some(on_card),
        rewrite: Rewrite::Always,
        changed: None,
        pins: None,
    };
    run::<S, Rewriting, Identified>(at, &certificates, &work, with, desk)
}

impl At<HandedOver> {
    /// 券面変更 after a move, a change of name or of the period of stay: contents and their signatures are rewritten, the
    /// signature certificate is revoked because its content changed, and issued anew; the user-authentication certificate stays.
    ///
    /// # Errors
    /// [`DeskError`]; unfinished, it is resumed by [`At::resume_change`].
    pub fn change_record(
        &self,
        identity: &Identity,
        changed: &Particulars,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        identity.belongs(self.case())?;
        change(self, Revocation::AffiliationChanged, Some(changed), on_card, with, desk)
    }
}

impl At<Changing> {
    /// As [`At::change_record`], after an interruption: what the record says now, and the last day of the card, are in the
    /// store. `on_card` is read with the number that [`At::settle_numbers`] gave.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn resume_change(
        &self,
        identity: &Identity,
        on_card: &OnCard,
        with: &mut Certifying<'_>,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        identity.belongs(self.case())?;
        change(self, Revocation::Superseded, None, on_card, with, desk)
    }
}

fn change<S: Stage>(
    at: &At<S>,
    reason: Revocation,
    changed: Option<&Particulars>,
    on_card: &OnCard,
    with: &mut Certifying<'_>,
    desk: &mut Desk<'_>,
) -> Result<At<HandedOver>, DeskError> {
    let certificates = at.certificates(desk.store)?;
    let work = Work {
        begin: Step::BeginChange,
        finish: Step::ChangeRecord,
        detail: if changed.is_some() { "" } else { "resumed" },
        purposes: usable(&certificates, &[Purpose::Signature]),
        reason,
        on_card: Some(on_card),
        rewrite: Rewrite::Always,
        changed,
        pins: None,
    };
    run::<S, Changing, HandedOver>(at, &certificates, &work, with, desk)
}
