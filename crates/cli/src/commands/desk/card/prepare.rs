//! `desk prepare`: the chip against the record; then the wishes carried out on the card.

use mynumber::issuance::desk::prepare::{Expected, Pictures};
use mynumber::issuance::desk::stage::Received;
use mynumber::issuance::desk::{At, Desk};
use mynumber::issuance::lifecycle::Actor;
use serde::Serialize;

use super::super::office::Office;
use super::super::words::of_store;
use super::issuer::Terminal;
use super::record::Record;
use super::standing::Standing;
use super::{certifying, chip, words};
use crate::args::{PictureName, PrepareArguments};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;

pub(in super::super) fn run(office: &Office<'_>, arguments: &PrepareArguments) -> Result<(), Failure> {
    let record = Record::read(&arguments.record.record)?;
    let by = office.by(Actor::Municipality)?;
    let mut store = office.store()?;
    let received =
        At::<Received>::open(store.as_mut(), arguments.case).map_err(|error| words::of_desk(&error))?;
    let resident = store.resident(arguments.case).map_err(|error| of_store(&error))?;
    let renewed = match arguments.renews {
        Some(number) => store.case(number).map_err(|error| of_store(&error))?.expiry,
        None => None,
    };
    let mut terminal = Terminal::open(office)?;
    terminal.expect(received.case().card)?;
    let contents = chip::read(office, &mut terminal.card(), &record)?.contents;
    let agrees = |picture: PictureName| arguments.pictures.contains(&picture);
    let expected = Expected {
        case: received.case(),
        resident: &resident,
        name_substitutes: &record.name,
        address_substitutes: &record.address,
        number: Some(&record.person.my_number),
        municipality: record.person.municipality.code,
        renewed,
        pictures: Pictures {
            name: agrees(PictureName::Name),
            address: agrees(PictureName::Address),
            photo: agrees(PictureName::Photo),
        },
    };
    let matched = match contents.compare(&expected, office.today()?) {
        Ok(matched) => matched,
        Err(differences) => {
            let found = Compared {
                number: arguments.case,
                differences: differences
                    .open
                    .iter()
                    .map(|difference| Language::current().pick(difference.english(), difference.japanese()))
                    .collect(),
            };
            return Err(office.run.format.print_before(&found, differ(found.differences.len())));
        }
    };
    let delivered = certifying::delivered(office, received.case().card)?;
    let mut desk = Desk { store: store.as_mut(), issuer: &mut terminal.issuer, by: &by };
    let prepared =
        received.prepare(&matched, &delivered, &mut desk).map_err(|error| words::of_desk(&error))?;
    office.run.print(&Standing::of(prepared.case()))
}

fn differ(count: usize) -> Failure {
    Failure::new(
        Exit::Differences,
        say!(
            "chip and record differ in {count} fields; nothing was changed",
            "ICチップと住民票に{count}件の相違があります。何も変更していません"
        ),
    )
    .advise(say!(
        "say which pictures agree with --pictures name,address,photo (`mynumber face --with b` shows them); a card that differs goes back to its maker",
        "画像の一致は --pictures name,address,photo で指定します（`mynumber face --with b` で表示）。相違のあるカードは作成元へ返してください"
    ))
}

#[derive(Serialize)]
struct Compared {
    number: u64,
    differences: Vec<&'static str>,
}

impl Product for Compared {
    fn text(&self, _: Language) -> String {
        self.differences.iter().map(|difference| format!("{difference}\n")).collect()
    }
}
