//! What clerks answered about the photos of cases.

use super::sql::{Row, Sql, Value, signed};
use super::{By, Change, PhotoAnswer, StoreError};
use crate::lifecycle::Step;
use crate::photo::{Answer, Exception, Question, judge};

/// Enters the answers that a change carries: all of them, about the photo of the case.
pub(super) fn enter(sql: &mut dyn Sql, case: u64, change: &Change<'_>, by: &By) -> Result<(), StoreError> {
    if change.step != Step::JudgePhoto {
        return Ok(());
    }
    let photo = change.photo.ok_or(StoreError::Checklist { number: case })?;
    if judge(photo.answers).is_err_and(|error| !error.open.is_empty()) {
        return Err(StoreError::Checklist { number: case });
    }
    if sha256(sql, case)?.as_deref() != photo.sha256.map(<[u8; 32]>::as_slice) {
        return Err(StoreError::OtherPhoto { number: case });
    }
    for (question, answer) in photo.answers {
        insert(sql, case, (*question, *answer), by)?;
    }
    Ok(())
}

/// SHA-256 of the photo of a case; none of one on paper.
fn sha256(sql: &mut dyn Sql, case: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let number = [signed(case, "number")?.into()];
    match sql
        .first("SELECT photo_sha256 FROM cases WHERE number = ?1 AND photo_sha256 IS NOT NULL", &number)?
    {
        Some(mut row) => row.bytes("photo_sha256").map(Some),
        None => Ok(None),
    }
}

fn insert(
    sql: &mut dyn Sql,
    case: u64,
    (question, answer): (Question, Answer),
    by: &By,
) -> Result<(), StoreError> {
    let number = match sql.first("SELECT coalesce(max(number), 0) FROM photo_answers", &[])? {
        Some(mut row) => row.unsigned("number")? + 1,
        None => 1,
    };
    let ground: Value = answer.ground().map(Exception::name).into();
    sql.execute(
        "INSERT INTO photo_answers (number, case_number, at, clerk, question, answer, ground)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        &[
            signed(number, "number")?.into(),
            signed(case, "case_number")?.into(),
            by.at.seconds().into(),
            by.clerk.as_str().into(),
            question.name().into(),
            answer.name().into(),
            ground,
        ],
    )
}

pub(super) fn answers(sql: &mut dyn Sql, case: u64) -> Result<Vec<PhotoAnswer>, StoreError> {
    let rows = sql.query(
        "SELECT at, clerk, question, answer, ground FROM photo_answers WHERE case_number = ?1 ORDER BY number",
        &[signed(case, "case_number")?.into()],
    )?;
    rows.into_iter().map(read).collect()
}

fn read(mut row: Row) -> Result<PhotoAnswer, StoreError> {
    Ok(PhotoAnswer {
        at: row.time("at")?,
        clerk: row.text("clerk")?,
        question: row.word("question", Question::from_name)?,
        answer: {
            let (name, ground) = (row.text("answer")?, row.optional_text("ground")?);
            let answer = Answer::from_names(&name, ground.as_deref());
            answer.ok_or(StoreError::Content { column: "answer" })?
        },
    })
}

/// Refuses a case whose photo was found not fit when it was judged last.
pub(super) fn refuse_unfit(sql: &mut dyn Sql, case: u64) -> Result<(), StoreError> {
    match PhotoAnswer::verdict(&answers(sql, case)?) {
        Some(Err(_)) => Err(StoreError::PhotoNotFit { number: case }),
        Some(Ok(_)) | None => Ok(()),
    }
}
