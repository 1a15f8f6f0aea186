use super::PersonFile;
use mynumber_applet::{Date, Sex};

const FULL: &str = r#"name = "見本　次郎"
address = "見本県試験市架空四丁目５番６号"
birth_date = 1990-12-31
sex = "male"
my_number = "000000000108"
security_code = "9910"
serial = "990000000000010"
expiry = 2035-12-31
end_of_stay = 2030-03-31
name_substitutes = "00000"
address_substitutes = "000000000000000"
signature_certificate = true
user_authentication_certificate = false
portrait = 10

[municipality]
code = "99102"
prefecture = "Mihon-ken"
city = "Tameshi-shi"

[pins]
signature = "XYZ789"
user_authentication = "9876"
input_assist = "8765"
juki = "7654"
"#;

const LEAST: &str = r#"name = "見本　次郎"
address = "見本県試験市架空四丁目５番６号"
birth_date = 1990-12-31
sex = "male"
my_number = "000000000108"
security_code = "9910"
"#;

#[test]
fn every_field_is_read() {
    let PersonFile { person, secrets } = PersonFile::parse(FULL).unwrap();
    assert_eq!(person.name, "見本　次郎");
    assert_eq!(person.birth_date, Date::new(1990, 12, 31).unwrap());
    assert_eq!(person.sex, Sex::Male);
    assert_eq!(person.my_number.as_str(), "000000000108");
    assert_eq!(person.expiry, Some(Date::new(2035, 12, 31).unwrap()));
    assert_eq!(person.end_of_stay, Some(Date::new(2030, 3, 31).unwrap()));
    assert_eq!(person.municipality.city, "Tameshi-shi");
    assert!(person.wants_signature && !person.wants_user_authentication);
    assert_eq!(secrets.signature.as_bytes(), b"XYZ789");
    assert_eq!(secrets.juki.as_bytes(), b"7654");
}

#[test]
fn what_is_left_out_has_a_default() {
    let PersonFile { person, secrets } = PersonFile::parse(LEAST).unwrap();
    assert_eq!(person.name_substitutes, "00000");
    assert_eq!(person.serial.len(), 15);
    assert_eq!(person.municipality.code.as_str(), "99101");
    assert_eq!(person.expiry, None);
    assert_eq!(secrets.user_authentication.as_bytes(), b"1234");
    let other = PersonFile::parse(&LEAST.replace("次郎", "三郎")).unwrap();
    assert_ne!(other.person.serial, person.serial);
}

#[test]
fn errors_name_line_and_field() {
    let cases = [
        (r#"sex = "male""#, r#"sex = "man""#, 4, "sex"),
        ("0108", "0109", 5, "my_number"),
        ("1990-12-31", "1990-13-31", 3, "birth_date"),
        ("1990-12-31", "1990-12-31T00:00:00Z", 3, "birth_date"),
        ("1990-12-31", "1860-12-31", 3, "birth_date"),
        (r#""9910""#, r#""991""#, 6, "security_code"),
        (r#""990000000000010""#, r#""99""#, 7, "serial"),
        (r#""00000""#, r#""0000""#, 10, "name_substitutes"),
        ("portrait = 10", "portrait = -1", 14, "portrait"),
        ("portrait = 10", "portrat = 10", 14, "portrat"),
        (r#""99102""#, r#""9910""#, 17, "code"),
        (r#""Tameshi-shi""#, r#""""#, 19, "city"),
        (r#""XYZ789""#, r#""XYZ""#, 22, "signature"),
        (r#""9876""#, "9876", 23, "user_authentication"),
        (r#""8765""#, r#""８７６５""#, 24, "input_assist"),
    ];
    for (from, to, line, field) in cases {
        let error = PersonFile::parse(&FULL.replacen(from, to, 1)).unwrap_err();
        assert_eq!((error.line(), error.field()), (line, Some(field)), "{to}: {error}");
    }
    let missing = PersonFile::parse(&LEAST.replace("address", "#")).unwrap_err();
    assert!(missing.problem().contains("address"), "{missing}");
}

#[test]
fn b8_no_error_shows_a_pin_or_a_number() {
    for from in [r#""XYZ789""#, r#""9876""#, r#""000000000108""#] {
        for value in [
            "918273645546",
            "9182736455.46",
            "[918273645546]",
            "\"918273645546",
            "{ a = 918273645546 }",
            "\"９１８２７３６４５５４６\"",
        ] {
            let error = PersonFile::parse(&FULL.replacen(from, value, 1)).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("91827") && !shown.contains("９１８"), "{shown}");
        }
    }
}

#[test]
fn d1_every_prefix_of_a_file_is_a_person_or_an_error() {
    for (length, _) in FULL.char_indices() {
        let prefix = &FULL[..length];
        if let Err(error) = PersonFile::parse(prefix) {
            assert!(error.line() <= prefix.lines().count().max(1) + 1);
        }
    }
    assert!(PersonFile::parse(&"#".repeat(65_537)).is_err());
}
