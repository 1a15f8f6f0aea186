//! `desk deliver` and `desk pin setup`: papers, photo, PINs, hand-over; from wherever the case stands.

use std::path::Path;

use mynumber::issuance::desk::after;
use mynumber::issuance::desk::counter::{AtDelivery, NotIdentified};
use mynumber::issuance::desk::pins::{NewPins, Plan, sheet};
use mynumber::issuance::desk::stage::{AtCounter, HandedOver, Identified, Noticed, PinsSet, SettingPins};
use mynumber::issuance::desk::{At, Desk};
use mynumber::issuance::lifecycle::{Actor, State};
use mynumber::issuance::store::{By, Case, Store};

use super::super::office::Office;
use super::super::words::of_store;
use super::issuer::Terminal;
use super::standing::Standing;
use super::{entry, visit, words};
use crate::args::{DeliverArguments, EntryArguments, SetupArguments};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Destination;
use crate::language::say;

/// What a step at the desk needs.
struct Counter<'a> {
    office: &'a Office<'a>,
    store: Box<dyn Store>,
    by: By,
}

impl<'a> Counter<'a> {
    fn open(office: &'a Office<'a>) -> Result<Self, Failure> {
        Ok(Self { office, by: office.by(Actor::Municipality)?, store: office.store()? })
    }

    fn case(&mut self, number: u64) -> Result<Case, Failure> {
        self.store.case(number).map_err(|error| of_store(&error))
    }

    /// Which PINs are asked, and what the holder types.
    fn pins(&mut self, plan: Plan, arguments: &EntryArguments, case: u64) -> Result<NewPins, Failure> {
        let birth = self.store.resident(case).map_err(|error| of_store(&error))?.birth_date;
        entry::ask(self.office, arguments, plan.asked(), birth)
    }

    /// PINs, or none for a face-authentication card, from both states in which that can be done.
    fn set_pins(&mut self, case: Case, without: bool, arguments: &EntryArguments) -> Result<Case, Failure> {
        let mut terminal = Terminal::open(self.office)?;
        terminal.expect(case.card)?;
        let number = case.number;
        let done = if case.state == State::SettingPins {
            let at = At::<SettingPins>::of(case)?;
            match without {
                true => at.waive_pins(&mut self.desk(&mut terminal)),
                false => {
                    let plan = at.plan(self.store.as_mut())?;
                    let pins = self.pins(plan, arguments, number)?;
                    at.resume_pins(&pins, &mut self.desk(&mut terminal))
                }
            }
        } else {
            let at = At::<Identified>::of(case)?;
            match without {
                true => at.waive_pins(&mut self.desk(&mut terminal)),
                false => {
                    let plan = at.plan(self.store.as_mut())?;
                    let pins = self.pins(plan, arguments, number)?;
                    at.set_pins(&pins, &mut self.desk(&mut terminal))
                }
            }
        };
        Ok(done?.case().clone())
    }

    fn desk<'b>(&'b mut self, terminal: &'b mut Terminal) -> Desk<'b> {
        Desk { store: self.store.as_mut(), issuer: &mut terminal.issuer, by: &self.by }
    }
}

pub(in super::super) fn setup(office: &Office<'_>, arguments: &SetupArguments) -> Result<(), Failure> {
    let mut counter = Counter::open(office)?;
    let case = counter.case(arguments.case)?;
    let case = if arguments.roll_back {
        let at = At::<SettingPins>::of(case)?;
        let mut terminal = Terminal::open(office)?;
        at.roll_back(&mut counter.desk(&mut terminal))?.case().clone()
    } else {
        counter.set_pins(case, arguments.without_pins, &arguments.entry)?
    };
    office.run.print(&Standing::of(&case))
}

pub(in super::super) fn run(office: &Office<'_>, arguments: &DeliverArguments) -> Result<(), Failure> {
    if let Some(path) = &arguments.sheet {
        Destination::new(Some(path), arguments.force).check()?;
    }
    let mut counter = Counter::open(office)?;
    let mut case = counter.case(arguments.case)?;
    if arguments.leave {
        return office.run.print(&Standing::of(&leave(&mut counter, case)?));
    }
    let replaces_only = case.state == State::HandedOver && arguments.replaces.is_some();
    if !replaces_only {
        case = deliver(&mut counter, arguments, case)?;
    }
    if let (Some(old), State::HandedOver) = (arguments.replaces, case.state) {
        let new = At::<HandedOver>::of(case.clone())?;
        after::replace(old, &new, counter.store.as_mut(), &counter.by)?;
    }
    office.run.print(&Standing::of(&case))
}

fn deliver(counter: &mut Counter<'_>, arguments: &DeliverArguments, case: Case) -> Result<Case, Failure> {
    let mut case = case;
    if case.state == State::Noticed {
        let at = At::<Noticed>::of(case)?;
        case = at.open_counter(counter.store.as_mut(), &counter.by)?.case().clone();
    }
    if case.state == State::AtCounter {
        case = identify(counter, arguments, case)?;
    }
    if arguments.identify_only && case.state == State::Identified {
        return Ok(case);
    }
    if let (Some(path), State::Identified) = (&arguments.sheet, case.state) {
        let at = At::<Identified>::of(case.clone())?;
        let plan = at.plan(counter.store.as_mut())?;
        write_sheet(path, &plan, arguments.force)?;
    }
    if matches!(case.state, State::Identified | State::SettingPins) {
        case = counter.set_pins(case, arguments.without_pins, &arguments.entry)?;
    }
    let set = At::<PinsSet>::of(case)?;
    let handed = set.hand_over(counter.store.as_mut(), &counter.by)?;
    Ok(handed.case().clone())
}

fn identify(counter: &mut Counter<'_>, arguments: &DeliverArguments, case: Case) -> Result<Case, Failure> {
    let presented = visit::presented(counter.office, &arguments.visit)?;
    let found = AtDelivery {
        represented: visit::represented(counter.office, arguments, &presented)?,
        face_print_agrees: arguments.face_print_agrees,
        braille_agrees: arguments.braille_agrees,
        registry_card_in_use: arguments.registry_card_in_use,
        notification_card_out: arguments.notification_card_out,
        old_card_out: arguments.old_card_out,
    };
    let at = At::<AtCounter>::of(case)?;
    match at.check(&presented, &found) {
        Ok(identity) => {
            let identified = at.identify(&identity, counter.store.as_mut(), &counter.by)?;
            Ok(identified.case().clone())
        }
        Err(NotIdentified::SendBack(different)) => {
            let ended = at.send_back(&different, counter.store.as_mut(), &counter.by)?;
            let failure = Failure::new(
                Exit::NotIdentified,
                say!(
                    "the applicant clearly differs from the photo: the case has ended",
                    "申請者が顔写真と明らかに異なるため、差し戻しました"
                ),
            )
            .advise(say!(
                "a new photo and a new application are needed",
                "写真を撮り直し、申請をやり直してもらってください"
            ));
            Err(counter.office.run.format.print_before(&Standing::of(&ended), failure))
        }
        Err(NotIdentified::Open(open)) => Err(visit::not_identified(&words::missing(&open))),
        Err(_) => Err(visit::not_identified("?")),
    }
}

fn leave(counter: &mut Counter<'_>, case: Case) -> Result<Case, Failure> {
    let (store, by) = (counter.store.as_mut(), &counter.by);
    let left = if case.state == State::AtCounter {
        At::<AtCounter>::of(case).and_then(|at| at.leave(store, by))
    } else {
        At::<Identified>::of(case).and_then(|at| at.leave(store, by))
    };
    Ok(left?.case().clone())
}

/// The blank sheet on which the holder writes the PINs down: made before anybody types one.
fn write_sheet(path: &Path, plan: &Plan, force: bool) -> Result<(), Failure> {
    let is_text = path.extension().is_some_and(|extension| extension == "txt");
    let text = if is_text { sheet::text(plan) } else { sheet::svg(plan) };
    Destination::new(Some(path), force).write(text.as_bytes())
}
