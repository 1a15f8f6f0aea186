//! 写真の確認: what the clerk answers about a photo, and what follows.

use super::error::{DeskError, Reason};
use super::rule::Rule;
use crate::lifecycle::Step;
use crate::photo::judge as fitness;
use crate::store::{By, Case, Change, PhotoAnswer, PhotoAnswers, Store};

/// Keeps the clerk's answers with the case: who gave them, when, and the grounds of exceptions. The audit log says whether
/// the photo was found fit, and nothing of the grounds, which may be somebody's religion or health.
///
/// A photo that is not fit may be judged again; no card is received for it ([`StoreError::PhotoNotFit`](crate::store::StoreError::PhotoNotFit)).
///
/// # Errors
/// [`DeskError`]: a question is open, the photo is another, or the card came already.
pub fn judge(
    number: u64,
    photo: &PhotoAnswers<'_>,
    store: &mut dyn Store,
    by: &By,
) -> Result<Case, DeskError> {
    let detail = match fitness(photo.answers) {
        Ok(judgement) if judgement.exceptions().is_empty() => "fit",
        Ok(_) => "fit, with a recorded exception",
        Err(_) => "not fit",
    };
    let change = Change { photo: Some(*photo), detail, ..Change::of(Step::JudgePhoto) };
    take(number, &change, store, by)
}

/// 差し戻し: a photo that was found not fit ends the case; a new photo and a new application are needed.
///
/// # Errors
/// [`Rule::PhotoFit`], [`DeskError`].
pub fn send_back(number: u64, store: &mut dyn Store, by: &By) -> Result<Case, DeskError> {
    let answers = store.photo_answers(number).map_err(|error| DeskError::of_store(number, error))?;
    if PhotoAnswer::verdict(&answers).is_none_or(|verdict| verdict.is_ok()) {
        return Err(DeskError::untouched(number, Reason::Rule(Rule::PhotoFit)));
    }
    let change = Change { detail: "the photo is not fit", ..Change::of(Step::SendBack) };
    take(number, &change, store, by)
}

fn take(number: u64, change: &Change<'_>, store: &mut dyn Store, by: &By) -> Result<Case, DeskError> {
    let of_store = |error| DeskError::of_store(number, error);
    let case = store.case(number).map_err(of_store)?;
    store.apply(number, case.version, change, by).map_err(of_store)
}
