//! `desk personalise`: cards as they are delivered, on all cores; what was made before is kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::ProgressBar;
use mynumber::applet::FileId;
use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Purpose;
use mynumber::issuance::application::FormId;
use mynumber::issuance::issuer::IssuerMasterKey;
use mynumber::issuance::{TestAuthority, personalise_as_delivered};
use mynumber::virtual_card::{FileContents, Image};
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
        now: office.now(),
        store: &store,
    };
    let threads = match arguments.jobs {
        Some(jobs) => usize::from(jobs),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let made = maker.all(&orders, threads)?;
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
    now: UnixTime,
    store: &'a Store,
}

impl Maker<'_> {
    /// Makes what is not there yet; gives how many were made. After a failure what was made stays, and the next run goes on.
    fn all(&self, orders: &[Order], threads: usize) -> Result<usize, Failure> {
        let (next, made) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let failed: Mutex<Option<Failure>> = Mutex::new(None);
        let bar = ProgressBar::new(u64::try_from(orders.len()).unwrap_or(u64::MAX));
        std::thread::scope(|scope| {
            for _ in 0..threads.clamp(1, orders.len().max(1)) {
                scope.spawn(|| {
                    while let Some(order) = orders.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let outcome = self.office.run.interrupt.check().and_then(|()| self.one(order));
                        match outcome {
                            Ok(is_new) => {
                                made.fetch_add(usize::from(is_new), Ordering::Relaxed);
                            }
                            Err(failure) => {
                                next.store(orders.len(), Ordering::Relaxed);
                                if let Ok(mut failed) = failed.lock() {
                                    failed.get_or_insert(failure);
                                }
                            }
                        }
                        bar.inc(1);
                    }
                });
            }
        });
        bar.finish_and_clear();
        match failed.into_inner() {
            Ok(None) => Ok(made.into_inner()),
            Ok(Some(failure)) => Err(failure),
            Err(_) => Err(Failure::new(Exit::Internal, say!("a thread failed", "処理が失敗しました"))),
        }
    }

    /// One card, and what the authority keeps of it first: a card whose certificates nobody knows is never delivered.
    fn one(&self, order: &Order) -> Result<bool, Failure> {
        if self.store.is_whole(&order.serial)? && certifying::is_known(self.office, &order.serial)? {
            return Ok(false);
        }
        let person = Record::read(&order.record)?.person;
        let mut random = mynumber::system_random();
        let image = personalise_as_delivered(&self.authority, &person, &self.master, self.now, &mut random)
            .map_err(|error| inputs::unusable(&order.record, &error.to_string()))?;
        let certificates: Vec<(Purpose, &[u8])> = [
            (Purpose::Signature, FileId::SignatureCertificate),
            (Purpose::UserAuthentication, FileId::UserAuthenticationCertificate),
        ]
        .into_iter()
        .filter_map(|(purpose, file)| Some((purpose, bytes(&image, file)?)))
        .collect();
        certifying::keep(self.office, &order.serial, &certificates)?;
        drop(certificates);
        self.store.put(&order.serial, image)?;
        Ok(true)
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
    made: usize,
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
