use super::after::{certificate_notice, certificates_due, report_loss, suspend};
use super::stage::Stage;
use super::{At, Reason, Rule, Untimely, photo};
use crate::application::tests::{entry, now, paper_photo, today};
use crate::application::{Channel, Form, FormId, FormKind, Photo, Registrant, Wishes};
use crate::audit::Clerk;
use crate::lifecycle::{Actor, State, Step};
use crate::photo::{Answer, Exception, Question};
use crate::receipt::tests::released;
use crate::store::{By, CertificateEvent, CertificateState, Change, PhotoAnswers, Sqlite, Store};
use crate::validity::{date_in_japan, day_before, renewal_opens};
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
        Self::make(state, true, true, Registrant::Applicant)
    }

    /// Received, with these wishes.
    pub(super) fn with_wishes(signature: bool, user_authentication: bool) -> Self {
        Self::make(State::Received, signature, user_authentication, Registrant::Applicant)
    }

    /// An application that somebody registered.
    pub(super) fn registered_by(state: State, registrant: Registrant) -> Self {
        Self::make(state, true, true, registrant)
    }

    fn make(state: State, signature: bool, user_authentication: bool, registrant: Registrant) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Sqlite::open(&folder.path().join("cases.db")).unwrap();
        let mut entry = entry();
        entry.channel = Channel::Post;
        entry.registrant = registrant;
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
    assert!(matches!(error.reason(), Reason::Unfinished(State::SettingPins)));
    assert_eq!(error.standing(), super::Standing::Unfinished(State::SettingPins));
    assert!(At::<super::stage::SettingPins>::open(&mut office.store, 1).is_ok());
}

#[test]
fn what_a_rule_refuses_is_said_in_both_languages() {
    let rules = Rule::ALL.map(|rule| (rule.english(), rule.japanese()));
    let times = Untimely::ALL.map(|why| (why.english(), why.japanese()));
    for (english, japanese) in rules.into_iter().chain(times) {
        assert!(english.is_ascii(), "{english}");
        assert!(
            !japanese.chars().any(|c| c.is_ascii_alphabetic()) && japanese.chars().count() > 5,
            "{japanese}"
        );
    }
}

#[test]
fn a_suspension_and_a_loss_are_taken_at_every_hour_of_every_day() {
    for hour in (0..7 * 24).step_by(5) {
        let at = UnixTime::from_seconds(now().seconds() + hour * 3600);
        let by = By { at, ..by(Actor::CallCentre, 0) };
        let mut office = Office::at(State::HandedOver);
        suspend(1, &mut office.store, &by).unwrap();
        let held = office.store.revoked(Purpose::Signature, 0, 10).unwrap();
        assert!(matches!(held[0].state, CertificateState::Revoked { at: held, .. } if held == at), "{hour}");
        report_loss(1, &mut office.store, &by).unwrap();
    }
}

#[test]
fn certificates_that_end_before_their_card_are_told_of_three_months_before() {
    let mut office = Office::at(State::HandedOver);
    let end = date_in_japan(office.store.certificates(1).unwrap()[0].not_after).unwrap();
    let opens = renewal_opens(end).unwrap();
    let before = day_before(opens).unwrap();
    let due = |office: &mut Office, today| certificates_due(&mut office.store, today, 0, 1).unwrap();
    assert_eq!(due(&mut office, before), []);
    let found = due(&mut office, opens);
    assert_eq!(found.len(), 1, "piece by piece");
    assert_eq!(certificate_notice(&found[0], before), None);
    let letter = certificate_notice(&found[0], opens).unwrap();
    assert!(letter.contains("署名用電子証明書") && letter.contains(&end.to_string()), "{letter}");
    let next = certificates_due(&mut office.store, opens, found[0].number, 1).unwrap();
    assert_eq!(next[0].purpose, Purpose::UserAuthentication);
    // Whose card is lost has nothing to renew.
    report_loss(1, &mut office.store, &by(Actor::Holder, 1)).unwrap();
    assert_eq!(due(&mut office, opens), []);
}

#[test]
fn a_photo_that_is_not_fit_ends_its_application() {
    let mut office = Office::at(State::Registered);
    let desk = office.desk();
    let fit = photo::send_back(1, &mut office.store, &desk).unwrap_err();
    assert!(matches!(fit.reason(), Reason::Rule(Rule::PhotoFit)), "nobody judged it: {fit}");
    let answers = |no_hat| {
        Question::ALL
            .map(|question| (question, if question == Question::NoHat { no_hat } else { Answer::Yes }))
    };
    let judge = |office: &mut Office, no_hat| {
        let answers = PhotoAnswers { sha256: None, answers: &answers(no_hat) };
        photo::judge(1, &answers, &mut office.store, &desk).unwrap();
        office.store.audit(0, 100).unwrap().pop().unwrap().detail
    };
    assert_eq!(judge(&mut office, Answer::Yes), "fit");
    assert_eq!(judge(&mut office, Answer::Excused(Exception::Religious)), "fit, with a recorded exception");
    assert!(photo::send_back(1, &mut office.store, &by(Actor::Municipality, 0)).is_err());
    assert_eq!(judge(&mut office, Answer::No), "not fit");
    let ended = photo::send_back(1, &mut office.store, &by(Actor::Municipality, 0)).unwrap();
    assert_eq!(ended.state, State::SentBack);
}
