//! Between rows and values.

use mynumber_applet::{Date, Sex};
use mynumber_crypto::UnixTime;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{Case, StoreError};
use crate::application::{Application, Form, FormId, Particulars, Photo, Registrant, Wishes, parse_date};
use crate::audit::Record;
use crate::lifecycle::State;

const CASE: &str = "number, version, state, registered, deadline, wants_signature, wants_user_authentication, \
                    wants_braille_name";

pub(super) fn signed(value: u64, column: &'static str) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Content { column })
}

pub(super) fn unsigned(value: i64, column: &'static str) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Content { column })
}

/// A date as the store writes it; nothing else is understood.
fn date(text: &str, column: &'static str) -> Result<Date, StoreError> {
    parse_date(text).ok().filter(|date| date.to_string() == text).ok_or(StoreError::Content { column })
}

fn read_case(row: &Row<'_>) -> Result<Case, StoreError> {
    let state: String = row.get(2)?;
    let deadline: Option<String> = row.get(4)?;
    Ok(Case {
        number: unsigned(row.get(0)?, "number")?,
        version: unsigned(row.get(1)?, "version")?,
        state: State::from_name(&state).ok_or(StoreError::Content { column: "state" })?,
        registered: UnixTime::from_seconds(row.get(3)?),
        deadline: deadline.map(|text| date(&text, "deadline")).transpose()?,
        wishes: Wishes {
            signature: row.get(5)?,
            user_authentication: row.get(6)?,
            braille_name: row.get(7)?,
        },
    })
}

pub(super) fn case(connection: &Connection, number: u64) -> Result<Case, StoreError> {
    let found = connection
        .query_row(
            &format!("SELECT {CASE} FROM cases WHERE number = ?1"),
            [signed(number, "number")?],
            |row| Ok(read_case(row)),
        )
        .optional()?;
    found.unwrap_or(Err(StoreError::NoSuchCase { number }))
}

/// The case of a form that has not ended.
pub(super) fn living(connection: &Connection, form_id: &str) -> Result<Option<Case>, StoreError> {
    let mut statement = connection.prepare(&format!("SELECT {CASE} FROM cases WHERE form_id = ?1"))?;
    let mut rows = statement.query([form_id])?;
    while let Some(row) = rows.next()? {
        let case = read_case(row)?;
        if !case.state.is_final() {
            return Ok(Some(case));
        }
    }
    Ok(None)
}

pub(super) fn cases(
    connection: &Connection,
    state: State,
    after: u64,
    limit: u32,
) -> Result<Vec<Case>, StoreError> {
    let mut statement = connection.prepare(&format!(
        "SELECT {CASE} FROM cases WHERE state = ?1 AND number > ?2 ORDER BY number LIMIT ?3"
    ))?;
    let mut rows = statement.query(params![state.name(), signed(after, "number")?, limit])?;
    let mut cases = Vec::new();
    while let Some(row) = rows.next()? {
        cases.push(read_case(row)?);
    }
    Ok(cases)
}

pub(super) fn resident(connection: &Connection, number: u64) -> Result<Particulars, StoreError> {
    let found = connection
        .query_row(
            "SELECT name, address, birth_date, sex, end_of_stay FROM cases WHERE number = ?1",
            [signed(number, "number")?],
            |row| Ok(read_resident(row)),
        )
        .optional()?;
    found.unwrap_or(Err(StoreError::NoSuchCase { number }))
}

fn read_resident(row: &Row<'_>) -> Result<Particulars, StoreError> {
    let (birth_date, sex): (String, String) = (row.get(2)?, row.get(3)?);
    let end_of_stay: Option<String> = row.get(4)?;
    let sex = match sex.as_bytes() {
        [code] => Sex::from_code(*code),
        _ => None,
    };
    Ok(Particulars {
        name: row.get(0)?,
        address: row.get(1)?,
        birth_date: date(&birth_date, "birth_date")?,
        sex: sex.ok_or(StoreError::Content { column: "sex" })?,
        end_of_stay: end_of_stay.map(|text| date(&text, "end_of_stay")).transpose()?,
    })
}

pub(super) fn insert(connection: &Connection, application: &Application) -> Result<(), StoreError> {
    let Application { resident, wishes, .. } = application;
    let my_number = match &application.form {
        Form::HandWritten { my_number } => Some(my_number.as_str()),
        Form::Printed { .. } => None,
    };
    let representative = match &application.registrant {
        Registrant::Representative { name } => Some(name.as_str()),
        Registrant::Applicant => None,
    };
    let (sha256, taken) = match &application.photo {
        Photo::Digital(photo) => (Some(photo.sha256()), photo.taken()),
        Photo::Paper(photo) => (None, photo.taken()),
    };
    connection.execute(
        "INSERT INTO cases (number, state, registered, channel, form, form_id, my_number, name, address,
             birth_date, sex, end_of_stay, contact_name, contact_email, representative, under_guardianship,
             photo_sha256, photo_taken, wants_signature, wants_user_authentication, wants_braille_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        params![
            signed(application.number, "number")?,
            State::Registered.name(),
            application.registered.seconds(),
            application.channel.name(),
            application.form.name(),
            application.form.id().map(FormId::as_str),
            my_number,
            resident.name,
            resident.address,
            resident.birth_date.to_string(),
            char::from(resident.sex.code()).to_string(),
            resident.end_of_stay.map(|date| date.to_string()),
            application.contact.as_ref().map(|contact| contact.name.as_str()),
            application.contact.as_ref().map(|contact| contact.email.as_str()),
            representative,
            application.under_guardianship,
            sha256,
            taken.to_string(),
            wishes.signature,
            wishes.user_authentication,
            wishes.braille_name,
        ],
    )?;
    Ok(())
}

pub(super) fn insert_record(connection: &Connection, record: &Record) -> Result<(), StoreError> {
    let case = record.case.map(|number| signed(number, "case_number")).transpose()?;
    connection.execute(
        "INSERT INTO audit (number, at, clerk, actor, event, detail, case_number, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            signed(record.number, "number")?,
            record.at.seconds(),
            record.clerk,
            record.actor,
            record.event,
            record.detail,
            case,
            record.hash,
        ],
    )?;
    Ok(())
}

pub(super) fn audit(connection: &Connection, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT number, at, clerk, actor, event, detail, case_number, hash
         FROM audit WHERE number > ?1 ORDER BY number LIMIT ?2",
    )?;
    let mut rows = statement.query(params![signed(after, "number")?, limit])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let case: Option<i64> = row.get(6)?;
        records.push(Record {
            number: unsigned(row.get(0)?, "number")?,
            at: UnixTime::from_seconds(row.get(1)?),
            clerk: row.get(2)?,
            actor: row.get(3)?,
            event: row.get(4)?,
            detail: row.get(5)?,
            case: case.map(|number| unsigned(number, "case_number")).transpose()?,
            hash: row.get(7)?,
        });
    }
    Ok(records)
}
