//! Between rows and values.

use mynumber_applet::{Date, Sex};
use mynumber_crypto::UnixTime;

use super::sql::{Row, Sql, Value, signed};
use super::{Case, Change, Document, Paper, StoreError};
use crate::application::{Application, ContactName, Form, FormId, Particulars, Photo, Registrant, Wishes};
use crate::audit::{Head, Record};
use crate::desk::pins::Asked;
use crate::lifecycle::State;
use crate::receipt::Serial;

/// Statements that give cases: the same columns, whatever the condition.
macro_rules! cases_where {
    ($condition:literal) => {
        concat!(
            "SELECT number, version, state, registered, deadline, wants_signature, wants_user_authentication, ",
            "wants_braille_name, card, expiry, successor, open_pins FROM cases WHERE ",
            $condition
        )
    };
}

fn read_case(mut row: Row) -> Result<Case, StoreError> {
    Ok(Case {
        number: row.unsigned("number")?,
        version: row.unsigned("version")?,
        state: row.word("state", State::from_name)?,
        registered: row.time("registered")?,
        deadline: row.optional_date("deadline")?,
        wishes: Wishes {
            signature: row.flag("wants_signature")?,
            user_authentication: row.flag("wants_user_authentication")?,
            braille_name: row.flag("wants_braille_name")?,
        },
        card: match row.optional_text("card")? {
            Some(text) => Some(Serial::parse(&text).ok_or(StoreError::Content { column: "card" })?),
            None => None,
        },
        expiry: row.optional_date("expiry")?,
        successor: row.optional_unsigned("successor")?,
        open_pins: open_pins(row.optional_text("open_pins")?)?,
    })
}

/// Names with spaces between.
fn open_pins(text: Option<String>) -> Result<Vec<Asked>, StoreError> {
    let text = text.unwrap_or_default();
    let pins: Option<Vec<Asked>> = text.split_whitespace().map(Asked::from_name).collect();
    pins.ok_or(StoreError::Content { column: "open_pins" })
}

fn list(sql: &mut dyn Sql, statement: &'static str, parameters: &[Value]) -> Result<Vec<Case>, StoreError> {
    sql.query(statement, parameters)?.into_iter().map(read_case).collect()
}

pub(super) fn case(sql: &mut dyn Sql, number: u64) -> Result<Case, StoreError> {
    let row = sql.first(cases_where!("number = ?1"), &[signed(number, "number")?.into()])?;
    row.map(read_case).unwrap_or(Err(StoreError::NoSuchCase { number }))
}

/// The case of a form that has not ended.
pub(super) fn living(sql: &mut dyn Sql, form_id: &str) -> Result<Option<Case>, StoreError> {
    let cases = list(sql, cases_where!("form_id = ?1 ORDER BY number"), &[form_id.into()])?;
    Ok(cases.into_iter().find(|case| !case.state.is_final()))
}

pub(super) fn of_card(sql: &mut dyn Sql, card: &Serial) -> Result<Option<Case>, StoreError> {
    sql.first(cases_where!("card = ?1"), &[card.as_str().into()])?.map(read_case).transpose()
}

pub(super) fn in_state(
    sql: &mut dyn Sql,
    state: State,
    after: u64,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    list(
        sql,
        cases_where!("state = ?1 AND number > ?2 ORDER BY number LIMIT ?3"),
        &[state.name().into(), signed(after, "number")?.into(), limit.into()],
    )
}

pub(super) fn overdue(
    sql: &mut dyn Sql,
    before: Date,
    after: u64,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    list(
        sql,
        cases_where!("state = 'noticed' AND deadline < ?1 AND number > ?2 ORDER BY number LIMIT ?3"),
        &[before.into(), signed(after, "number")?.into(), limit.into()],
    )
}

pub(super) fn expiring(
    sql: &mut dyn Sql,
    (first, last): (Date, Date),
    after: u64,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    list(
        sql,
        cases_where!(
            "state IN ('handed-over', 'suspended', 'lost', 'resetting', 'changing', 'lifting', 'renewing', \
             'switching') AND expiry >= ?1 AND expiry <= ?2 AND number > ?3 ORDER BY number LIMIT ?4"
        ),
        &[first.into(), last.into(), signed(after, "number")?.into(), limit.into()],
    )
}

pub(super) fn counts(sql: &mut dyn Sql) -> Result<Vec<(State, u64)>, StoreError> {
    let rows = sql.query("SELECT state, count(*) FROM cases GROUP BY state", &[])?;
    let counts = rows
        .into_iter()
        .map(|mut row| Ok::<_, StoreError>((row.word("state", State::from_name)?, row.unsigned("count")?)));
    let mut counts = counts.collect::<Result<Vec<_>, _>>()?;
    counts.sort_unstable();
    Ok(counts)
}

pub(super) fn deadlines(sql: &mut dyn Sql, first: Date, last: Date) -> Result<Vec<(Date, u64)>, StoreError> {
    per_day(
        sql,
        "SELECT deadline, count(*) FROM cases
         WHERE state = 'noticed' AND deadline >= ?1 AND deadline <= ?2 GROUP BY deadline ORDER BY deadline",
        (first, last),
    )
}

pub(super) fn notices(sql: &mut dyn Sql, first: Date, last: Date) -> Result<Vec<(Date, u64)>, StoreError> {
    per_day(
        sql,
        "SELECT noticed, count(*) FROM cases
         WHERE noticed >= ?1 AND noticed <= ?2 GROUP BY noticed ORDER BY noticed",
        (first, last),
    )
}

fn per_day(
    sql: &mut dyn Sql,
    statement: &'static str,
    (first, last): (Date, Date),
) -> Result<Vec<(Date, u64)>, StoreError> {
    let rows = sql.query(statement, &[first.into(), last.into()])?;
    rows.into_iter().map(|mut row| Ok((row.date("day")?, row.unsigned("count")?))).collect()
}

pub(super) fn last_number(sql: &mut dyn Sql) -> Result<u64, StoreError> {
    let row = sql.first("SELECT coalesce(max(number), 0) FROM cases", &[])?;
    row.map_or(Ok(0), |mut row| row.unsigned("number"))
}

pub(super) fn resident(sql: &mut dyn Sql, number: u64) -> Result<Particulars, StoreError> {
    let row = sql.first(
        "SELECT name, address, birth_date, sex, end_of_stay FROM cases WHERE number = ?1",
        &[signed(number, "number")?.into()],
    )?;
    let mut row = row.ok_or(StoreError::NoSuchCase { number })?;
    Ok(Particulars {
        name: row.text("name")?,
        address: row.text("address")?,
        birth_date: row.date("birth_date")?,
        sex: row.word("sex", sex)?,
        end_of_stay: row.optional_date("end_of_stay")?,
    })
}

pub(super) fn representative(sql: &mut dyn Sql, number: u64) -> Result<Option<ContactName>, StoreError> {
    let row =
        sql.first("SELECT representative FROM cases WHERE number = ?1", &[signed(number, "number")?.into()])?;
    let name = row.ok_or(StoreError::NoSuchCase { number })?.optional_text("representative")?;
    let parse = |name: String| ContactName::parse(&name);
    name.map(parse).transpose().map_err(|_| StoreError::Content { column: "representative" })
}

fn sex(text: &str) -> Option<Sex> {
    match text.as_bytes() {
        [code] => Sex::from_code(*code),
        _ => None,
    }
}

fn code(sex: Sex) -> Value {
    Value::Text(char::from(sex.code()).to_string())
}

pub(super) fn insert(sql: &mut dyn Sql, application: &Application) -> Result<(), StoreError> {
    let Application { resident, wishes, contact, .. } = application;
    let my_number = match &application.form {
        Form::HandWritten { my_number } => Some(my_number.as_str()),
        Form::Printed { .. } => None,
    };
    let representative = match &application.registrant {
        Registrant::Representative { name } => Some(name.as_str()),
        Registrant::Applicant => None,
    };
    let (sha256, taken) = match &application.photo {
        Photo::Digital(photo) => (Some(photo.sha256().as_slice()), photo.taken()),
        Photo::Paper(photo) => (None, photo.taken()),
    };
    sql.execute(
        "INSERT INTO cases (number, state, registered, channel, form, form_id, my_number, name, address,
             birth_date, sex, end_of_stay, contact_name, contact_email, representative, under_guardianship,
             photo_sha256, photo_taken, wants_signature, wants_user_authentication, wants_braille_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        &[
            signed(application.number, "number")?.into(),
            State::Registered.name().into(),
            application.registered.seconds().into(),
            application.channel.name().into(),
            application.form.name().into(),
            application.form.id().map(FormId::as_str).into(),
            my_number.into(),
            resident.name.as_str().into(),
            resident.address.as_str().into(),
            resident.birth_date.into(),
            code(resident.sex),
            resident.end_of_stay.into(),
            contact.as_ref().map(|contact| contact.name.as_str()).into(),
            contact.as_ref().map(|contact| contact.email.as_str()).into(),
            representative.into(),
            application.under_guardianship.into(),
            sha256.into(),
            taken.into(),
            wishes.signature.into(),
            wishes.user_authentication.into(),
            wishes.braille_name.into(),
        ],
    )
}

/// Whether the application was hand-written and went to the issuer under no id yet.
pub(super) fn is_without_form(sql: &mut dyn Sql, number: u64) -> Result<bool, StoreError> {
    let number = signed(number, "number")?.into();
    Ok(!list(sql, cases_where!("number = ?1 AND form_id IS NULL"), &[number])?.is_empty())
}

pub(super) fn give_form(sql: &mut dyn Sql, number: u64, form: &FormId) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE cases SET form_id = ?2, version = version + 1 WHERE number = ?1",
        &[signed(number, "number")?.into(), form.as_str().into()],
    )
}

pub(super) fn give_card(sql: &mut dyn Sql, number: u64, card: &Serial) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE cases SET card = ?2 WHERE number = ?1",
        &[signed(number, "number")?.into(), card.as_str().into()],
    )
}

/// The row of a case after a step; what the change does not say stays.
pub(super) fn update(
    sql: &mut dyn Sql,
    number: u64,
    to: State,
    change: &Change<'_>,
    today: Date,
) -> Result<(), StoreError> {
    let number: Value = signed(number, "number")?.into();
    let successor = change.successor.map(|successor| signed(successor, "successor")).transpose()?;
    let noticed = change.deadline.map(|_| today);
    let open = change.open_pins.filter(|_| to.is_unfinished()).map(|pins| {
        let names: Vec<&str> = pins.iter().map(|asked| asked.name()).collect();
        names.join(" ")
    });
    // What is finished has no open PIN.
    let open = open.or_else(|| (!to.is_unfinished()).then(String::new));
    sql.execute(
        "UPDATE cases SET state = ?2, version = version + 1, deadline = coalesce(?3, deadline),
             expiry = coalesce(?4, expiry), successor = coalesce(?5, successor), noticed = coalesce(?6, noticed),
             open_pins = coalesce(?7, open_pins)
         WHERE number = ?1",
        &[
            number.clone(),
            to.name().into(),
            change.deadline.into(),
            change.expiry.into(),
            successor.into(),
            noticed.into(),
            open.as_deref().into(),
        ],
    )?;
    let Some(resident) = change.resident else { return Ok(()) };
    sql.execute(
        "UPDATE cases SET name = ?2, address = ?3, birth_date = ?4, sex = ?5, end_of_stay = ?6 WHERE number = ?1",
        &[
            number,
            resident.name.as_str().into(),
            resident.address.as_str().into(),
            resident.birth_date.into(),
            code(resident.sex),
            resident.end_of_stay.into(),
        ],
    )
}

pub(super) fn insert_papers(
    sql: &mut dyn Sql,
    case: u64,
    papers: &[Paper],
    at: UnixTime,
) -> Result<(), StoreError> {
    for paper in papers {
        let number = match sql.first("SELECT coalesce(max(number), 0) FROM papers", &[])? {
            Some(mut row) => row.unsigned("number")? + 1,
            None => 1,
        };
        sql.execute(
            "INSERT INTO papers (number, case_number, document, collected, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[
                signed(number, "number")?.into(),
                signed(case, "case_number")?.into(),
                paper.document.name().into(),
                paper.collected.into(),
                at.seconds().into(),
            ],
        )?;
    }
    Ok(())
}

pub(super) fn papers(sql: &mut dyn Sql, number: u64) -> Result<Vec<Paper>, StoreError> {
    let rows = sql.query(
        "SELECT document, collected FROM papers WHERE case_number = ?1 ORDER BY number",
        &[signed(number, "number")?.into()],
    )?;
    let papers = rows.into_iter().map(|mut row| {
        Ok(Paper { document: row.word("document", Document::from_name)?, collected: row.flag("collected")? })
    });
    papers.collect()
}

fn hash(row: &mut Row) -> Result<[u8; 32], StoreError> {
    row.bytes("hash")?.try_into().map_err(|_| StoreError::Content { column: "hash" })
}

/// The end of the audit log.
pub(super) fn head(sql: &mut dyn Sql) -> Result<Option<Head>, StoreError> {
    let row = sql.first("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", &[])?;
    row.map(|mut row| Ok(Head { number: row.unsigned("number")?, hash: hash(&mut row)? })).transpose()
}

pub(super) fn insert_record(sql: &mut dyn Sql, record: &Record) -> Result<(), StoreError> {
    let case = record.case.map(|number| signed(number, "case_number")).transpose()?;
    sql.execute(
        "INSERT INTO audit (number, at, clerk, actor, event, detail, case_number, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            signed(record.number, "number")?.into(),
            record.at.seconds().into(),
            record.clerk.as_str().into(),
            record.actor.as_str().into(),
            record.event.as_str().into(),
            record.detail.as_str().into(),
            case.into(),
            record.hash.as_slice().into(),
        ],
    )
}

pub(super) fn audit(sql: &mut dyn Sql, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
    let rows = sql.query(
        "SELECT number, at, clerk, actor, event, detail, case_number, hash
         FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2",
        &[signed(after, "number")?.into(), limit.into()],
    )?;
    let records = rows.into_iter().map(|mut row| {
        Ok(Record {
            number: row.unsigned("number")?,
            at: row.time("at")?,
            clerk: row.text("clerk")?,
            actor: row.text("actor")?,
            event: row.text("event")?,
            detail: row.text("detail")?,
            case: row.optional_unsigned("case_number")?,
            hash: hash(&mut row)?,
        })
    });
    records.collect()
}
