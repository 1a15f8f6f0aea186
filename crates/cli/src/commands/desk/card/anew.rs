//! What is issued anew or rewritten on a card in hand: lifting a suspension, changes, renewal, substitutes.

use mynumber::applet::pin::{SecurityCode, SignaturePassword, VerificationNumberB};
use mynumber::issuance::desk::after::{Certifying, OnCard};
use mynumber::issuance::desk::counter::Identity;
use mynumber::issuance::desk::pins::{Asked, NewPins};
use mynumber::issuance::desk::stage::{
    Changing, HandedOver, Identified, Lifting, Renewing, Rewriting, Suspended,
};
use mynumber::issuance::desk::{At, Desk, DeskError};
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::store::{By, Case, Store};
use serde::Serialize;

use super::super::office::Office;
use super::super::words::of_store;
use super::issuer::Terminal;
use super::record::Record;
use super::standing::Standing;
use super::{chip, entry, visit};
use crate::args::{AnewArguments, ChangeArguments, RenewArguments, SubstitutesArguments};
use crate::cards;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::output::Product;

/// Everything that such a step needs.
struct Work<'a> {
    office: &'a Office<'a>,
    store: Box<dyn Store>,
    case: Case,
    record: Record,
    by: By,
    terminal: Terminal,
}

impl<'a> Work<'a> {
    fn open(office: &'a Office<'a>, number: u64, record: &std::path::Path) -> Result<Self, Failure> {
        let record = Record::read(record)?;
        let by = office.by(Actor::Municipality)?;
        let mut store = office.store()?;
        let case = store.case(number).map_err(|error| of_store(&error))?;
        let mut terminal = Terminal::open(office)?;
        terminal.expect(case.card)?;
        Ok(Self { office, store, case, record, by, terminal })
    }

    /// What lies on the card, proved. Number, birth date and security code are those of the record, old or new.
    fn on_card(&mut self) -> Result<OnCard, Failure> {
        Ok(chip::read(self.office, &mut self.terminal.card(), &self.record)?.on_card)
    }

    /// The same of a card on which a change may have been broken off: the numbers that open it are settled first.
    fn settled(
        &mut self,
        settle: impl FnOnce(&SecurityCode, &mut Desk<'_>) -> Result<VerificationNumberB, DeskError>,
    ) -> Result<OnCard, Failure> {
        let code = SecurityCode::parse(&self.record.person.security_code)?;
        let mut desk = Desk { store: self.store.as_mut(), issuer: &mut self.terminal.issuer, by: &self.by };
        let b = settle(&code, &mut desk)?;
        Ok(chip::read_with(self.office, &mut self.terminal.card(), &self.record, &b)?.on_card)
    }

    /// Does the work with the authority at hand.
    fn certify<T>(
        &mut self,
        work: impl FnOnce(&mut Certifying<'_>, &mut Desk<'_>) -> Result<T, DeskError>,
    ) -> Result<T, Failure> {
        let authority = cards::Store::of(self.office.run)?.existing_authority()?;
        let (person, mut random) = (&self.record.person, mynumber::system_random());
        let mut with = Certifying {
            authority: &authority,
            rng: &mut random,
            municipality: &person.municipality,
            my_number: &person.my_number,
            security_code: &person.security_code,
            name: (&person.name, &self.record.name),
            address: (&person.address, &self.record.address),
        };
        let mut desk = Desk { store: self.store.as_mut(), issuer: &mut self.terminal.issuer, by: &self.by };
        work(&mut with, &mut desk).map_err(Failure::from)
    }

    fn stage<S: mynumber::issuance::desk::stage::Stage>(&self) -> Result<At<S>, Failure> {
        At::of(self.case.clone()).map_err(Failure::from)
    }
}

fn open<'a>(office: &'a Office<'a>, arguments: &AnewArguments) -> Result<(Work<'a>, Identity), Failure> {
    let work = Work::open(office, arguments.case, &arguments.record.record)?;
    let identity = visit::identify(office, &arguments.visit, &work.case)?;
    Ok((work, identity))
}

/// Lifts a suspension, with the card in hand.
pub(in super::super) fn resume(office: &Office<'_>, arguments: &AnewArguments) -> Result<(), Failure> {
    let (mut work, identity) = open(office, arguments)?;
    let done = if work.case.state == State::Lifting {
        let at = work.stage::<Lifting>()?;
        let on_card = work.settled(|code, desk| at.settle_numbers(&identity, code, desk))?;
        work.certify(|with, desk| at.resume_lift(&identity, &on_card, with, desk))?
    } else {
        let at = work.stage::<Suspended>()?;
        let on_card = work.settled(|code, desk| at.settle_numbers(&identity, code, desk))?;
        work.certify(|with, desk| at.lift(&identity, &on_card, with, desk))?
    };
    office.run.print(&Standing::of(done.case()))
}

/// Moves, changes of name and of the period of stay.
pub(in super::super) fn change(office: &Office<'_>, arguments: &ChangeArguments) -> Result<(), Failure> {
    let (mut work, identity) = open(office, &arguments.anew)?;
    let changed = work.record.particulars(arguments.name.as_deref(), arguments.address.as_deref());
    let done = if work.case.state == State::Changing {
        let at = work.stage::<Changing>()?;
        let on_card = work.settled(|code, desk| at.settle_numbers(&identity, code, desk))?;
        work.certify(|with, desk| at.resume_change(&identity, &on_card, with, desk))?
    } else {
        let at = work.stage::<HandedOver>()?;
        let on_card = work.on_card()?;
        work.certify(|with, desk| at.change_record(&identity, &changed, &on_card, with, desk))?
    };
    office.run.print(&Standing::of(done.case()))
}

/// Certificates anew, before they end; or a signature certificate for a holder who has none.
pub(in super::super) fn renew(office: &Office<'_>, arguments: &RenewArguments) -> Result<(), Failure> {
    let (mut work, identity) = open(office, &arguments.anew)?;
    let password = match arguments.new_signature {
        true => Some(password(&mut work, arguments)?),
        false => None,
    };
    let done = if work.case.state == State::Renewing {
        let at = work.stage::<Renewing>()?;
        let pins = password.map(|password| NewPins::default().signature(password));
        work.certify(|with, desk| at.resume_renewal(&identity, pins.as_ref(), with, desk))?
    } else {
        let at = work.stage::<HandedOver>()?;
        match password {
            Some(password) => {
                work.certify(|with, desk| at.issue_signature(&identity, password, with, desk))?
            }
            None => work.certify(|with, desk| at.renew_certificates(&identity, with, desk))?,
        }
    };
    office.run.print(&Standing::of(done.case()))
}

fn password(work: &mut Work<'_>, arguments: &RenewArguments) -> Result<SignaturePassword, Failure> {
    let birth = work.store.resident(work.case.number).map_err(|error| of_store(&error))?.birth_date;
    let mut entry = work.office.run.pin_entry()?;
    let parse = SignaturePassword::parse;
    entry::one(work.office, &arguments.anew.entry, &mut entry, Asked::Signature, birth, parse)
}

/// 代替文字: shown to the holder, and written anew where another is wanted, before the PINs are set.
pub(in super::super) fn substitutes(
    office: &Office<'_>,
    arguments: &SubstitutesArguments,
) -> Result<(), Failure> {
    let record = Record::read(&arguments.record.record)?;
    let mut store = office.store()?;
    let resident = store.resident(arguments.case).map_err(|error| of_store(&error))?;
    let case = store.case(arguments.case).map_err(|error| of_store(&error))?;
    drop(store);
    let list = |flags: &mynumber::issuance::desk::substitutes::Flags, record: &str, card: &str| {
        flags
            .show(record, card)
            .into_iter()
            .map(|one| Shown { position: one.position, record: one.record.into(), card: one.card.into() })
            .collect()
    };
    let mut shown = Substitutes {
        number: case.number,
        name: list(&record.name, &resident.name, &record.person.name),
        address: list(&record.address, &resident.address, &record.person.address),
        set: false,
    };
    if arguments.set {
        let mut work = Work::open(office, arguments.case, &arguments.record.record)?;
        let on_card = work.on_card()?;
        if work.case.state == State::Rewriting {
            let at = work.stage::<Rewriting>()?;
            work.certify(|with, desk| at.resume_substitutes(&on_card, with, desk))?;
        } else {
            let at = work.stage::<Identified>()?;
            work.certify(|with, desk| at.set_substitutes(&on_card, with, desk))?;
        }
        shown.set = true;
    }
    office.run.print(&shown)
}

#[derive(Serialize)]
struct Substitutes {
    number: u64,
    name: Vec<Shown>,
    address: Vec<Shown>,
    set: bool,
}

#[derive(Serialize)]
struct Shown {
    position: usize,
    record: String,
    card: String,
}

impl Product for Substitutes {
    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        for (field, list) in
            [(language.pick("name", "氏名"), &self.name), (language.pick("address", "住所"), &self.address)]
        {
            if list.is_empty() {
                out.push_str(&say!("{field}: no substitutes\n", "{field}: 代替文字なし\n"));
            }
            for Shown { position, record, card } in list {
                let (record, card) = (crate::escape::Escaped(record), crate::escape::Escaped(card));
                out.push_str(&say!(
                    "{field}, character {position}: {record} stands as {card} on the card\n",
                    "{field} {position}文字目: {record} → カードでは {card}\n"
                ));
            }
        }
        if self.set {
            out.push_str(&say!("written onto the card\n", "カードに書き込みました\n"));
        }
        out
    }
}
