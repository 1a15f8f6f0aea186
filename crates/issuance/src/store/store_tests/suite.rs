//! What each kind of store has to do.

use super::*;

pub(super) fn a_case_goes_its_way_and_every_step_is_in_the_log(store: &mut dyn Store) {
    let receipt = store.register(application(1), &desk()).unwrap();
    assert_eq!((receipt.number, receipt.notice_expected), (1, date("20261222")));
    let mut case = store.case(1).unwrap();
    assert_eq!((case.state, case.version, case.deadline), (State::Registered, 1, None));
    assert_eq!(store.resident(1).unwrap(), entry().today);
    assert_eq!(store.representative(1).unwrap(), None);
    store.receive(&released(&[1]), &desk()).unwrap();
    case = store.step(1, case.version + 1, Step::Prepare, &desk()).unwrap();
    case = store.send_notice(1, case.version, date("20270228"), &desk()).unwrap();
    assert_eq!((case.state, case.version), (State::Noticed, 4));
    assert_eq!(case.deadline, Some(date("20270228")));
    let events: Vec<String> = store.audit(0, 100).unwrap().into_iter().map(|record| record.event).collect();
    assert_eq!(events, ["register", "receive", "prepare", "send-notice"]);
    assert_eq!(store.verify_audit(None).unwrap().number, 4);
    assert_eq!(store.cases(State::Noticed, 0, 10).unwrap(), [case]);
    assert_eq!(store.cases(State::Noticed, 1, 10).unwrap(), []);
}

pub(super) fn a_refused_step_changes_nothing(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    let before = (store.case(1).unwrap(), store.audit(0, 100).unwrap());
    let refused = store.step(1, 1, Step::HandOver, &desk()).unwrap_err();
    let StoreError::Refused { number: 1, refusal } = refused else { panic!("{refused}") };
    assert_eq!(refusal.why, Why::Missing(Step::Receive));
    let holder = store.receive(&released(&[1]), &by(Actor::Holder, 0)).unwrap_err();
    assert!(matches!(holder, StoreError::Refused { .. }));
    let unknown = store.step(2, 1, Step::Prepare, &desk()).unwrap_err();
    assert!(matches!(unknown, StoreError::NoSuchCase { number: 2 }));
    assert_eq!((store.case(1).unwrap(), store.audit(0, 100).unwrap()), before);
}

pub(super) fn a_case_seen_too_long_ago_is_not_changed(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    store.receive(&released(&[1]), &desk()).unwrap();
    let error = store.step(1, 1, Step::Prepare, &desk()).unwrap_err();
    assert!(matches!(error, StoreError::Changed { number: 1, version: 2 }), "{error}");
    assert_eq!(store.case(1).unwrap().state, State::Received);
}

pub(super) fn a_form_has_one_living_case(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    let error = store.register(application(1), &desk()).unwrap_err();
    assert!(matches!(error, StoreError::FormInUse { number: 1 }), "{error}");
    assert!(matches!(store.case(2), Err(StoreError::NoSuchCase { number: 2 })));
    // After the end of the first, the form begins another.
    store.receive(&released(&[1]), &desk()).unwrap();
    store.step_all(&[1], Step::Prepare, &desk()).unwrap();
    store.send_notice(1, 3, date("20261231"), &desk()).unwrap();
    for step in [Step::OpenCounter, Step::SendBack] {
        store.step_all(&[1], step, &desk()).unwrap();
    }
    assert_eq!(store.register(application(1), &desk()).unwrap().number, 2);
    assert_eq!(store.case_of_form(&format!("{:023}", 1)).unwrap().number, 2);
    assert!(matches!(store.case_of_form(ID), Err(StoreError::NoSuchCase { .. })));
}

pub(super) fn several_cases_take_a_step_together_or_not_at_all(store: &mut dyn Store) {
    for number in 1..=3 {
        store.register(application(number), &desk()).unwrap();
    }
    store.receive(&released(&[2]), &desk()).unwrap();
    assert!(store.receive(&released(&[1, 2, 3]), &desk()).is_err());
    let error = store.receive(&released(&[1, 9]), &desk()).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchForm { row: 2 }), "{error}");
    assert!(store.step_all(&[2, 1], Step::Prepare, &desk()).is_err());
    assert_eq!(store.case(1).unwrap().state, State::Registered);
    assert_eq!(store.case(2).unwrap().state, State::Received);
    assert_eq!(store.verify_audit(None).unwrap().number, 4);
    store.receive(&released(&[1, 3]), &desk()).unwrap();
    assert_eq!(store.cases(State::Received, 0, 10).unwrap().len(), 3);
}

pub(super) fn no_card_is_received_without_its_list(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    let alone = store.step(1, 1, Step::Receive, &desk()).unwrap_err();
    assert!(matches!(alone, StoreError::NotReleased { number: 1 }), "{alone}");
    let together = store.step_all(&[1], Step::Receive, &desk()).unwrap_err();
    assert!(matches!(together, StoreError::NotReleased { number: 1 }), "{together}");
    assert_eq!(store.case(1).unwrap().state, State::Registered);
}

pub(super) fn a_card_nobody_fetched_before_the_deadline_expires(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    store.receive(&released(&[1]), &desk()).unwrap();
    store.step(1, 2, Step::Prepare, &desk()).unwrap();
    let without = store.step(1, 3, Step::SendNotice, &desk()).unwrap_err();
    assert!(matches!(without, StoreError::Deadline { number: 1 }));
    let behind = store.send_notice(1, 3, date("20261121"), &desk()).unwrap_err();
    assert!(matches!(behind, StoreError::Deadline { number: 1 }));
    store.send_notice(1, 3, date("20261124"), &desk()).unwrap();
    let early = store.step(1, 4, Step::ExpireUncollected, &by(Actor::Calendar, 2)).unwrap_err();
    assert!(matches!(early, StoreError::NotOverdue { number: 1, .. }), "{early}");
    let case = store.step(1, 4, Step::ExpireUncollected, &by(Actor::Calendar, 3)).unwrap();
    assert_eq!(case.state, State::Uncollected);
}

pub(super) fn a_noted_end_of_the_log_is_found_again(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    let noted = store.verify_audit(None).unwrap();
    store.receive(&released(&[1]), &desk()).unwrap();
    assert_eq!(store.verify_audit(Some(noted)).unwrap().number, 2);
    assert_eq!(store.verify_audit(Some(Head::START)).unwrap().number, 2);
    let other = Head { number: 3, hash: noted.hash };
    let error = store.verify_audit(Some(other)).unwrap_err();
    assert!(matches!(error, StoreError::Tampered(Tampered::NotTheNoted { number: 3 })));
}

pub(super) fn a_hand_written_application_gets_the_id_under_which_its_card_comes(store: &mut dyn Store) {
    let mut entry = entry();
    entry.channel = Channel::Post;
    entry.photo = Photo::Paper(paper_photo());
    entry.form = Form::hand_written("123456789018").unwrap();
    store.register(entry.check(today()).unwrap().confirm(), &desk()).unwrap();
    store.register(application(2), &desk()).unwrap();
    let id = |number: u64| FormId::parse(&format!("{number:023}")).unwrap();
    assert!(store.receive(&released(&[1]), &desk()).is_err());
    let taken = store.enter_form(1, 1, &id(2), &desk()).unwrap_err();
    assert!(matches!(taken, StoreError::FormInUse { number: 2 }), "{taken}");
    let late = store.enter_form(1, 7, &id(1), &desk()).unwrap_err();
    assert!(matches!(late, StoreError::Changed { number: 1, version: 1 }), "{late}");
    assert_eq!(store.enter_form(1, 1, &id(1), &desk()).unwrap().version, 2);
    for number in [1, 2] {
        let version = store.case(number).unwrap().version;
        let again = store.enter_form(number, version, &id(9), &desk()).unwrap_err();
        assert!(matches!(again, StoreError::FormKnown { .. }), "{again}");
    }
    store.receive(&released(&[1]), &desk()).unwrap();
    let events: Vec<String> = store.audit(0, 100).unwrap().into_iter().map(|record| record.event).collect();
    assert_eq!(events, ["register", "register", "enter-form", "receive"]);
    store.verify_audit(None).unwrap();
}

/// A case whose card is with its holder, with the last day of the card and both certificates; its version.
pub(super) fn handed_over(store: &mut dyn Store, number: u64, expiry: &str) -> u64 {
    let receipt = store.register(application(number), &desk()).unwrap();
    store.receive(&released(&[number]), &desk()).unwrap();
    let mut serial = number.to_be_bytes();
    serial[0] = 1;
    let certificates = [Purpose::Signature, Purpose::UserAuthentication].map(|purpose| {
        let not_after = UnixTime::from_seconds(2_000_000_000);
        CertificateEvent::Issued { purpose, serial: &serial, not_after }
    });
    let prepare =
        Change { expiry: Some(date(expiry)), certificates: &certificates, ..Change::of(Step::Prepare) };
    let number = receipt.number;
    let mut case = store.apply(number, 2, &prepare, &desk()).unwrap();
    case = store.send_notice(number, case.version, date("20270228"), &desk()).unwrap();
    for step in [Step::OpenCounter, Step::Identify, Step::BeginPins, Step::FinishPins, Step::HandOver] {
        case = store.step(number, case.version, step, &desk()).unwrap();
    }
    case.version
}

fn serial(number: u64) -> Serial {
    Serial::parse(&format!("{number:015}")).unwrap()
}

pub(super) fn a_card_belongs_to_one_case(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    store.register(application(2), &desk()).unwrap();
    assert_eq!(store.card_of(1).unwrap(), None);
    store.receive(&released(&[1]), &desk()).unwrap();
    assert_eq!(store.card_of(1).unwrap(), Some(serial(1)));
    assert_eq!(store.case_of_card(&serial(1)).unwrap(), store.case(1).unwrap());
    let none = store.case_of_card(&serial(2)).unwrap_err();
    assert!(matches!(none, StoreError::NoSuchCase { number: 0 }));
    let again = store.receive(&released_as(&[(2, 1)]), &desk()).unwrap_err();
    assert!(matches!(again, StoreError::CardInUse { number: 1 }), "{again}");
    assert_eq!(store.case(2).unwrap().state, State::Registered);
}

pub(super) fn everything_that_goes_with_a_step_is_there_or_nothing(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    store.receive(&released(&[1]), &desk()).unwrap();
    let issued = CertificateEvent::Issued {
        purpose: Purpose::Signature,
        serial: &[7],
        not_after: UnixTime::from_seconds(2_000_000_000),
    };
    let papers = [
        Paper { document: Document::DeliveryNotice, collected: true },
        Paper { document: Document::Passport, collected: false },
    ];
    let change = Change {
        expiry: Some(date("20361122")),
        certificates: &[issued],
        papers: &papers,
        detail: "matched",
        ..Change::of(Step::Prepare)
    };
    // The second certificate is refused: nothing of the first, of the step, of the papers stays.
    let twice = Change { certificates: &[issued, issued], ..change };
    let before = (store.case(1).unwrap(), store.verify_audit(None).unwrap());
    let error = store.apply(1, 2, &twice, &desk()).unwrap_err();
    assert!(matches!(error, StoreError::Certificate { why: WhyNotCertificate::InForce, .. }), "{error}");
    assert_eq!((store.case(1).unwrap(), store.verify_audit(None).unwrap()), before);
    assert_eq!(store.certificates(1).unwrap(), []);
    assert_eq!(store.papers(1).unwrap(), []);

    let case = store.apply(1, 2, &change, &desk()).unwrap();
    assert_eq!((case.state, case.version, case.expiry), (State::Prepared, 3, Some(date("20361122"))));
    assert_eq!(store.papers(1).unwrap(), papers);
    let certificates = store.certificates(1).unwrap();
    assert_eq!(certificates.len(), 1);
    assert_eq!((certificates[0].case, certificates[0].serial.as_slice()), (1, &[7][..]));
    assert_eq!(certificates[0].state, CertificateState::InForce);
    let record = store.audit(2, 10).unwrap().remove(0);
    assert_eq!((record.event.as_str(), record.detail.as_str()), ("prepare", "matched"));
}

pub(super) fn what_does_not_go_with_a_step_is_refused(store: &mut dyn Store) {
    let version = handed_over(store, 1, "20361122");
    let resident = entry().today;
    for change in [
        Change { deadline: Some(date("20361122")), ..Change::of(Step::ChangePin) },
        Change { resident: Some(&resident), ..Change::of(Step::ChangePin) },
        Change { successor: Some(1), ..Change::of(Step::ChangePin) },
        Change { successor: Some(1), ..Change::of(Step::Replace) },
    ] {
        let error = store.apply(1, version, &change, &desk()).unwrap_err();
        assert!(matches!(error, StoreError::Misplaced { number: 1, .. }), "{change:?}: {error}");
    }
    let mut moved = resident;
    moved.address = "検証県確認市試験町９丁目９番９号".to_owned();
    let change = Change { resident: Some(&moved), ..Change::of(Step::BeginChange) };
    store.apply(1, version, &change, &desk()).unwrap();
    assert_eq!(store.resident(1).unwrap(), moved);
}

pub(super) fn a_certificate_is_issued_held_revoked_and_issued_anew(store: &mut dyn Store) {
    let version = handed_over(store, 1, "20361122");
    let (purpose, at) = (Purpose::Signature, UnixTime::from_seconds(1_800_000_000));
    let later = UnixTime::from_seconds(1_900_000_000);
    let not_after = UnixTime::from_seconds(2_000_000_000);
    let held = CertificateEvent::Revoked { purpose, reason: Reason::CertificateHold, at };
    let suspend = Change { certificates: &[held], ..Change::of(Step::Suspend) };
    let case = store.apply(1, version, &suspend, &desk()).unwrap();
    // What is held is not simply issued anew beside it.
    let issued = CertificateEvent::Issued { purpose, serial: &[9], not_after };
    let lift = Change { certificates: &[issued], ..Change::of(Step::BeginLift) };
    let error = store.apply(1, case.version, &lift, &desk()).unwrap_err();
    assert!(matches!(error, StoreError::Certificate { why: WhyNotCertificate::InForce, .. }), "{error}");
    let revoked = CertificateEvent::Revoked { purpose, reason: Reason::Superseded, at: later };
    let lift = Change { certificates: &[revoked, issued], ..Change::of(Step::BeginLift) };
    store.apply(1, case.version, &lift, &desk()).unwrap();
    let certificates = store.certificates(1).unwrap();
    let of_purpose: Vec<_> =
        certificates.iter().filter(|certificate| certificate.purpose == purpose).collect();
    assert_eq!(of_purpose.len(), 2);
    // Revoked since the hold, not since the second event.
    assert_eq!(of_purpose[0].state, CertificateState::Revoked { reason: Reason::Superseded, at });
    assert_eq!(of_purpose[1].state, CertificateState::InForce);
    assert_eq!((of_purpose[1].serial.as_slice(), of_purpose[1].not_after), (&[9][..], not_after));
}

pub(super) fn a_certificate_that_is_none_or_is_gone_is_not_touched(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    store.receive(&released(&[1]), &desk()).unwrap();
    let (purpose, at) = (Purpose::Signature, UnixTime::from_seconds(1_800_000_000));
    let issued = |serial| CertificateEvent::Issued { purpose, serial, not_after: at };
    let destroyed = CertificateEvent::Destroyed { purpose };
    let revoked = |reason| CertificateEvent::Revoked { purpose, reason, at };
    let (held, gone) = (revoked(Reason::CertificateHold), revoked(Reason::KeyCompromise));
    for (events, expected) in [
        (&[destroyed][..], WhyNotCertificate::None),
        (&[gone], WhyNotCertificate::None),
        (&[issued(&[1]), destroyed, destroyed], WhyNotCertificate::Destroyed),
        (&[issued(&[1]), gone, gone], WhyNotCertificate::Revoked),
        (&[issued(&[1]), held, held], WhyNotCertificate::Revoked),
        (&[issued(&[1]), gone, destroyed], WhyNotCertificate::Revoked),
        (&[issued(&[1]), gone, issued(&[1])], WhyNotCertificate::SerialInUse),
        (&[issued(&[])], WhyNotCertificate::Serial),
        (&[issued(&[0, 1])], WhyNotCertificate::Serial),
        (&[issued(&[1; 21])], WhyNotCertificate::Serial),
    ] {
        let change = Change { certificates: events, ..Change::of(Step::Prepare) };
        let error = store.apply(1, 2, &change, &desk()).unwrap_err();
        let StoreError::Certificate { number: 1, purpose: Purpose::Signature, why } = error else {
            panic!("{error}")
        };
        assert_eq!(why, expected, "{events:?}");
    }
    assert_eq!(store.certificates(1).unwrap(), []);
    // What was destroyed can still be revoked, and another be issued.
    let change = Change {
        certificates: &[issued(&[1]), destroyed, revoked(Reason::Unspecified), issued(&[2])],
        ..Change::of(Step::Prepare)
    };
    store.apply(1, 2, &change, &desk()).unwrap();
    assert_eq!(store.certificates(1).unwrap().len(), 2);
}

pub(super) fn lists_of_what_was_revoked_are_read_piece_by_piece(store: &mut dyn Store) {
    let at = UnixTime::from_seconds(1_800_000_000);
    for number in 1..=3 {
        let version = handed_over(store, number, "20361122");
        let reason = if number == 2 { Reason::CertificateHold } else { Reason::CessationOfOperation };
        let revoked = CertificateEvent::Revoked { purpose: Purpose::UserAuthentication, reason, at };
        let change = Change { certificates: &[revoked], ..Change::of(Step::ReportLoss) };
        store.apply(number, version, &change, &desk()).unwrap();
    }
    let first = store.revoked(Purpose::UserAuthentication, 0, 2).unwrap();
    assert_eq!(first.iter().map(|found| found.case).collect::<Vec<_>>(), [1, 2]);
    let rest = store.revoked(Purpose::UserAuthentication, first[1].number, 2).unwrap();
    assert_eq!(rest.iter().map(|found| found.case).collect::<Vec<_>>(), [3]);
    assert_eq!(first[1].state, CertificateState::Revoked { reason: Reason::CertificateHold, at });
    assert_eq!(store.revoked(Purpose::Signature, 0, 10).unwrap(), []);
}

pub(super) fn what_is_due_is_found(store: &mut dyn Store) {
    for (number, deadline) in [(1, "20270101"), (2, "20270102"), (3, "20270102"), (4, "20270201")] {
        store.register(application(number), &desk()).unwrap();
        store.receive(&released(&[number]), &desk()).unwrap();
        store.step_all(&[number], Step::Prepare, &desk()).unwrap();
        store.send_notice(number, 3, date(deadline), &desk()).unwrap();
    }
    store.register(application(5), &desk()).unwrap();
    let numbers = |cases: Vec<Case>| cases.iter().map(|case| case.number).collect::<Vec<_>>();
    assert_eq!(numbers(store.overdue(date("20270102"), 0, 10).unwrap()), [1]);
    assert_eq!(numbers(store.overdue(date("20270103"), 1, 1).unwrap()), [2]);
    assert_eq!(store.counts().unwrap(), [(State::Registered, 1), (State::Noticed, 4)]);
    let deadlines = store.deadlines(date("20270101"), date("20270131")).unwrap();
    assert_eq!(deadlines, [(date("20270101"), 1), (date("20270102"), 2)]);

    let version = handed_over(store, 6, "20361122");
    handed_over(store, 7, "20361123");
    assert_eq!(numbers(store.expiring(date("20361122"), date("20361122"), 0, 10).unwrap()), [6]);
    assert_eq!(numbers(store.expiring(date("20360101"), date("20361231"), 0, 10).unwrap()), [6, 7]);
    assert_eq!(numbers(store.expiring(date("20360101"), date("20361231"), 6, 10).unwrap()), [7]);
    store.step(6, version, Step::Return, &by(Actor::Holder, 0)).unwrap();
    assert_eq!(numbers(store.expiring(date("20360101"), date("20361231"), 0, 10).unwrap()), [7]);
}

pub(super) fn a_card_expires_after_its_last_day_only(store: &mut dyn Store) {
    let version = handed_over(store, 1, "20261123");
    let early = store.step(1, version, Step::Expire, &by(Actor::Calendar, 1)).unwrap_err();
    assert!(matches!(early, StoreError::NotOverdue { number: 1, .. }), "{early}");
    let case = store.step(1, version, Step::Expire, &by(Actor::Calendar, 2)).unwrap();
    assert_eq!(case.state, State::Expired);
}

pub(super) fn many_are_registered_at_once_and_each_is_told(store: &mut dyn Store) {
    store.register(application(2), &desk()).unwrap();
    let applications = [1, 2, 3, 3].map(application).into();
    let told = store.register_all(applications, &desk()).unwrap();
    let numbers: Vec<_> = told
        .iter()
        .map(|one| match one {
            Registration::Registered(receipt) => Ok(receipt.number),
            Registration::FormInUse { number } => Err(*number),
        })
        .collect();
    assert_eq!(numbers, [Ok(2), Err(1), Ok(3), Err(3)]);
    assert_eq!(store.verify_audit(None).unwrap().number, 3);
    assert_eq!(store.register_all(Vec::new(), &desk()).unwrap(), []);
}

pub(super) fn the_successor_of_a_card_is_a_case(store: &mut dyn Store) {
    let version = handed_over(store, 1, "20361122");
    let unknown = Change { successor: Some(9), ..Change::of(Step::Replace) };
    let error = store.apply(1, version, &unknown, &desk()).unwrap_err();
    assert!(matches!(error, StoreError::NoSuchCase { number: 9 }), "{error}");
    handed_over(store, 2, "20361122");
    let replace = Change { successor: Some(2), ..Change::of(Step::Replace) };
    let case = store.apply(1, version, &replace, &desk()).unwrap();
    assert_eq!((case.state, case.successor), (State::Replaced, Some(2)));
}

/// Answers of which the one to the question about hats is given.
fn answers(no_hat: Answer) -> Vec<(Question, Answer)> {
    let given = |question| if question == Question::NoHat { no_hat } else { Answer::Yes };
    Question::ALL.into_iter().map(|question| (question, given(question))).collect()
}

fn judge(store: &mut dyn Store, version: u64, given: &[(Question, Answer)]) -> Result<Case, StoreError> {
    let photo = Some(PhotoAnswers { sha256: None, answers: given });
    store.apply(1, version, &Change { photo, ..Change::of(Step::JudgePhoto) }, &desk())
}

pub(super) fn the_clerks_answers_about_a_photo_are_kept_with_the_case(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    assert_eq!(store.photo_answers(1).unwrap(), []);
    let excused = answers(Answer::Excused(Exception::Religious));
    assert_eq!(judge(store, 1, &answers(Answer::No)).unwrap().version, 2);
    // No card is received for a photo that is not fit.
    let error = store.receive(&released(&[1]), &desk()).unwrap_err();
    assert!(matches!(error, StoreError::PhotoNotFit { number: 1 }), "{error}");
    judge(store, 2, &excused).unwrap();
    let kept = store.photo_answers(1).unwrap();
    assert_eq!(kept.len(), 10, "both judgements");
    let last: Vec<_> = kept.iter().skip(5).map(|given| (given.question, given.answer)).collect();
    assert_eq!(last, excused);
    assert!(kept.iter().all(|given| given.clerk == "desk-1" && given.at == desk().at));
    assert_eq!(PhotoAnswer::verdict(&kept).unwrap().unwrap().exceptions().len(), 1);
    // The log says that it was judged; the ground, which may be a religion or an illness, is not in it.
    let records = store.audit(1, 10).unwrap();
    assert!(records.iter().all(|record| record.event == "judge-photo"));
    assert!(!format!("{records:?}").contains("religious"));
    store.receive(&released(&[1]), &desk()).unwrap();
    // Afterwards it is too late.
    assert!(matches!(judge(store, 4, &excused).unwrap_err(), StoreError::Refused { .. }));
}

pub(super) fn answers_that_are_not_all_or_not_about_this_photo_are_refused(store: &mut dyn Store) {
    store.register(application(1), &desk()).unwrap();
    let all = answers(Answer::Yes);
    let none = store.apply(1, 1, &Change::of(Step::JudgePhoto), &desk()).unwrap_err();
    assert!(matches!(none, StoreError::Checklist { number: 1 }), "{none}");
    for given in [all[1..].to_vec(), [all.clone(), vec![(Question::NoHat, Answer::Yes)]].concat()] {
        assert!(matches!(judge(store, 1, &given).unwrap_err(), StoreError::Checklist { number: 1 }));
    }
    let photo = Some(PhotoAnswers { sha256: Some(&[7; 32]), answers: &all });
    let other = store.apply(1, 1, &Change { photo, ..Change::of(Step::JudgePhoto) }, &desk()).unwrap_err();
    assert!(matches!(other, StoreError::OtherPhoto { number: 1 }), "{other}");
    assert_eq!((store.case(1).unwrap().version, store.photo_answers(1).unwrap()), (1, Vec::new()));
    assert_eq!(store.verify_audit(None).unwrap().number, 1);
}

pub(super) fn open_pins_stay_with_the_case_until_it_is_finished(store: &mut dyn Store) {
    let version = handed_over(store, 1, "20361122");
    let begun = |pins: &[Asked], step, version, store: &mut dyn Store| {
        store.apply(1, version, &Change { open_pins: Some(pins), ..Change::of(step) }, &desk())
    };
    let case = begun(&[Asked::Signature, Asked::Juki], Step::BeginReset, version, store).unwrap();
    assert_eq!(case.open_pins, [Asked::Signature, Asked::Juki]);
    let case = begun(&[Asked::Juki], Step::SetPin, case.version, store).unwrap();
    assert_eq!(case.open_pins, [Asked::Juki]);
    // A step that says nothing of them leaves them open.
    let case = store.step(1, case.version, Step::BeginReset, &desk()).unwrap();
    assert_eq!(case.open_pins, [Asked::Juki]);
    let case = store.step(1, case.version, Step::ResetPin, &desk()).unwrap();
    assert_eq!((case.state, case.open_pins.len()), (State::HandedOver, 0));
    // With a password open, a suspension would be lifted over it.
    let case = begun(&[Asked::Signature], Step::BeginRenewal, case.version, store).unwrap();
    let refused = store.step(1, case.version, Step::Suspend, &desk()).unwrap_err();
    let StoreError::Refused { refusal, .. } = refused else { panic!("{refused}") };
    assert_eq!(refusal.why, Why::Missing(Step::RenewCertificates));
    let misplaced = begun(&[Asked::Signature], Step::RenewCertificates, case.version, store).unwrap_err();
    assert!(matches!(misplaced, StoreError::Misplaced { .. }), "{misplaced}");
    let case = store.step(1, case.version, Step::RenewCertificates, &desk()).unwrap();
    store.step(1, case.version, Step::Suspend, &desk()).unwrap();
}

pub(super) fn notices_are_counted_on_the_day_they_were_sent(store: &mut dyn Store) {
    for number in 1..=3 {
        store.register(application(number), &desk()).unwrap();
    }
    store.receive(&released(&[1, 2, 3]), &desk()).unwrap();
    store.step_all(&[1, 2, 3], Step::Prepare, &desk()).unwrap();
    for (number, days) in [(1, 0), (2, 0), (3, 4)] {
        let by = by(Actor::Municipality, days);
        store.send_notice(number, 3, date("20270228"), &by).unwrap();
    }
    // What became of the case afterwards does not matter.
    store.step(1, 4, Step::OpenCounter, &desk()).unwrap();
    let notices = store.notices(date("20261101"), date("20261231")).unwrap();
    assert_eq!(notices, [(date("20261122"), 2), (date("20261126"), 1)]);
    assert_eq!(store.notices(date("20261123"), date("20261125")).unwrap(), []);
}

pub(super) fn the_representative_who_registered_an_application_is_kept(store: &mut dyn Store) {
    let name = ContactName::parse("検証　花子").unwrap();
    store.register(represented(1, name.clone()), &desk()).unwrap();
    assert_eq!(store.representative(1).unwrap(), Some(name));
    assert!(matches!(store.representative(2), Err(StoreError::NoSuchCase { number: 2 })));
}
