use super::At;
use super::stage::Stage;
use crate::application::tests::{entry, now, paper_photo, today};
use crate::application::{Channel, Form, FormId, FormKind, Photo, Wishes};
use crate::audit::Clerk;
use crate::lifecycle::{Actor, State, Step};
use crate::receipt::tests::released;
use crate::store::{By, CertificateEvent, Change, Sqlite, Store};
use mynumber_applet::Date;
use mynumber_crypto::UnixTime;
use mynumber_crypto::certificate::Purpose;
use tempfile::TempDir;

pub(super) fn date(text: &str) -> Date {
    Date::parse(text.as_bytes()).unwrap()
}

pub(super) fn by(actor: Actor, days: i64) -> By {
    let at = UnixTime::from_seconds(now().seconds() + days * 86_400);
    By { clerk: Clerk::parse("desk-1").unwrap(), actor, at }
}

/// A store with one case, brought to a state without a card.
pub(super) struct Office {
    pub(super) store: Sqlite,
    _folder: TempDir,
}

/// The way without a card, to each state that the tests begin with.
const WAY: [(State, Step); 8] = [
    (State::Received, Step::Receive),
    (State::Prepared, Step::Prepare),
    (State::Noticed, Step::SendNotice),
    (State::AtCounter, Step::OpenCounter),
    (State::Identified, Step::Identify),
    (State::SettingPins, Step::BeginPins),
    (State::PinsSet, Step::FinishPins),
    (State::HandedOver, Step::HandOver),
];

impl Office {
    pub(super) fn at(state: State) -> Self {
        Self::make(state, true, true)
    }

    /// Received, with these wishes.
    pub(super) fn with_wishes(signature: bool, user_authentication: bool) -> Self {
        Self::make(State::Received, signature, user_authentication)
    }

    fn make(state: State, signature: bool, user_authentication: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open(&folder.path().join("cases.db")).unwrap();
        let mut entry = entry();
        entry.channel = Channel::Post;
        entry.wishes = Wishes { signature, user_authentication, braille_name: false };
        entry.photo = Photo::Paper(paper_photo());
        let id = FormId::parse(&format!("{:023}", 1)).unwrap();
        entry.form = Form::Printed { kind: FormKind::NotificationCard, id };
        let desk = by(Actor::Municipality, 0);
        store.register(entry.check(today()).unwrap().confirm(), &desk).unwrap();
        let mut office = Self { store, _folder: folder };
        if state == State::Registered {
            return office;
        }
        for (to, step) in WAY {
            office.step(step);
            if to == state {
                break;
            }
        }
        assert_eq!(office.store.case(1).unwrap().state, state);
        office
    }

    fn step(&mut self, step: Step) {
        let desk = self.desk();
        let case = self.store.case(1).unwrap();
        let not_after = UnixTime::from_seconds(now().seconds() + 4 * 365 * 86_400);
        let issued = [Purpose::Signature, Purpose::UserAuthentication]
            .map(|purpose| CertificateEvent::Issued { purpose, serial: &[0x12, 0x34], not_after });
        let change = match step {
            Step::Receive => return self.store.receive(&released(&[1]), &desk).unwrap(),
            Step::Prepare => {
                Change { certificates: &issued, expiry: Some(date("20360217")), ..Change::of(step) }
            }
            Step::SendNotice => Change { deadline: Some(date("20270228")), ..Change::of(step) },
            _ => Change::of(step),
        };
        self.store.apply(1, case.version, &change, &desk).unwrap();
    }

    pub(super) fn open<S: Stage>(&mut self) -> At<S> {
        At::open(&mut self.store, 1).unwrap()
    }

    pub(super) fn desk(&self) -> By {
        by(Actor::Municipality, 0)
    }
}

#[test]
fn what_was_begun_and_not_finished_is_told_when_a_case_is_opened() {
    let mut office = Office::at(State::SettingPins);
    let error = At::<super::stage::Identified>::open(&mut office.store, 1).unwrap_err();
    assert!(matches!(error.reason(), super::Reason::Unfinished(State::SettingPins)));
    assert_eq!(error.standing(), super::Standing::Unfinished(State::SettingPins));
    assert!(At::<super::stage::SettingPins>::open(&mut office.store, 1).is_ok());
}
