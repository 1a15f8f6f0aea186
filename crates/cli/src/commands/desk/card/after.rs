//! What ends or stops the use of a card, without the card: suspension, loss, return, expiry, CRLs.

use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Purpose;
use mynumber::issuance::desk::{self, after};
use mynumber::issuance::lifecycle::Actor;
use mynumber::issuance::pki::Edition;
use mynumber::issuance::validity::end_of_date;
use serde::Serialize;

use super::super::office::Office;
use super::super::words::of_store;
use super::standing::Standing;
use super::words;
use crate::args::{CrlArguments, CrlOf, ReportedArguments};
use crate::cards;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::language::{Language, say};
use crate::output::{Format, Product};

pub(in super::super) fn suspend(office: &Office<'_>, arguments: &ReportedArguments) -> Result<(), Failure> {
    let by = office.by(arguments.from.actor())?;
    let mut store = office.store()?;
    let at = after::suspend(arguments.case, store.as_mut(), &by).map_err(|error| words::of_desk(&error))?;
    office.run.print(&Standing::of(at.case()))
}

pub(in super::super) fn lose(office: &Office<'_>, arguments: &ReportedArguments) -> Result<(), Failure> {
    let by = office.by(arguments.from.actor())?;
    let mut store = office.store()?;
    let at =
        after::report_loss(arguments.case, store.as_mut(), &by).map_err(|error| words::of_desk(&error))?;
    office.run.print(&Standing::of(at.case()))
}

pub(in super::super) fn give_back(office: &Office<'_>, arguments: &ReportedArguments) -> Result<(), Failure> {
    let by = office.by(arguments.from.actor())?;
    let mut store = office.store()?;
    let case =
        after::return_card(arguments.case, store.as_mut(), &by).map_err(|error| words::of_desk(&error))?;
    office.run.print(&Standing::of(&case))
}

/// 差し戻し: ends the case of a photo that was found not fit.
pub(in super::super) fn send_back(office: &Office<'_>, number: u64) -> Result<(), Failure> {
    let by = office.by(Actor::Municipality)?;
    let mut store = office.store()?;
    let case = desk::photo::send_back(number, store.as_mut(), &by).map_err(|error| words::of_desk(&error))?;
    office.run.print(&Standing::of(&case))
}

/// Everything whose day has passed: cards nobody fetched, and cards at their end.
pub(in super::super) fn expire(office: &Office<'_>) -> Result<(), Failure> {
    let by = office.by(Actor::Calendar)?;
    let mut store = office.store()?;
    let uncollected = after::expire_uncollected(store.as_mut(), &by).map_err(|error| of_store(&error))?;
    let mut expired = Expired { uncollected, expired: Vec::new() };
    match after::expire_cards(store.as_mut(), &by) {
        Ok(numbers) => expired.expired = numbers,
        Err(error) => return Err(office.run.format.print_before(&expired, of_store(&error))),
    }
    office.run.print(&expired)
}

#[derive(Serialize)]
struct Expired {
    uncollected: Vec<u64>,
    expired: Vec<u64>,
}

impl Product for Expired {
    fn text(&self, _: Language) -> String {
        let list = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        let (uncollected, expired) = (self.uncollected.len(), self.expired.len());
        let (first, second) = (list(&self.uncollected), list(&self.expired));
        say!(
            "not fetched before the deadline: {uncollected} {first}\ncards at their end: {expired} {second}\n",
            "交付期限切れ: {uncollected}件 {first}\n有効期間満了: {expired}件 {second}\n"
        )
    }
}

/// When a list without `--next` is due: in a week.
const WEEK: i64 = 7 * 86_400;

pub(in super::super) fn crl(office: &Office<'_>, arguments: &CrlArguments) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref(), arguments.force);
    destination.check()?;
    let now = office.now();
    let next_update = match arguments.next {
        Some(day) => end_of_date(day).filter(|next| *next > now).ok_or_else(|| {
            Failure::new(Exit::BadInput, say!("--next has to lie ahead", "--next は将来の日付にしてください"))
        })?,
        None => UnixTime::from_seconds(now.seconds().saturating_add(WEEK)),
    };
    let number = arguments.number.unwrap_or_else(|| u64::try_from(now.seconds()).unwrap_or(1));
    let purpose = match arguments.of {
        CrlOf::Sign => Purpose::Signature,
        CrlOf::Auth => Purpose::UserAuthentication,
    };
    let authority = cards::Store::of(office.run)?.existing_authority()?;
    let mut store = office.store()?;
    let edition = Edition { number, this_update: now, next_update };
    let der =
        desk::crl(store.as_mut(), &authority, purpose, None, &edition).map_err(|error| match error {
            desk::CrlError::Store(error) => of_store(&error),
            other => Failure::new(Exit::Internal, say!("{other}", "失効リストを作れません: {other}")),
        })?;
    match (office.run.format, destination.is_file()) {
        (Format::Json, false) => {}
        _ => destination.write(&der)?,
    }
    let made = List {
        number,
        this_update: now.to_string(),
        next_update: next_update.to_string(),
        bytes: der.len(),
        crl: (!destination.is_file()).then(|| <base64ct::Base64 as base64ct::Encoding>::encode_string(&der)),
    };
    match (office.run.format, destination.is_file()) {
        (Format::Text, false) => Ok(()),
        _ => office.run.print(&made),
    }
}

#[derive(Serialize)]
struct List {
    number: u64,
    this_update: String,
    next_update: String,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    crl: Option<String>,
}

impl Product for List {
    fn text(&self, _: Language) -> String {
        let Self { number, next_update, bytes, .. } = self;
        say!(
            "CRL {number}, {bytes} bytes, next update {next_update}\n",
            "失効リスト {number}（{bytes}バイト、次回更新 {next_update}）\n"
        )
    }
}
