//! The values of the card: secrets by their form, numbers, dates, counters, and what the views of its files tell.

use core::fmt::Debug;

use mynumber_applet::content::{
    AgeRecord, AgeRecordRepr, ApplicationVersion, Attributes, AttributesRepr, CardFace, CardFaceBasicInfo,
    CardFaceRepr, CardVerifiableCertificate, CardVerifiableCertificateRepr, CertificateAvailability,
    ChipPublicKey, CommonRecord, CommonRecordRepr, ContentError, IndividualNumber, InputAssistBasicInfo,
    InputAssistIntegrity, KeyRecord, KeyReference, LIMIT, NumberImage, NumberImageRepr, SessionPublicKey,
    TokenFlags, TokenInfo, TokenInfoRepr, card_number, digested_attributes, digested_number, expiry_date,
    municipality_code,
};
use mynumber_applet::issuer::{COMMANDS, may_set};
use mynumber_applet::pin::{
    BirthDatePin, FourDigitPin, PinFormError, Secret, SecurityCode, SignaturePassword, VerificationNumberA,
    VerificationNumberB,
};
use mynumber_applet::retry::RetryCounter;
use mynumber_applet::{
    Date, Ef, Era, EraDate, MunicipalityCode, MyNumber, Sex, TokenKind, check_digit, rows,
};

use super::card_edits;
use super::choices::{Choices, chosen};
use super::in_part::in_part;

/// Takes the first byte for the kind of value and the rest for the value, or for several.
///
/// # Panics
/// When a secret of the wrong form is taken or a refusal tells it, when a value does not come back from its text, when a counter
/// gives tries away, or when an emitted file is not read back.
pub fn card_values(data: &[u8]) {
    let mut choices = Choices(data);
    if data.first() != Some(&SEVERAL) {
        return one_value(&mut choices);
    }
    let _ = choices.byte();
    for _ in 0..VALUES {
        let length = choices.word();
        one_value(&mut Choices(choices.bytes(length.into())));
    }
}

/// The first byte of an input that holds several, each behind two bytes of its length; how many.
const SEVERAL: u8 = 0xFF;
const VALUES: usize = 16;

fn one_value(choices: &mut Choices<'_>) {
    match choices.byte().unwrap_or(0) {
        0 => secrets(choices.0),
        1 => numbers(choices.0),
        2 => dates(choices),
        3 => counters(choices),
        4 => rows_of(choices),
        5 => emitted(choices),
        6 => views(choices.0, true),
        8 => card_edits::edited(choices),
        _ => small_views(choices.0),
    }
}

fn secrets(value: &[u8]) {
    let text = String::from_utf8_lossy(value);
    form(SignaturePassword::parse(&text), &text, |form| (6..=16).contains(&form.len()));
    form(SignaturePassword::parse_exact(&text), &text, |form| form == text.as_bytes());
    form(FourDigitPin::parse(&text), &text, |form| form.len() == 4);
    form(SecurityCode::parse(&text), &text, |form| form.len() == 4);
    form(BirthDatePin::parse(&text), &text, |form| form.len() == 6);
    form(VerificationNumberA::parse(&text), &text, |form| form.len() == 12);
    form(VerificationNumberB::parse(&text), &text, |form| form.len() == 14);
    let exact = |form: &[u8]| form == value;
    form(SignaturePassword::parse_bytes(value), &text, |form| form.eq_ignore_ascii_case(value));
    form(FourDigitPin::parse_bytes(value), &text, exact);
    form(SecurityCode::parse_bytes(value), &text, exact);
    form(BirthDatePin::parse_bytes(value), &text, exact);
    form(VerificationNumberA::parse_bytes(value), &text, exact);
    form(VerificationNumberB::parse_bytes(value), &text, exact);
    for row in rows::pins() {
        let _ = row.format.accepts(value);
    }
}

fn form<S: Secret + Debug>(parsed: Result<S, PinFormError>, text: &str, holds: impl Fn(&[u8]) -> bool) {
    match parsed {
        Ok(secret) => {
            assert!(holds(secret.bytes()), "a secret of the wrong form");
            assert!(text.len() < 4 || !format!("{secret:?}").contains(text), "a secret shows itself");
        }
        Err(error) => {
            let said = format!("{error} {error:?} {:?} {}", error.kind(), error.secret());
            assert!(text.len() < 8 || !said.contains(text), "a refusal tells the secret");
        }
    }
}

fn shown<T: Debug, E: Debug + ToString>(result: Result<T, E>) -> Option<T> {
    if let Err(error) = &result {
        assert!(!format!("{error:?}{}", error.to_string()).is_empty());
    }
    result.ok()
}

fn numbers(digits: &[u8]) {
    if let Some(number) = shown(MyNumber::parse(digits)) {
        assert_eq!((number.as_bytes().as_slice(), number.as_str().as_bytes()), (digits, digits));
        assert_eq!(VerificationNumberA::from(&number).as_bytes(), digits);
    }
    if let Some(body) = digits.first_chunk::<11>() {
        let made = shown(MyNumber::from_body(body));
        assert_eq!(made.map(|number| number.as_bytes()[11]), check_digit(body));
    }
    if let Some(code) = shown(MunicipalityCode::parse(digits)) {
        assert_eq!((code.as_bytes().as_slice(), code.to_string().as_bytes()), (digits, digits));
        assert!(format!("{code:?}").contains(code.as_str()) && code.prefecture() <= 99);
    }
}

fn dates(choices: &mut Choices<'_>) {
    let (year, month, day) = (choices.word(), choices.byte().unwrap_or(1), choices.byte().unwrap_or(1));
    if let Some(date) = shown(Date::new(year, month, day)) {
        assert_eq!(Date::parse(&date.to_ascii()), Ok(date));
        assert_eq!((date.year(), date.month(), date.day()), (year, month, day));
        if let Some(era) = date.to_era() {
            assert_eq!(era.to_date(), date);
            assert_eq!(EraDate::new(era.era(), era.year(), era.month(), era.day()), Ok(era));
            assert_eq!(BirthDatePin::from(era).as_bytes(), era.yymmdd());
            assert!(format!("{era} {era:?} {}", era.era().japanese()).contains('年'), "{era}");
            in_part(format_args!("{era}"));
        }
        let birth = BirthDatePin::from_date(date);
        assert_eq!(birth.is_ok(), date.to_era().is_some());
        composed(date, choices.word(), choices.bytes(4));
        assert!(!format!("{date} {date:?}").is_empty());
    }
    let _ = shown(Date::parse(choices.0));
    if let Some(era) = choices.byte().and_then(Era::from_digit) {
        assert_eq!(Era::from_digit(era.digit()), Some(era));
        let first = era.first_day();
        assert_eq!(first.to_era().map(EraDate::era), Some(era));
        let _ = shown(EraDate::new(era, choices.byte().unwrap_or(1), month, day));
    }
}

fn composed(birth: Date, expiry: u16, code: &[u8]) {
    let Some(code) = shown(SecurityCode::parse_bytes(code)) else { return };
    let whole = shown(VerificationNumberB::compose(birth, expiry, &code));
    let parts =
        BirthDatePin::from_date(birth).and_then(|pin| VerificationNumberB::from_parts(&pin, expiry, &code));
    assert_eq!(
        whole.map(|number| number.as_bytes().to_vec()),
        parts.ok().map(|number| number.as_bytes().to_vec())
    );
}

fn counters(choices: &mut Choices<'_>) {
    let (limit, remaining) = (choices.byte().unwrap_or(0), choices.byte().unwrap_or(0));
    let stored = RetryCounter::from_stored(limit, remaining);
    assert!(stored.is_none() || remaining <= limit, "{remaining} of {limit}");
    let mut counter = stored.unwrap_or(RetryCounter::new(limit));
    while let Some(step) = choices.byte() {
        let before = counter.remaining();
        match step % 4 {
            0 => match counter.begin() {
                Ok(_) => assert_eq!(counter.remaining() + 1, before, "an attempt costs a try first"),
                Err(blocked) => assert!(before == 0 && !format!("{blocked} {blocked:?}").is_empty()),
            },
            1 => {
                if let Ok(attempt) = counter.begin() {
                    counter.succeed(attempt);
                    assert_eq!(counter.remaining(), counter.limit());
                }
            }
            2 => counter.block(),
            _ => counter.reset(),
        }
        assert!(counter.remaining() <= counter.limit() && counter.is_blocked() == (counter.remaining() == 0));
    }
}

/// The model's rows, by every identity.
fn rows_of(choices: &mut Choices<'_>) {
    let byte = choices.byte().unwrap_or(0);
    let pins: Vec<_> = rows::pins().collect();
    let (files, keys): (Vec<_>, Vec<_>) = (rows::files().collect(), rows::keys().collect());
    if let (Some(pin), Some(file), Some(key)) =
        (chosen(&pins, byte), chosen(&files, byte), chosen(&keys, byte))
    {
        assert!(pin.id.row() == *pin && file.id.row() == *file && key.id.row() == *key);
        let _ = (may_set(pin.id), file.ef.short(), key.ef.and_then(Ef::short));
        assert!(!format!("{pin:?}{file:?}{key:?}{}", file.ef).is_empty());
        let application = pin.application.row();
        assert_eq!(application.id, pin.application);
        let aid: String = application.aid.0.iter().map(|byte| format!("{byte:02X}")).collect();
        assert!(application.aid.to_string() == aid && format!("{:?}", application.aid).contains(&aid));
    }
    let ef = Ef(u16::from_be_bytes([byte & 0x01, byte]));
    assert_eq!(ef.short(), (1..=30).contains(&ef.0).then_some(byte));
    if let Some(row) = chosen(COMMANDS, byte) {
        assert_eq!(row.id.row().instruction, row.instruction);
    }
    if let Some(row) = chosen(rows::card_manager::DATA_OBJECTS, byte) {
        assert_eq!(row.id.row().tag, row.tag);
    }
    let label = choices.0;
    assert!(TokenKind::from_label(label).is_none_or(|kind| label.starts_with(kind.label().as_bytes())));
    let sex = Sex::from_code(byte);
    assert!(sex.is_none_or(|sex| sex.code() == byte && !sex.japanese().is_empty()));
}

/// Where an emitted file goes: as much room as the input says.
fn room(choices: &mut Choices<'_>) -> Vec<u8> {
    vec![0; usize::from(choices.word())]
}

/// Files made of the input: refused with a reason, or read back.
fn emitted(choices: &mut Choices<'_>) {
    let mut buffer = room(choices);
    let date = Date::new(choices.word(), choices.byte().unwrap_or(1), choices.byte().unwrap_or(1));
    let (Ok(date), kind) = (date, choices.byte().unwrap_or(0)) else { return };
    let sex = Sex::from_code(kind >> 4).unwrap_or(Sex::Male);
    let texts = [(); 3].map(|()| String::from_utf8_lossy(choices.counted()).into_owned());
    let [first, second, third] = texts.each_ref().map(String::as_str);
    let length = usize::from(choices.word());
    let long: Vec<u8> = choices.counted().iter().copied().chain([0x5A]).cycle().take(length).collect();
    let bytes = [choices.counted(), choices.counted(), choices.counted()];
    let key = ChipPublicKey::new(bytes[0], bytes[1]);
    let _ = shown(key);
    let fallback = ChipPublicKey::new(&[0x01, 0x00, 0x01], &[0xC1; 256]);
    let Ok(key) = key.or(fallback) else { unreachable!("a key of 2048 bits") };
    match kind & 0x0F {
        0 => {
            let repr = AttributesRepr { name: first, address: second, birth_date: date, sex };
            let read = shown(repr.emit(&mut buffer)).map(Attributes::parse);
            assert!(read.is_none_or(|read| read.and_then(|view| view.to_repr()).as_ref() == Ok(&repr)));
        }
        1 => {
            let repr = TokenInfoRepr::new(TokenKind::Card, first, second, third);
            let read = shown(repr.emit(&mut buffer)).map(TokenInfo::parse);
            assert!(read.is_none_or(|read| read.is_ok()));
        }
        2 => drop(shown(AgeRecordRepr { birth_date: date, key, signature: &long }.emit(&mut buffer))),
        3 => {
            let repr = NumberImageRepr { image: &long, key, signature: bytes[2] };
            assert_eq!(format!("{repr:?}"), format!("NumberImageRepr [{length}]"));
            let _ = shown(repr.emit(&mut buffer));
        }
        4 => drop(shown(key.emit(&mut buffer))),
        5 => drop(shown(SessionPublicKey { key }.emit(&mut buffer))),
        6 => {
            let (group, number) = (first.as_bytes().first_chunk(), second.as_bytes().first_chunk());
            if let (Some(group), Some(number)) = (group, number) {
                let _ = shown(KeyReference::new(group, number, [kind; 4]));
            }
        }
        8 => common_record(bytes[0], date, &mut buffer),
        _ => {
            let repr = CardFaceRepr {
                birth_date: date,
                sex,
                key,
                name_image: &long,
                address_image: bytes[2],
                photo: &long,
                signature: &long,
                expiry: date,
                security_code_image: bytes[2],
            };
            let read = shown(repr.emit(&mut buffer)).map(CardFace::parse);
            assert!(read.is_none_or(|read| read.is_ok()));
        }
    }
}

/// A serial number of anything, and a municipality.
fn common_record(text: &[u8], expiry: Date, buffer: &mut [u8]) {
    let Some((serial, municipality)) = text.split_first_chunk() else { return };
    let Some(municipality) = shown(MunicipalityCode::parse(municipality)) else { return };
    let repr = CommonRecordRepr { serial: *serial, municipality, expiry };
    let room = buffer.len();
    let written = shown(repr.emit(buffer));
    assert_eq!(written.is_some(), serial.iter().all(u8::is_ascii_digit) && room >= CommonRecordRepr::LEN);
    let read = written.map(|bytes| CommonRecord::parse(bytes).and_then(|view| view.to_repr()));
    assert!(read.is_none_or(|read| read == Ok(repr)));
}

/// Reads what the view says and, when it means something, writes it into too little room and into enough.
macro_rules! says {
    ($every_room:expr, $parsed:expr, $view:ident => $($part:expr),* $(,)?) => {
        if let Some($view) = shown($parsed) {
            let parts = [$(format!("{:?}", $part)),*];
            assert!(parts.iter().all(|part| !part.is_empty()));
            if let Some(repr) = shown($view.to_repr()) {
                let mut buffer = vec![0; 0x1_2000];
                let length = repr.emit(&mut buffer).map_or(0, <[u8]>::len);
                // Every room for a short file and for the front of a long one, then every seventh.
                for short in (0..length).filter(|short| $every_room && (*short < 700 || short % 7 == 0)) {
                    let room = buffer.get_mut(..short).unwrap_or_default();
                    let _ = shown(repr.emit(room).map(<[u8]>::len));
                }
            }
        }
    };
}

/// `every_room`: what is written again is written into too little room as well.
pub(super) fn views(input: &[u8], every_room: bool) {
    let Some((kind, file)) = input.split_first() else { return };
    match kind {
        0 => {
            says!(every_room, Attributes::parse(file), view => view, view.address(), view.name(), view.as_bytes(), view.birth_date(),
            view.birth_date_text(), view.digested(), view.offsets_agree(), view.sex(), view.sex_code());
        }
        1 => {
            says!(every_room, IndividualNumber::parse(file), view => view, view.as_bytes(), view.as_str(), view.digits(),
            view.number(), VerificationNumberA::from(&view));
        }
        2 => {
            says!(every_room, InputAssistIntegrity::parse(file), view => view, view.as_bytes(), view.attributes_digest(),
            view.number_digest(), view.signature(), view.signed_part());
        }
        3 => {
            says!(every_room, InputAssistBasicInfo::parse(file), view => view, view.as_bytes(), view.key(), view.opaque(),
            version(view.version()));
        }
        4 => {
            says!(every_room, KeyRecord::parse(file), view => view, view.as_bytes(), view.key(), view.signature(),
            view.signed_part());
        }
        5 => {
            says!(every_room, CardFace::parse(file), view => view, view.as_bytes(), view.digest_groups(), view.offsets_agree(),
            view.signature(), view.signed(), view.unsigned(), view.signed().birth_date(), view.signed().sex(),
            view.unsigned().expiry());
        }
        6 => {
            says!(every_room, AgeRecord::parse(file), view => view, view.as_bytes(), view.birth_date(), view.birth_date_text(),
            view.key(), view.signature(), view.signed_part());
        }
        7 => {
            says!(every_room, NumberImage::parse(file), view => view, view.as_bytes(), view.image(), view.key(), view.signature(),
            view.signed_part());
        }
        8 => {
            says!(every_room, CardFaceBasicInfo::parse(file), view => view, view.as_bytes(), view.data_version(), view.key(),
            view.second_key(), view.municipality(), view.opaque(), version(view.version()));
        }
        9 => {
            says!(every_room, CardVerifiableCertificate::parse(file), view => view, view.issuer(), view.subject(), view.key(),
            view.signature(), view.signed_part(), view.to_repr().map(|repr| data_object(&repr)));
        }
        10 => {
            says!(every_room, TokenInfo::parse(file), view => view, view.as_bytes(), view.flags(), view.kind(), view.label(),
            view.manufacturer(), view.model(), view.pin_lengths(), view.serial(),
            view.flags().contains(TokenFlags(u32::from(*kind))));
        }
        11 => {
            says!(every_room, CertificateAvailability::parse(file), view => view, view.as_bytes(), view.has_signature(),
            view.has_user_authentication());
        }
        _ => {
            says!(every_room, CommonRecord::parse(file), view => view, view.digits(), view.expiry(), view.expiry_text(),
            view.manufacture_number(), view.municipality(), view.serial());
        }
    }
}

/// The form of the data object is read back, and not written into too little room.
fn data_object(repr: &CardVerifiableCertificateRepr<'_>) -> usize {
    let mut room = vec![0; 0x1_2000];
    let Some(object) = shown(repr.emit_data_object(&mut room)) else { return 0 };
    let read = CardVerifiableCertificate::parse_data_object(object).and_then(|view| view.to_repr());
    assert_eq!(read.as_ref(), Ok(repr));
    let length = object.len();
    for short in [0, 1, 2, 9, 14, 20, length - 1] {
        let written = repr.emit_data_object(room.get_mut(..short).unwrap_or_default());
        assert!(shown(written).is_none(), "{short} bytes for {length}");
    }
    length
}

fn version(version: ApplicationVersion) -> (u8, u8, bool) {
    (version.specification(), version.vendor(), version.has_extended_lengths())
}

/// What has no meaning of its own to be written.
pub(super) fn small_views(file: &[u8]) {
    if let Some(key) = shown(KeyReference::parse(file)) {
        assert_eq!(key.as_bytes().as_slice(), file);
        assert!(!format!("{key:?}{}{}{:?}", key.group(), key.number(), key.pad()).is_empty());
    }
    if let Some(key) = shown(ChipPublicKey::parse(file)) {
        let mut buffer = vec![0; key.encoded_len()];
        assert_eq!(key.emit(&mut buffer), Ok(file), "{key:?}");
    }
    if let Some(key) = shown(SessionPublicKey::parse(file)) {
        let mut buffer = vec![0; 0x1_0000];
        let emitted = key.emit(&mut buffer).and_then(SessionPublicKey::parse);
        assert_eq!(emitted, Ok(key));
    }
    let _ = shown(CardVerifiableCertificate::parse_data_object(file));
    let _ = shown(card_number(file));
    let too_long = [file, &[b'0'; LIMIT]].concat();
    assert!(file.is_empty() || shown(card_number(&too_long)).is_none(), "longer than any file");
    let _ = shown(expiry_date(file));
    let _ = shown(municipality_code(file));
    let part = |part: Result<&[u8], ContentError>| {
        if let Err(error) = part {
            let source = core::error::Error::source(&error.kind()).map(ToString::to_string);
            assert!(error.position() <= file.len() && source.is_none_or(|said| !said.is_empty()));
        }
    };
    part(digested_attributes(file));
    part(digested_number(file));
}
