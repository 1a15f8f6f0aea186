//! What a store does, over any database.

use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;

use super::sql::{Database, Sql, signed};
use super::{
    By, Case, Change, IssuedCertificate, Paper, PhotoAnswer, Registration, Store, StoreError, certificates,
    photos, rows,
};
use crate::application::{Confirmed, ContactName, FormId, Particulars, Receipt};
use crate::audit::{Head, Record};
use crate::lifecycle::{Refusal, State, Step, Why, next};
use crate::receipt::{Released, Serial};
use crate::validity::date_in_japan;

impl<D: Database> Store for D {
    fn register(&mut self, application: Confirmed, by: &By) -> Result<Receipt, StoreError> {
        self.write(|sql| match register(sql, application, by)? {
            Registration::Registered(receipt) => Ok(receipt),
            Registration::FormInUse { number } => Err(StoreError::FormInUse { number }),
        })
    }

    fn register_all(
        &mut self,
        applications: Vec<Confirmed>,
        by: &By,
    ) -> Result<Vec<Registration>, StoreError> {
        self.write(|sql| applications.into_iter().map(|one| register(sql, one, by)).collect())
    }

    fn enter_form(&mut self, number: u64, version: u64, form: &FormId, by: &By) -> Result<Case, StoreError> {
        self.write(|sql| {
            let case = rows::case(sql, number)?;
            if case.version != version {
                return Err(StoreError::Changed { number, version: case.version });
            }
            if case.state != State::Registered || !rows::is_without_form(sql, number)? {
                return Err(StoreError::FormKnown { number });
            }
            if let Some(living) = rows::living(sql, form.as_str())? {
                return Err(StoreError::FormInUse { number: living.number });
            }
            rows::give_form(sql, number, form)?;
            append(sql, by, "enter-form", "", number)?;
            rows::case(sql, number)
        })
    }

    fn case(&mut self, number: u64) -> Result<Case, StoreError> {
        self.read(|sql| rows::case(sql, number))
    }

    fn case_of_form(&mut self, form_id: &str) -> Result<Case, StoreError> {
        self.read(|sql| rows::living(sql, form_id))?.ok_or(StoreError::NoSuchCase { number: 0 })
    }

    fn case_of_card(&mut self, card: &Serial) -> Result<Case, StoreError> {
        self.read(|sql| rows::of_card(sql, card))?.ok_or(StoreError::NoSuchCase { number: 0 })
    }

    fn resident(&mut self, number: u64) -> Result<Particulars, StoreError> {
        self.read(|sql| rows::resident(sql, number))
    }

    fn certificates(&mut self, number: u64) -> Result<Vec<IssuedCertificate>, StoreError> {
        self.read(|sql| certificates::of_case(sql, number))
    }

    fn representative(&mut self, number: u64) -> Result<Option<ContactName>, StoreError> {
        self.read(|sql| rows::representative(sql, number))
    }

    fn papers(&mut self, number: u64) -> Result<Vec<Paper>, StoreError> {
        self.read(|sql| rows::papers(sql, number))
    }

    fn photo_answers(&mut self, number: u64) -> Result<Vec<PhotoAnswer>, StoreError> {
        self.read(|sql| photos::answers(sql, number))
    }

    fn revoked(
        &mut self,
        purpose: Purpose,
        after: u64,
        limit: u32,
    ) -> Result<Vec<IssuedCertificate>, StoreError> {
        self.read(|sql| certificates::revoked(sql, purpose, after, limit))
    }

    fn cases(&mut self, state: State, after: u64, limit: u32) -> Result<Vec<Case>, StoreError> {
        self.read(|sql| rows::in_state(sql, state, after, limit))
    }

    fn counts(&mut self) -> Result<Vec<(State, u64)>, StoreError> {
        self.read(rows::counts)
    }

    fn overdue(&mut self, before: Date, after: u64, limit: u32) -> Result<Vec<Case>, StoreError> {
        self.read(|sql| rows::overdue(sql, before, after, limit))
    }

    fn expiring(&mut self, first: Date, last: Date, after: u64, limit: u32) -> Result<Vec<Case>, StoreError> {
        self.read(|sql| rows::expiring(sql, (first, last), after, limit))
    }

    fn ending(
        &mut self,
        first: UnixTime,
        last: UnixTime,
        after: u64,
        limit: u32,
    ) -> Result<Vec<IssuedCertificate>, StoreError> {
        self.read(|sql| certificates::ending(sql, (first, last), after, limit))
    }

    fn deadlines(&mut self, first: Date, last: Date) -> Result<Vec<(Date, u64)>, StoreError> {
        self.read(|sql| rows::deadlines(sql, first, last))
    }

    fn notices(&mut self, first: Date, last: Date) -> Result<Vec<(Date, u64)>, StoreError> {
        self.read(|sql| rows::notices(sql, first, last))
    }

    fn receive(&mut self, released: &Released, by: &By) -> Result<(), StoreError> {
        self.write(|sql| {
            for (index, (form, card)) in released.cards().iter().enumerate() {
                let case = rows::living(sql, form.as_str())?;
                let case = case.ok_or(StoreError::NoSuchForm { row: index + 1 })?;
                if let Some(other) = rows::of_card(sql, card)? {
                    return Err(StoreError::CardInUse { number: other.number });
                }
                photos::refuse_unfit(sql, case.number)?;
                take(sql, &case, &Change::of(Step::Receive), by)?;
                rows::give_card(sql, case.number, card)?;
            }
            Ok(())
        })
    }

    fn apply(&mut self, number: u64, version: u64, change: &Change<'_>, by: &By) -> Result<Case, StoreError> {
        self.write(|sql| {
            let case = rows::case(sql, number)?;
            if case.version != version {
                return Err(StoreError::Changed { number, version: case.version });
            }
            refuse_without_list(number, change.step)?;
            take(sql, &case, change, by)?;
            rows::case(sql, number)
        })
    }

    fn apply_all(&mut self, numbers: &[u64], change: &Change<'_>, by: &By) -> Result<(), StoreError> {
        self.write(|sql| {
            numbers.iter().try_for_each(|number| {
                refuse_without_list(*number, change.step)?;
                let case = rows::case(sql, *number)?;
                take(sql, &case, change, by)
            })
        })
    }

    fn audit(&mut self, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.read(|sql| rows::audit(sql, after, limit))
    }
}

fn register(sql: &mut dyn Sql, application: Confirmed, by: &By) -> Result<Registration, StoreError> {
    let number = rows::last_number(sql)? + 1;
    let (application, receipt) = application.register(number, by.at).ok_or(StoreError::Time)?;
    if let Some(id) = application.form.id()
        && let Some(living) = rows::living(sql, id.as_str())?
    {
        return Ok(Registration::FormInUse { number: living.number });
    }
    rows::insert(sql, &application)?;
    append(sql, by, "register", "", number)?;
    Ok(Registration::Registered(receipt))
}

/// A card is received with the evidence that nothing is open.
fn refuse_without_list(number: u64, step: Step) -> Result<(), StoreError> {
    if step == Step::Receive { Err(StoreError::NotReleased { number }) } else { Ok(()) }
}

/// Takes one step inside a transaction, with what goes with it, and leaves its event in the log.
fn take(sql: &mut dyn Sql, case: &Case, change: &Change<'_>, by: &By) -> Result<(), StoreError> {
    let number = case.number;
    let to =
        next(case.state, change.step, by.actor).map_err(|refusal| StoreError::Refused { number, refusal })?;
    let today = date_in_japan(by.at).ok_or(StoreError::Time)?;
    refuse_misplaced(number, change)?;
    refuse_half_set(case, change.step)?;
    check_days(case, change, today)?;
    if let Some(successor) = change.successor {
        // There has to be one; its state is the desk's business.
        rows::case(sql, successor)?;
    }
    rows::update(sql, number, to, change, today)?;
    certificates::enter(sql, number, change.certificates)?;
    rows::insert_papers(sql, number, change.papers, by.at)?;
    photos::enter(sql, number, change, by)?;
    append(sql, by, change.step.name(), change.detail, number)
}

/// What a change carries goes with certain steps only.
fn refuse_misplaced(number: u64, change: &Change<'_>) -> Result<(), StoreError> {
    let step = change.step;
    let misplaced = |what| Err(StoreError::Misplaced { number, step, what });
    if change.deadline.is_some() && step != Step::SendNotice {
        return misplaced("a deadline");
    }
    if change.resident.is_some() && !matches!(step, Step::BeginChange | Step::ChangeRecord) {
        return misplaced("a resident record");
    }
    if change.successor.is_some() && (step != Step::Replace || change.successor == Some(number)) {
        return misplaced("a successor");
    }
    if change.open_pins.is_some()
        && !matches!(change.step, Step::BeginReset | Step::SetPin | Step::BeginRenewal)
    {
        return misplaced("open PINs");
    }
    if change.photo.is_some() && step != Step::JudgePhoto {
        return misplaced("answers about a photo");
    }
    Ok(())
}

/// Lifting a suspension would not set the PINs that are open. Who loses such a card reports the loss.
fn refuse_half_set(case: &Case, step: Step) -> Result<(), StoreError> {
    let (number, state) = (case.number, case.state);
    if step != Step::Suspend || case.open_pins.is_empty() {
        return Ok(());
    }
    let refusal = Refusal { state, step, why: Why::Missing(Step::RenewCertificates) };
    Err(StoreError::Refused { number, refusal })
}

/// Deadlines lie ahead, and nothing ends before its last day has passed.
fn check_days(case: &Case, change: &Change<'_>, today: Date) -> Result<(), StoreError> {
    let number = case.number;
    let deadline = match change.step {
        Step::SendNotice if change.deadline.is_none_or(|deadline| deadline < today) => {
            return Err(StoreError::Deadline { number });
        }
        Step::ExpireUncollected => case.deadline.ok_or(StoreError::Deadline { number })?,
        Step::Expire => change.expiry.or(case.expiry).ok_or(StoreError::ExpiryUnknown { number })?,
        _ => return Ok(()),
    };
    if today <= deadline { Err(StoreError::NotOverdue { number, deadline }) } else { Ok(()) }
}

fn append(
    sql: &mut dyn Sql,
    by: &By,
    event: &'static str,
    detail: &'static str,
    case: u64,
) -> Result<(), StoreError> {
    signed(case, "case_number")?;
    let head = rows::head(sql)?.unwrap_or(Head::START);
    rows::insert_record(sql, &Record::after(&head, by.at, &by.clerk, by.actor, event, detail, Some(case)))
}
