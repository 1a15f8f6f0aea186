use super::*;
use crate::photo;
use jpeg_encoder::{ColorType, Encoder};
use mynumber_applet::{Date, NumberError, Sex};
use mynumber_crypto::UnixTime;

pub(crate) const ID: &str = "99999000000000000000001";

fn date(text: &str) -> Date {
    Date::parse(text.as_bytes()).unwrap()
}

pub(crate) fn today() -> Date {
    date("20261122")
}

pub(crate) fn now() -> UnixTime {
    UnixTime::from_utc_time(b"261122010000Z").unwrap()
}

fn digital_photo() -> photo::Digital {
    let mut state = 1u32;
    let pixels: Vec<u8> = (0..480 * 480 * 3)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    let mut file = Vec::new();
    Encoder::new(&mut file, 50).encode(&pixels, 480, 480, ColorType::Rgb).unwrap();
    photo::Digital::check(&file, date("20261101"), today()).unwrap()
}

pub(crate) fn paper_photo() -> photo::Paper {
    photo::Paper::check(450, 350, date("20261101"), today()).unwrap()
}

fn particulars() -> Particulars {
    Particulars {
        name: "検証　太郎".to_owned(),
        address: "架空県見本市試験町１－２－３".to_owned(),
        birth_date: date("19800217"),
        sex: Sex::Male,
        end_of_stay: None,
    }
}

pub(crate) fn entry() -> Entry {
    Entry {
        channel: Channel::Smartphone,
        form: Form::Printed { kind: FormKind::MunicipalityQr, id: FormId::parse(ID).unwrap() },
        on_form: particulars(),
        today: particulars(),
        birth_date: parse_date("昭和55年2月17日").unwrap(),
        registrant: Registrant::Applicant,
        under_guardianship: false,
        contact: Some(Contact {
            name: ContactName::parse("検証　太郎").unwrap(),
            email: Email::parse_twice("taro@example.invalid", "taro@example.invalid").unwrap(),
        }),
        device: Device::Same,
        photo: Photo::Digital(digital_photo()),
        wishes: Wishes { signature: true, user_authentication: true, braille_name: false },
        terms_accepted: true,
    }
}

/// What is wrong with an entry after a change.
fn problems(change: impl FnOnce(&mut Entry)) -> Vec<Problem> {
    let mut entry = entry();
    change(&mut entry);
    entry.check(today()).err().map(|refused| refused.problems).unwrap_or_default()
}

fn born(entry: &mut Entry, day: &str) {
    entry.birth_date = date(day);
    entry.on_form.birth_date = date(day);
    entry.today.birth_date = date(day);
}

fn representative() -> Registrant {
    Registrant::Representative { name: ContactName::parse("検証　花子").unwrap() }
}

#[test]
fn an_application_form_id_is_23_half_width_digits() {
    assert_eq!(FormId::parse(ID).unwrap().as_str(), ID);
    assert_eq!(FormId::parse(&ID[1..]), Err(FormIdError::Length { digits: 22 }));
    assert_eq!(FormId::parse(&(ID.to_owned() + "0")), Err(FormIdError::Length { digits: 24 }));
    assert_eq!(FormId::parse(""), Err(FormIdError::Length { digits: 0 }));
    assert_eq!(FormId::parse(&ID.replacen('0', "０", 1)), Err(FormIdError::FullWidth { position: 5 }));
    assert_eq!(FormId::parse(&ID.replacen('0', "-", 1)), Err(FormIdError::NotADigit { position: 5 }));
    assert_eq!(FormId::parse(&format!(" {ID}")), Err(FormIdError::NotADigit { position: 0 }));
}

#[test]
fn what_is_in_order_is_confirmed_and_then_registered() {
    let checked = entry().check(today()).unwrap();
    assert_eq!(checked.entry().channel, Channel::Smartphone);
    let (application, receipt) = checked.confirm().register(7, now()).unwrap();
    assert_eq!((application.number, receipt.number), (7, 7));
    assert_eq!(receipt.notice_expected, date("20261222"));
    assert_eq!(application.form.id().map(FormId::as_str), Some(ID));
    assert_eq!(application.resident, particulars());
}

#[test]
fn what_the_applicant_changes_is_checked_again() {
    let mut entry = entry().check(today()).unwrap().change();
    entry.terms_accepted = false;
    assert_eq!(entry.check(today()).unwrap_err().problems, [Problem::TermsNotAccepted]);
}

#[test]
fn a_form_whose_print_has_changed_is_refused_with_the_advice_to_ask_for_a_new_one() {
    type Change = fn(&mut Particulars);
    let changes: [(Change, Particular); 5] = [
        (|now| now.name = "検証　次郎".to_owned(), Particular::Name),
        (|now| now.address.push('４'), Particular::Address),
        (|now| now.birth_date = date("19800218"), Particular::BirthDate),
        (|now| now.sex = Sex::Female, Particular::Sex),
        (|now| now.end_of_stay = Some(date("20280331")), Particular::EndOfStay),
    ];
    for (change, field) in changes {
        let found = problems(|entry| change(&mut entry.today));
        assert_eq!(found, [Problem::FormOutdated { fields: vec![field] }]);
        assert!(found[0].to_string().contains("ask the municipality for a new form"));
        assert!(found[0].japanese().contains("新しい申請書"));
    }
}

#[test]
fn the_birth_date_entered_is_the_one_on_the_form() {
    let found = problems(|entry| entry.birth_date = parse_date("昭和56年2月17日").unwrap());
    assert_eq!(found, [Problem::BirthDateDiffers]);
}

#[test]
fn who_is_under_fifteen_needs_a_representative_and_gets_no_signature_certificate() {
    let found = problems(|entry| born(entry, "20111123"));
    assert_eq!(
        found,
        [Problem::RepresentativeNeeded(Ground::Under15), Problem::NoSignatureCertificate(Ground::Under15)]
    );
    assert_eq!(problems(|entry| born(entry, "20111122")), [], "fifteen today");
    let with_representative = problems(|entry| {
        born(entry, "20260101");
        entry.registrant = representative();
        entry.wishes.signature = false;
    });
    assert_eq!(with_representative, []);
}

#[test]
fn an_adult_under_guardianship_is_represented() {
    let found = problems(|entry| entry.under_guardianship = true);
    assert_eq!(
        found,
        [
            Problem::RepresentativeNeeded(Ground::Guardianship),
            Problem::NoSignatureCertificate(Ground::Guardianship)
        ]
    );
    let represented = problems(|entry| {
        entry.under_guardianship = true;
        entry.registrant = representative();
        entry.wishes.signature = false;
    });
    assert_eq!(represented, []);
}

#[test]
fn certificates_can_be_declined() {
    let wishes = Wishes { signature: false, user_authentication: false, braille_name: true };
    let mut entry = entry();
    entry.wishes = wishes;
    let (application, _) = entry.check(today()).unwrap().confirm().register(1, now()).unwrap();
    assert_eq!(application.wishes, wishes);
}

#[test]
fn a_hand_written_form_carries_my_number_and_comes_by_post() {
    assert_eq!(Form::hand_written("123456789019").unwrap_err(), NumberError::CheckDigit);
    assert_eq!(Form::hand_written("12345678901").unwrap_err(), NumberError::Length);
    let found = problems(|entry| entry.form = Form::hand_written("123456789018").unwrap());
    assert_eq!(found, [Problem::HandWrittenByPostOnly]);
    let by_post = problems(|entry| {
        entry.form = Form::hand_written("123456789018").unwrap();
        entry.channel = Channel::Post;
        entry.contact = None;
        entry.photo = Photo::Paper(paper_photo());
    });
    assert_eq!(by_post, []);
}

#[test]
fn each_channel_takes_its_kind_of_photo_and_contact() {
    for channel in Channel::ALL {
        assert_eq!(Channel::from_name(channel.name()), Some(channel));
        let digital = problems(|entry| entry.channel = channel);
        let paper = problems(|entry| {
            entry.channel = channel;
            entry.photo = Photo::Paper(paper_photo());
        });
        let nobody = problems(|entry| {
            entry.channel = channel;
            entry.contact = None;
        });
        match channel {
            Channel::Post => {
                assert_eq!((digital, paper), (vec![Problem::PhotoMedium { paper: false }], vec![]));
            }
            _ => assert_eq!((digital, paper), (vec![], vec![Problem::PhotoMedium { paper: true }])),
        }
        assert_eq!(nobody.contains(&Problem::ContactMissing), channel.needs_contact());
    }
}

#[test]
fn the_photo_is_not_too_old_on_the_day_of_the_application() {
    let refused = entry().check(date("20270502")).unwrap_err();
    assert_eq!(refused.problems, [Problem::PhotoAge(photo::AgeError::TooOld)]);
    assert!(entry().check(date("20270501")).is_ok());
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let mut entry = entry();
    entry.terms_accepted = false;
    entry.contact = None;
    entry.birth_date = date("19800218");
    entry.today.end_of_stay = Some(date("20261121"));
    let refused = entry.check(today()).unwrap_err();
    assert_eq!(
        refused.problems,
        [
            Problem::FormOutdated { fields: vec![Particular::EndOfStay] },
            Problem::BirthDateDiffers,
            Problem::StayEnded,
            Problem::TermsNotAccepted,
            Problem::ContactMissing,
        ]
    );
    assert!(refused.problems.iter().all(|problem| problem.japanese().ends_with('。')));
}

#[test]
fn b8_an_application_shows_nothing_of_its_person() {
    let mut entry = entry();
    entry.form = Form::hand_written("123456789018").unwrap();
    entry.registrant = representative();
    let shown = format!("{entry:?}");
    let refused = entry.check(today()).unwrap_err();
    let shown = shown + &format!("{refused:?} {refused}");
    let (application, receipt) = self::entry().check(today()).unwrap().confirm().register(1, now()).unwrap();
    let shown = shown + &format!("{application:?} {receipt:?}");
    for secret in ["検証", "太郎", "花子", "架空県", "taro", "123456789018", ID] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
