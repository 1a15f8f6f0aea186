//! The store failing, and the process dying, at every write of a delivery.

use mynumber::applet::Date;
use mynumber::crypto::UnixTime;
use mynumber::crypto::certificate::Purpose;
use mynumber::issuance::application::{Confirmed, ContactName, FormId, Particulars, Receipt};
use mynumber::issuance::audit::Record;
use mynumber::issuance::desk::stage::{AtCounter, Identified, Noticed, PinsSet, SettingPins};
use mynumber::issuance::desk::{At, Desk, DeskError};
use mynumber::issuance::lifecycle::State;
use mynumber::issuance::receipt::{Released, Serial};
use mynumber::issuance::store::{
    By, Case, Change, IssuedCertificate, Paper, PhotoAnswer, Registration, Sqlite, Store, StoreError,
};

use crate::*;

/// What happens to a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// It is not written, and the store answers again afterwards.
    Before,
    /// It is written, and the answer is lost.
    After,
    /// It is not written, and nothing answers any more: the process has died.
    DeadBefore,
    /// It is written, and nothing answers any more.
    DeadAfter,
}

/// A store whose write of this number fails.
pub(crate) struct Failing<'a> {
    inner: &'a mut Sqlite,
    at: u32,
    how: How,
    writes: u32,
    dead: bool,
}

impl<'a> Failing<'a> {
    pub(crate) fn new(inner: &'a mut Sqlite, at: u32, how: How) -> Self {
        Self { inner, at, how, writes: 0, dead: false }
    }

    fn alive(&mut self) -> Result<&mut Sqlite, StoreError> {
        if self.dead { Err(StoreError::Busy) } else { Ok(self.inner) }
    }

    fn write<R>(&mut self, work: impl FnOnce(&mut Sqlite) -> Result<R, StoreError>) -> Result<R, StoreError> {
        let number = self.writes;
        self.writes += 1;
        if self.dead {
            return Err(StoreError::Busy);
        }
        if number != self.at {
            return work(self.inner);
        }
        self.dead = matches!(self.how, How::DeadBefore | How::DeadAfter);
        if matches!(self.how, How::After | How::DeadAfter) {
            work(self.inner)?;
        }
        Err(StoreError::Busy)
    }
}

impl Store for Failing<'_> {
    fn register(&mut self, application: Confirmed, by: &By) -> Result<Receipt, StoreError> {
        self.write(|store| store.register(application, by))
    }

    fn register_all(
        &mut self,
        applications: Vec<Confirmed>,
        by: &By,
    ) -> Result<Vec<Registration>, StoreError> {
        self.write(|store| store.register_all(applications, by))
    }

    fn enter_form(&mut self, number: u64, version: u64, form: &FormId, by: &By) -> Result<Case, StoreError> {
        self.write(|store| store.enter_form(number, version, form, by))
    }

    fn case(&mut self, number: u64) -> Result<Case, StoreError> {
        self.alive()?.case(number)
    }

    fn case_of_form(&mut self, form_id: &str) -> Result<Case, StoreError> {
        self.alive()?.case_of_form(form_id)
    }

    fn case_of_card(&mut self, card: &Serial) -> Result<Case, StoreError> {
        self.alive()?.case_of_card(card)
    }

    fn resident(&mut self, number: u64) -> Result<Particulars, StoreError> {
        self.alive()?.resident(number)
    }

    fn certificates(&mut self, number: u64) -> Result<Vec<IssuedCertificate>, StoreError> {
        self.alive()?.certificates(number)
    }

    fn representative(&mut self, number: u64) -> Result<Option<ContactName>, StoreError> {
        self.alive()?.representative(number)
    }

    fn papers(&mut self, number: u64) -> Result<Vec<Paper>, StoreError> {
        self.alive()?.papers(number)
    }

    fn photo_answers(&mut self, number: u64) -> Result<Vec<PhotoAnswer>, StoreError> {
        self.alive()?.photo_answers(number)
    }

    fn revoked(
        &mut self,
        purpose: Purpose,
        after: u64,
        limit: u32,
    ) -> Result<Vec<IssuedCertificate>, StoreError> {
        self.alive()?.revoked(purpose, after, limit)
    }

    fn cases(&mut self, state: State, after: u64, limit: u32) -> Result<Vec<Case>, StoreError> {
        self.alive()?.cases(state, after, limit)
    }

    fn counts(&mut self) -> Result<Vec<(State, u64)>, StoreError> {
        self.alive()?.counts()
    }

    fn overdue(&mut self, before: Date, after: u64, limit: u32) -> Result<Vec<Case>, StoreError> {
        self.alive()?.overdue(before, after, limit)
    }

    fn expiring(&mut self, first: Date, last: Date, after: u64, limit: u32) -> Result<Vec<Case>, StoreError> {
        self.alive()?.expiring(first, last, after, limit)
    }

    fn ending(
        &mut self,
        first: UnixTime,
        last: UnixTime,
        after: u64,
        limit: u32,
    ) -> Result<Vec<IssuedCertificate>, StoreError> {
        self.alive()?.ending(first, last, after, limit)
    }

    fn deadlines(&mut self, first: Date, last: Date) -> Result<Vec<(Date, u64)>, StoreError> {
        self.alive()?.deadlines(first, last)
    }

    fn notices(&mut self, first: Date, last: Date) -> Result<Vec<(Date, u64)>, StoreError> {
        self.alive()?.notices(first, last)
    }

    fn receive(&mut self, released: &Released, by: &By) -> Result<(), StoreError> {
        self.write(|store| store.receive(released, by))
    }

    fn apply(&mut self, number: u64, version: u64, change: &Change<'_>, by: &By) -> Result<Case, StoreError> {
        self.write(|store| store.apply(number, version, change, by))
    }

    fn apply_all(&mut self, numbers: &[u64], change: &Change<'_>, by: &By) -> Result<(), StoreError> {
        self.write(|store| store.apply_all(numbers, change, by))
    }

    fn audit(&mut self, after: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.alive()?.audit(after, limit)
    }
}

/// From the notice to the card in the holder's hand: every write of a delivery.
fn deliver(
    store: &mut dyn Store,
    issuer: &mut dyn mynumber::issuance::issuer::Issuer,
) -> Result<(), DeskError> {
    let by = desk();
    let case = At::<Noticed>::open(store, 1)?;
    let counter = case.open_counter(store, &by)?;
    let identity = counter.check(&presented(), &AT_DELIVERY).unwrap();
    let identified = counter.identify(&identity, store, &by)?;
    let mut desk = Desk { store, issuer, by: &by };
    let set = identified.set_pins(&pins(), &mut desk)?;
    set.hand_over(desk.store, &by)?;
    Ok(())
}

/// Goes on from wherever the case stands, as another clerk would, with PINs entered anew where some were begun.
fn go_on(world: &mut World) {
    let by = desk();
    loop {
        match world.store.case(1).unwrap().state {
            State::Noticed => {
                let case: At<Noticed> = world.at();
                case.open_counter(&mut world.store, &by).unwrap();
            }
            State::AtCounter => {
                let case: At<AtCounter> = world.at();
                let identity = case.check(&presented(), &AT_DELIVERY).unwrap();
                case.identify(&identity, &mut world.store, &by).unwrap();
            }
            State::Identified => {
                assert!(is_blank(&world.storage), "no PIN is on the card before the store knows");
                let case: At<Identified> = world.at();
                world.with_desk(|desk| case.set_pins(&other_pins(), desk)).unwrap();
            }
            State::SettingPins => {
                let case: At<SettingPins> = world.at();
                world.with_desk(|desk| case.resume_pins(&other_pins(), desk)).unwrap();
            }
            State::PinsSet => {
                let case: At<PinsSet> = world.at();
                case.hand_over(&mut world.store, &by).unwrap();
            }
            State::HandedOver => return,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_delivery_whose_store_fails_or_process_dies_at_any_write_is_untouched_resumable_or_done() {
    let mut runs = 0;
    for how in [How::Before, How::After, How::DeadBefore, How::DeadAfter] {
        for at in 0..6 {
            let mut world = World::prepared("taro", true, true);
            let version = world.store.case(1).unwrap().version;
            world.store.send_notice(1, version, date("20270131"), &desk()).unwrap();
            let mut issuer = world.issuer();
            let mut failing = Failing::new(&mut world.store, at, how);
            let outcome = deliver(&mut failing, &mut issuer);
            let writes = failing.writes;
            let place = format!("{how:?} at {at}");
            if at >= 5 {
                assert_eq!(writes, 5, "open, identify, begin, finish, hand over");
                outcome.unwrap();
            } else {
                outcome.unwrap_err();
            }
            runs += 1;
            let state = world.store.case(1).unwrap().state;
            // What the store says is done is done on the card, and nothing of it where it was not begun.
            match state {
                State::Noticed | State::AtCounter | State::Identified => {
                    assert!(is_blank(&world.storage), "{place}");
                }
                State::SettingPins => {}
                State::PinsSet | State::HandedOver => assert!(is_set(&world.storage), "{place}"),
                other => panic!("{place}: {other:?}"),
            }
            go_on(&mut world);
            assert!(is_set(&world.storage) || is_set_as_other(&world.storage), "{place}");
            world.store.verify_audit(None).unwrap();
            world.assert_no_pin_is_kept();
        }
    }
    assert_eq!(runs, 24);
}
