//! `desk personalise`: cards as they are delivered, on all cores; what was made before is kept.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use indicatif::ProgressBar;
use mynumber::applet::FileId;
use mynumber::crypto::certificate::Purpose;
use mynumber::issuance::application::FormId;
use mynumber::issuance::batch::{self, BatchError, Done};
use mynumber::issuance::issuer::IssuerMasterKey;
use mynumber::issuance::{Person, TestAuthority, personalise_as_delivered};
use mynumber::virtual_card::{FileContents, Image};
use rand_core::CryptoRng;
use serde::Serialize;

use super::super::office::Office;
use super::super::words;
use super::record::Record;
use super::{certifying, issuer};
use crate::args::PersonaliseArguments;
use crate::cards::Store;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::inputs;
use crate::language::{Language, say};
use crate::output::Product;

/// The longest list of orders, in bytes.
const LONGEST: u64 = 64 << 20;

/// One card to be made.
struct Order {
    form_id: String,
    record: PathBuf,
    serial: String,
    name: String,
}

pub(in super::super) fn run(office: &Office<'_>, arguments: &PersonaliseArguments) -> Result<(), Failure> {
    let destination = Destination::new(Some(&arguments.output), arguments.force);
    destination.check()?;
    let orders = orders(&arguments.orders)?;
    let store = Store::of(office.run)?;
    let maker = Maker {
        office,
        authority: store.authority(office.now())?,
        master: issuer::load_or_make(office)?,
        store: &store,
    };
    let all_cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let workers = arguments.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())).unwrap_or_else(all_cores);
    let made = maker.all(&orders, workers)?;
    destination.write(&list(&orders)?)?;
    office.run.print(&Made {
        cards: orders.len(),
        made,
        list: arguments.output.display().to_string(),
        serials: orders.into_iter().map(|order| order.serial).collect(),
    })
}

/// Reads all orders and their records; what is wrong is said at once, and nothing is made then.
fn orders(path: &Path) -> Result<Vec<Order>, Failure> {
    let bytes = inputs::read(path, LONGEST)?;
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headings = reader.headers().map_err(|_| columns(path))?.clone();
    let place = |name: &str| headings.iter().position(|heading| heading.trim() == name);
    let (Some(form), Some(record)) = (place("form_id"), place("record")) else { return Err(columns(path)) };
    let (mut orders, mut wrong) = (Vec::new(), Vec::new());
    let (mut forms, mut serials) = (BTreeMap::new(), BTreeMap::new());
    for (row, number) in reader.records().zip(2u64..) {
        let Ok(row) = row else {
            wrong.push(say!("line {number} is broken", "{number}行目が壊れています"));
            continue;
        };
        let text = |at: usize| row.get(at).unwrap_or_default().trim();
        match order(text(form), &folder.join(text(record))) {
            Ok(order) => {
                let twice = forms.insert(order.form_id.clone(), number).is_some()
                    | serials.insert(order.serial.clone(), number).is_some();
                if twice {
                    wrong.push(say!(
                        "line {number}: form or serial number stands there twice",
                        "{number}行目: 申請書IDまたは製造番号が重複しています"
                    ));
                }
                orders.push(order);
            }
            Err(reason) => wrong.push(say!("line {number}: {reason}", "{number}行目: {reason}")),
        }
    }
    match (wrong.is_empty(), orders.is_empty()) {
        (true, false) => Ok(orders),
        (true, true) => Err(columns(path)),
        (false, _) => Err(inputs::unusable(path, &format!("\n  {}", wrong.join("\n  ")))),
    }
}

fn columns(path: &Path) -> Failure {
    inputs::unusable(
        path,
        &say!(
            "a CSV with the columns form_id and record is expected",
            "列 form_id と record のCSVが必要です"
        ),
    )
}

fn order(form_id: &str, record: &Path) -> Result<Order, String> {
    FormId::parse(form_id).map_err(words::of_form_id)?;
    let person = Record::read(record).map_err(|failure| failure.message().to_owned())?.person;
    Ok(Order {
        form_id: form_id.to_owned(),
        record: record.to_owned(),
        serial: person.serial,
        name: person.name,
    })
}

/// What every card is made with.
struct Maker<'a> {
    office: &'a Office<'a>,
    authority: TestAuthority,
    master: IssuerMasterKey,
    store: &'a Store,
}

impl Maker<'_> {
    /// Makes what is not there yet; gives how many were made. After a failure what was made stays, and the next run goes on.
    fn all(&self, orders: &[Order], workers: NonZeroUsize) -> Result<u64, Failure> {
        let bar = ProgressBar::new(u64::try_from(orders.len()).unwrap_or(u64::MAX));
        let (unread, mut failed) = (Mutex::new(None), None);
        let cards = orders.iter().map_while(|order| {
            let card = self.card(order);
            card.map_err(|failure| unread.lock().map(|mut unread| *unread = Some(failure))).ok()
        });
        let make = |person: &Person, random: &mut _| self.make(person, random);
        let each = |done: &Done| {
            bar.inc(1);
            let order = usize::try_from(done.number).ok().and_then(|number| orders.get(number));
            let outcome = self.office.run.interrupt.check().and_then(|()| self.is_right(order, done));
            match outcome {
                Ok(()) => ControlFlow::Continue(()),
                Err(failure) => {
                    failed = Some(failure);
                    ControlFlow::Break(())
                }
            }
        };
        let summary = batch::personalise(cards, workers, &mut mynumber::system_random(), make, each);
        bar.finish_and_clear();
        match failed.or(unread.into_inner().unwrap_or_default()) {
            None => Ok(summary.made),
            Some(failure) => Err(failure),
        }
    }

    /// The record is read again: of thousands none stays in memory.
    fn card(&self, order: &Order) -> Result<batch::Order, Failure> {
        let file = self.store.place(&order.serial)?;
        Ok(batch::Order { file, person: Record::read(&order.record)?.person })
    }

    /// One card, and what the authority keeps of it first: a card whose certificates nobody knows is never delivered.
    fn make(&self, person: &Person, random: &mut impl CryptoRng) -> Result<Image, BatchError> {
        let now = self.office.now();
        let image = personalise_as_delivered(&self.authority, person, &self.master, now, random)?;
        let certificates: Vec<(Purpose, &[u8])> = [
            (Purpose::Signature, FileId::SignatureCertificate),
            (Purpose::UserAuthentication, FileId::UserAuthenticationCertificate),
        ]
        .into_iter()
        .filter_map(|(purpose, file)| Some((purpose, bytes(&image, file)?)))
        .collect();
        certifying::keep(self.office, &person.serial, &certificates)
            .map_err(|failure| BatchError::Caller(failure.message().into()))?;
        Ok(image)
    }

    /// What became of a card; one that was there has to be known.
    fn is_right(&self, order: Option<&Order>, done: &Done) -> Result<(), Failure> {
        let (Some(order), shown) = (order, done.file.display()) else { return Ok(()) };
        match &done.outcome {
            Err(error @ BatchError::Personalise(_)) => {
                Err(inputs::unusable(&order.record, &error.to_string()))
            }
            Err(error) => Err(Failure::new(Exit::OutputFailed, say!("{shown}: {error}", "{shown}: {error}"))),
            Ok(_) if certifying::is_known(self.office, &order.serial)? => Ok(()),
            Ok(_) => Err(Failure::new(
                Exit::OutputFailed,
                say!(
                    "{shown} was there, and the authority has no record of its certificates",
                    "{shown} は既にあり、電子証明書の発行記録がありません"
                ),
            )
            .advise(say!(
                "put the records back, or take the card away: it is made anew then",
                "発行記録を戻すか、カードを別の場所へ移してください（作り直します）"
            ))),
        }
    }
}

fn bytes(image: &Image, file: FileId) -> Option<&[u8]> {
    match image.files.get(&file)? {
        FileContents::Bytes(bytes) => Some(bytes),
        FileContents::Records(_) => None,
    }
}

/// The issuance list, as a municipality gets it.
fn list(orders: &[Order]) -> Result<Vec<u8>, Failure> {
    let broken = |_| Failure::new(Exit::Internal, say!("the CSV cannot be written", "CSVを書けません"));
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["form_id", "serial", "name"]).map_err(broken)?;
    for order in orders {
        table.write_record([&order.form_id, &order.serial, &order.name]).map_err(broken)?;
    }
    table
        .into_inner()
        .map_err(|_| Failure::new(Exit::Internal, say!("the CSV cannot be written", "CSVを書けません")))
}

#[derive(Serialize)]
struct Made {
    cards: usize,
    made: u64,
    list: String,
    serials: Vec<String>,
}

impl Product for Made {
    fn text(&self, _: Language) -> String {
        let Self { cards, made, list, .. } = self;
        say!(
            "cards: {cards}, made now: {made}; use one with --reader virtual:SERIAL\nissuance list: {list}\n",
            "カード: {cards}枚（今回作成 {made}枚）。--reader virtual:製造番号 で使えます\n発行一覧表: {list}\n"
        )
    }
}
