//! The certificates of cases.

use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::Reason;

use super::sql::{Row, Sql, Value, signed};
use super::{CertificateEvent, CertificateState, IssuedCertificate, StoreError, WhyNotCertificate};

const IN_FORCE: &str = "in-force";
const DESTROYED: &str = "destroyed";
const REVOKED: &str = "revoked";

const fn name(purpose: Purpose) -> Option<&'static str> {
    match purpose {
        Purpose::Signature => Some("signature"),
        Purpose::UserAuthentication => Some("user-authentication"),
        // Another purpose is another kind of certificate, which no case has.
        _ => None,
    }
}

fn named(purpose: Purpose) -> Result<&'static str, StoreError> {
    name(purpose).ok_or(StoreError::Content { column: "purpose" })
}

fn purpose(text: &str) -> Option<Purpose> {
    [Purpose::Signature, Purpose::UserAuthentication].into_iter().find(|purpose| name(*purpose) == Some(text))
}

fn read(mut row: Row) -> Result<IssuedCertificate, StoreError> {
    Ok(IssuedCertificate {
        number: row.unsigned("number")?,
        case: row.unsigned("case_number")?,
        purpose: row.word("purpose", purpose)?,
        serial: row.bytes("serial")?,
        not_after: row.time("not_after")?,
        state: state(&mut row)?,
    })
}

fn state(row: &mut Row) -> Result<CertificateState, StoreError> {
    let state = row.text("state")?;
    let reason = row.optional_integer("reason")?;
    let at = row.optional_integer("at")?.map(UnixTime::from_seconds);
    let reason = reason.map(|code| u8::try_from(code).ok().and_then(Reason::from_code));
    match (state.as_str(), reason, at) {
        (IN_FORCE, None, None) => Ok(CertificateState::InForce),
        (DESTROYED, None, None) => Ok(CertificateState::Destroyed),
        (REVOKED, Some(Some(reason)), Some(at)) => Ok(CertificateState::Revoked { reason, at }),
        _ => Err(StoreError::Content { column: "state" }),
    }
}

pub(super) fn of_case(sql: &mut dyn Sql, number: u64) -> Result<Vec<IssuedCertificate>, StoreError> {
    let rows = sql.query(
        "SELECT number, case_number, purpose, serial, not_after, state, reason, at
         FROM certificates WHERE case_number = ?1 ORDER BY number",
        &[signed(number, "number")?.into()],
    )?;
    rows.into_iter().map(read).collect()
}

pub(super) fn revoked(
    sql: &mut dyn Sql,
    purpose: Purpose,
    after: u64,
    limit: u32,
) -> Result<Vec<IssuedCertificate>, StoreError> {
    let rows = sql.query(
        "SELECT number, case_number, purpose, serial, not_after, state, reason, at
         FROM certificates WHERE purpose = ?1 AND state = 'revoked' AND number > ?2 ORDER BY number LIMIT ?3",
        &[named(purpose)?.into(), signed(after, "number")?.into(), limit.into()],
    )?;
    rows.into_iter().map(read).collect()
}

pub(super) fn ending(
    sql: &mut dyn Sql,
    (first, last): (UnixTime, UnixTime),
    after: u64,
    limit: u32,
) -> Result<Vec<IssuedCertificate>, StoreError> {
    let rows = sql.query(
        "SELECT number, case_number, purpose, serial, not_after, state, reason, at FROM certificates
         WHERE state = 'in-force' AND not_after >= ?1 AND not_after <= ?2 AND number > ?3 ORDER BY number LIMIT ?4",
        &[
            first.seconds().into(),
            last.seconds().into(),
            signed(after, "number")?.into(),
            limit.into(),
        ],
    )?;
    rows.into_iter().map(read).collect()
}

fn latest(sql: &mut dyn Sql, case: u64, purpose: Purpose) -> Result<Option<IssuedCertificate>, StoreError> {
    let row = sql.first(
        "SELECT number, case_number, purpose, serial, not_after, state, reason, at
         FROM certificates WHERE case_number = ?1 AND purpose = ?2 ORDER BY number DESC LIMIT 1",
        &[signed(case, "number")?.into(), named(purpose)?.into()],
    )?;
    row.map(read).transpose()
}

/// Enters what became of certificates, one after the other.
pub(super) fn enter(sql: &mut dyn Sql, case: u64, events: &[CertificateEvent<'_>]) -> Result<(), StoreError> {
    for event in events {
        let purpose = event.purpose();
        let latest = latest(sql, case, purpose)?;
        let refuse = |why| StoreError::Certificate { number: case, purpose, why };
        match *event {
            CertificateEvent::Issued { serial, not_after, .. } => {
                may_issue(latest.as_ref()).map_err(refuse)?;
                issue(sql, case, purpose, serial, not_after)?;
            }
            CertificateEvent::Destroyed { .. } => {
                let certificate = latest.ok_or(refuse(WhyNotCertificate::None))?;
                may_destroy(certificate.state).map_err(refuse)?;
                set(sql, certificate.number, CertificateState::Destroyed)?;
            }
            CertificateEvent::Revoked { reason, at, .. } => {
                let certificate = latest.ok_or(refuse(WhyNotCertificate::None))?;
                let at = may_revoke(certificate.state, reason, at).map_err(refuse)?;
                set(sql, certificate.number, CertificateState::Revoked { reason, at })?;
            }
        }
    }
    Ok(())
}

fn may_issue(latest: Option<&IssuedCertificate>) -> Result<(), WhyNotCertificate> {
    match latest.map(|certificate| certificate.state) {
        None | Some(CertificateState::Destroyed) => Ok(()),
        Some(CertificateState::Revoked { reason, .. }) if reason != Reason::CertificateHold => Ok(()),
        Some(CertificateState::InForce | CertificateState::Revoked { .. }) => Err(WhyNotCertificate::InForce),
    }
}

const fn may_destroy(state: CertificateState) -> Result<(), WhyNotCertificate> {
    match state {
        CertificateState::InForce => Ok(()),
        CertificateState::Destroyed => Err(WhyNotCertificate::Destroyed),
        // What stands on a CRL stays there, with its key or without.
        CertificateState::Revoked { .. } => Err(WhyNotCertificate::Revoked),
    }
}

/// Since when it counts as revoked.
fn may_revoke(state: CertificateState, reason: Reason, at: UnixTime) -> Result<UnixTime, WhyNotCertificate> {
    match state {
        CertificateState::InForce | CertificateState::Destroyed => Ok(at),
        // Nothing signed during the hold becomes good afterwards.
        CertificateState::Revoked { reason: Reason::CertificateHold, at: held }
            if reason != Reason::CertificateHold =>
        {
            Ok(UnixTime::from_seconds(at.seconds().min(held.seconds())))
        }
        CertificateState::Revoked { .. } => Err(WhyNotCertificate::Revoked),
    }
}

fn issue(
    sql: &mut dyn Sql,
    case: u64,
    purpose: Purpose,
    serial: &[u8],
    not_after: UnixTime,
) -> Result<(), StoreError> {
    let refuse = |why| Err(StoreError::Certificate { number: case, purpose, why });
    if !(1..=20).contains(&serial.len()) || serial.first() == Some(&0) {
        return refuse(WhyNotCertificate::Serial);
    }
    let same = sql.first(
        "SELECT number FROM certificates WHERE purpose = ?1 AND serial = ?2",
        &[named(purpose)?.into(), serial.into()],
    )?;
    if same.is_some() {
        return refuse(WhyNotCertificate::SerialInUse);
    }
    let number = match sql.first("SELECT coalesce(max(number), 0) FROM certificates", &[])? {
        Some(mut row) => row.unsigned("number")? + 1,
        None => 1,
    };
    sql.execute(
        "INSERT INTO certificates (number, case_number, purpose, serial, not_after, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            signed(number, "number")?.into(),
            signed(case, "number")?.into(),
            named(purpose)?.into(),
            serial.into(),
            not_after.seconds().into(),
            IN_FORCE.into(),
        ],
    )
}

fn set(sql: &mut dyn Sql, number: u64, state: CertificateState) -> Result<(), StoreError> {
    let (state, reason, at): (_, Value, Value) = match state {
        CertificateState::InForce => (IN_FORCE, Value::Null, Value::Null),
        CertificateState::Destroyed => (DESTROYED, Value::Null, Value::Null),
        CertificateState::Revoked { reason, at } => {
            (REVOKED, i64::from(reason.code()).into(), at.seconds().into())
        }
    };
    sql.execute(
        "UPDATE certificates SET state = ?2, reason = ?3, at = ?4 WHERE number = ?1",
        &[signed(number, "number")?.into(), state.into(), reason, at],
    )
}
