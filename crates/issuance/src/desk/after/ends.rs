//! Suspension, loss, return, replacement, expiry.

use mynumber_applet::Date;
use mynumber_crypto::revocation::Reason as Revocation;

use super::super::certificates::revoked;
use super::super::error::{DeskError, Reason};
use super::super::rule::Rule;
use super::super::stage::{At, HandedOver, Lost, Stage, Suspended};
use crate::lifecycle::Step;
use crate::store::{By, Case, Change, Store, StoreError};
use crate::validity::{date_in_japan, day_before};

/// Takes a step after which certificates in force are revoked for a reason.
pub(in crate::desk) fn end<S: Stage>(
    at: &At<S>,
    store: &mut dyn Store,
    change: &Change<'_>,
    reason: Revocation,
    by: &By,
) -> Result<Case, DeskError> {
    let to = change.step.row().to.unwrap_or(S::STATE);
    take(at.case(), store, change, reason, by).map_err(|error| at.stopped(store, to, error.into()))
}

fn take(
    case: &Case,
    store: &mut dyn Store,
    change: &Change<'_>,
    reason: Revocation,
    by: &By,
) -> Result<Case, StoreError> {
    let certificates = revoked(&store.certificates(case.number)?, reason, by.at);
    store.apply(case.number, case.version, &Change { certificates: &certificates, ..*change }, by)
}

fn take_anywhere<N: Stage>(
    number: u64,
    store: &mut dyn Store,
    change: &Change<'_>,
    reason: Revocation,
    by: &By,
) -> Result<At<N>, DeskError> {
    At::of(anywhere(number, store, change, reason, by)?)
}

/// From whichever state the table allows.
fn anywhere(
    number: u64,
    store: &mut dyn Store,
    change: &Change<'_>,
    reason: Revocation,
    by: &By,
) -> Result<Case, DeskError> {
    let of_store = |error| DeskError::of_store(number, error);
    let case = store.case(number).map_err(of_store)?;
    take(&case, store, change, reason, by).map_err(of_store)
}

/// 一時停止, at any hour: certificates in force are held.
///
/// # Errors
/// [`DeskError`].
pub fn suspend(number: u64, store: &mut dyn Store, by: &By) -> Result<At<Suspended>, DeskError> {
    take_anywhere(number, store, &Change::of(Step::Suspend), Revocation::CertificateHold, by)
}

/// 紛失届, at any hour: certificates in force are held.
///
/// # Errors
/// [`DeskError`].
pub fn report_loss(number: u64, store: &mut dyn Store, by: &By) -> Result<At<Lost>, DeskError> {
    take_anywhere(number, store, &Change::of(Step::ReportLoss), Revocation::CertificateHold, by)
}

/// 返納: the card is given back; certificates in force are no longer needed.
///
/// # Errors
/// [`DeskError`].
pub fn return_card(number: u64, store: &mut dyn Store, by: &By) -> Result<Case, DeskError> {
    anywhere(number, store, &Change::of(Step::Return), Revocation::CessationOfOperation, by)
}

/// 再交付・更新: another card was handed over; this one ends, and its certificates in force are superseded.
///
/// # Errors
/// [`DeskError`].
pub fn replace(number: u64, new: &At<HandedOver>, store: &mut dyn Store, by: &By) -> Result<Case, DeskError> {
    if new.number() == number {
        return Err(DeskError::untouched(number, Reason::Rule(Rule::ReplacesItself)));
    }
    let change = Change { successor: Some(new.number()), ..Change::of(Step::Replace) };
    anywhere(number, store, &change, Revocation::Superseded, by)
}

/// How many cases are looked at in one piece.
const PIECE: u32 = 500;

/// Ends the cases of cards that nobody fetched before the deadline: their certificates are revoked as destroyed before
/// delivery. Gives the numbers; what was done stays done when it is interrupted, and calling again goes on.
///
/// # Errors
/// The first failure of the store. A case that somebody changed in the meantime is left out.
pub fn expire_uncollected(store: &mut dyn Store, by: &By) -> Result<Vec<u64>, StoreError> {
    let today = date_in_japan(by.at).ok_or(StoreError::Time)?;
    let change = Change::of(Step::ExpireUncollected);
    each(
        store,
        |store, after| store.overdue(today, after, PIECE),
        |case, store| take(case, store, &change, Revocation::Unspecified, by),
    )
}

/// Ends the validity of cards whose last day has passed. Their certificates have expired no later, so nothing is revoked.
///
/// # Errors
/// As [`expire_uncollected`].
pub fn expire_cards(store: &mut dyn Store, by: &By) -> Result<Vec<u64>, StoreError> {
    let today = date_in_japan(by.at).ok_or(StoreError::Time)?;
    let (Ok(first), Some(last)) = (Date::new(1, 1, 1), day_before(today)) else {
        return Err(StoreError::Time);
    };
    let change = Change::of(Step::Expire);
    each(
        store,
        |store, after| store.expiring(first, last, after, PIECE),
        |case, store| store.apply(case.number, case.version, &change, by),
    )
}

/// Does something with each case of a list that is read piece by piece.
fn each(
    store: &mut dyn Store,
    list: impl Fn(&mut dyn Store, u64) -> Result<Vec<Case>, StoreError>,
    work: impl Fn(&Case, &mut dyn Store) -> Result<Case, StoreError>,
) -> Result<Vec<u64>, StoreError> {
    let (mut after, mut done) = (0, Vec::new());
    loop {
        let cases = list(store, after)?;
        let Some(last) = cases.last() else { return Ok(done) };
        after = last.number;
        for case in &cases {
            match work(case, store) {
                Ok(case) => done.push(case.number),
                Err(StoreError::Changed { .. } | StoreError::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
}
