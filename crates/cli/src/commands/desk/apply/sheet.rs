//! An application as it is entered: texts by the names of their fields, from a file or from answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs;
use crate::language::{Language, say};

/// The longest file, in bytes.
const LONGEST: u64 = 64 * 1024;

/// A field of an application.
pub(super) struct Field {
    /// Its name in a file: tables and keys with dots between them.
    pub(super) name: &'static str,
    english: &'static str,
    japanese: &'static str,
}

impl Field {
    /// What a person is asked.
    pub(super) fn question(&self) -> &'static str {
        Language::current().pick(self.english, self.japanese)
    }
}

const fn field(name: &'static str, english: &'static str, japanese: &'static str) -> Field {
    Field { name, english, japanese }
}

/// All fields, in the order of the questions.
pub(super) const FIELDS: [Field; 30] = [
    field(
        "channel",
        "Channel (post, smartphone, personal-computer, photo-booth)",
        "申請方法（post, smartphone, personal-computer, photo-booth）",
    ),
    field(
        "form.kind",
        "Form (notification-card, municipality-qr, expiry-notice, hand-written)",
        "申請書（notification-card, municipality-qr, expiry-notice, hand-written）",
    ),
    field("form.my_number", "My Number on the hand-written form", "手書き申請書の個人番号"),
    field(
        "form.qr",
        "Picture of the form's QR code (file; empty: type the application form id)",
        "申請書のQRコードの画像（ファイル。空欄: 申請書IDを入力）",
    ),
    field("form.id", "Application form id (23 digits)", "申請書ID（23桁）"),
    field("form.name", "Name on the form", "申請書の氏名"),
    field("form.address", "Address on the form", "申請書の住所"),
    field("form.birth_date", "Date of birth on the form", "申請書の生年月日"),
    field(
        "form.sex",
        "Sex on the form (male, female, not-applicable, unknown)",
        "申請書の性別（male, female, not-applicable, unknown）",
    ),
    field(
        "form.end_of_stay",
        "End of the period of stay on the form (empty: none)",
        "申請書の在留期間満了日（空欄: なし）",
    ),
    field("today.name", "Name today (empty: as on the form)", "現在の氏名（空欄: 申請書と同じ）"),
    field("today.address", "Address today (empty: as on the form)", "現在の住所（空欄: 申請書と同じ）"),
    field(
        "today.birth_date",
        "Date of birth in the record (empty: as on the form)",
        "住民票の生年月日（空欄: 申請書と同じ）",
    ),
    field("today.sex", "Sex today (empty: as on the form)", "現在の性別（空欄: 申請書と同じ）"),
    field(
        "today.end_of_stay",
        "End of the period of stay today (empty: as on the form; none: -)",
        "現在の在留期間満了日（空欄: 申請書と同じ。なし: -）",
    ),
    field(
        "birth_date",
        "The applicant's date of birth, western or by the era",
        "申請者の生年月日（西暦または和暦）",
    ),
    field(
        "registrant.representative",
        "Name of the legal representative who applies (empty: the applicant)",
        "申請する法定代理人の氏名（空欄: 本人）",
    ),
    field(
        "under_guardianship",
        "Is the applicant an adult under guardianship? (yes, no)",
        "成年被後見人ですか（yes, no）",
    ),
    field("contact.name", "Contact name", "連絡用氏名"),
    field("contact.email", "E-mail address", "メールアドレス"),
    field("contact.email_again", "E-mail address once more", "メールアドレス（確認）"),
    field("photo.file", "Photo (file)", "顔写真（ファイル）"),
    field("photo.height_mm", "Height of the photo on paper in millimetres", "紙の写真の縦（mm）"),
    field("photo.width_mm", "Width of the photo on paper in millimetres", "紙の写真の横（mm）"),
    field("photo.taken", "Day on which the photo was taken", "写真の撮影日"),
    field(
        "wishes.signature_certificate",
        "Signature certificate? (yes, no)",
        "署名用電子証明書を希望しますか（yes, no）",
    ),
    field(
        "wishes.user_authentication_certificate",
        "User-authentication certificate? (yes, no)",
        "利用者証明用電子証明書を希望しますか（yes, no）",
    ),
    field("wishes.braille_name", "Name in braille? (yes, no)", "点字表記を希望しますか（yes, no）"),
    field(
        "other_device",
        "Does it go on from another device? (yes, no)",
        "他の端末から続けますか（yes, no）",
    ),
    field("terms_accepted", "Are the terms of use accepted? (yes, no)", "利用規約に同意しますか（yes, no）"),
];

/// Something that is wrong, with the name of the field where it is one field's.
pub(in super::super) struct Fault {
    pub(super) field: Option<String>,
    pub(in super::super) problem: String,
}

impl Fault {
    pub(super) fn of(field: &str, problem: String) -> Self {
        Self { field: Some(field.to_owned()), problem }
    }
}

/// What was entered: personal data, wiped on drop, without `Debug`.
#[derive(Default)]
pub(super) struct Sheet {
    texts: BTreeMap<&'static str, Zeroizing<String>>,
    /// Where files are that are named without a folder.
    folder: PathBuf,
}

impl Sheet {
    /// Reads a file; what cannot stand there is among the faults.
    pub(super) fn read(path: &Path) -> Result<(Self, Vec<Fault>), Failure> {
        let bytes = Zeroizing::new(inputs::read(path, LONGEST)?);
        let folder = if path == Path::new("-") { None } else { path.parent() };
        let mut sheet = Self { folder: folder.map(Path::to_owned).unwrap_or_default(), ..Self::default() };
        let value = parse(&bytes).map_err(|reason| inputs::unusable(path, &reason))?;
        let mut faults = Vec::new();
        sheet.take("", value, &mut faults);
        Ok((sheet, faults))
    }

    fn take(&mut self, name: &str, value: Value, faults: &mut Vec<Fault>) {
        if let Value::Object(fields) = value {
            for (key, value) in fields {
                let name = if name.is_empty() { key } else { format!("{name}.{key}") };
                self.take(&name, value, faults);
            }
            return;
        }
        let Some(field) = FIELDS.iter().find(|field| field.name == name) else {
            faults.push(Fault {
                field: None,
                problem: say!("there is no field {}", "{} という項目はありません", printable(name)),
            });
            return;
        };
        match value {
            Value::String(text) => self.set(field.name, Zeroizing::new(text)),
            Value::Bool(true) => self.set(field.name, Zeroizing::new("yes".to_owned())),
            Value::Bool(false) => self.set(field.name, Zeroizing::new("no".to_owned())),
            Value::Number(number) if field.name.ends_with("_mm") => {
                self.set(field.name, Zeroizing::new(number.to_string()));
            }
            _ => faults.push(Fault::of(
                field.name,
                say!("must be a text, or true or false", "文字列、または true か false で指定してください"),
            )),
        }
    }

    pub(super) fn set(&mut self, name: &'static str, text: Zeroizing<String>) {
        self.texts.insert(name, text);
    }

    /// The text of a field, if it has one.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// The path of a file that a field names.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.text(name).map(|text| self.folder.join(text))
    }

    /// All that was entered, in the order of the questions.
    pub(super) fn entered(&self) -> impl Iterator<Item = (&'static Field, &str)> {
        FIELDS.iter().filter_map(|field| Some((field, self.text(field.name)?)))
    }
}

/// JSON where it begins like JSON, else TOML. Errors say the line and nothing of what stands there.
fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| say!("it is not UTF-8", "UTF-8ではありません"))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let broken =
        |line: usize| say!("line {line} is neither TOML nor JSON", "{line}行目がTOMLでもJSONでもありません");
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| broken(error.line()));
    }
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        broken(text.get(..start).unwrap_or_default().matches('\n').count() + 1)
    })?;
    Ok(of_toml(toml::Value::Table(table)))
}

fn of_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Boolean(truth) => Value::Bool(truth),
        toml::Value::Datetime(date) => Value::String(date.to_string()),
        toml::Value::Integer(number) => Value::Number(number.into()),
        toml::Value::Float(number) => serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(of_toml).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, of_toml(value))).collect())
        }
    }
}

/// A name that somebody else wrote: letters that names have, and not many.
fn printable(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphabetic() || matches!(c, '.' | '_' | '-')).take(64).collect()
}

/// A failure with its faults in the message, for people.
pub(super) fn not_accepted(faults: &[Fault]) -> Failure {
    let lines: Vec<String> = faults
        .iter()
        .map(|fault| match &fault.field {
            Some(field) => format!("{field}: {}", fault.problem),
            None => fault.problem.clone(),
        })
        .collect();
    let (count, list) = (lines.len(), lines.join("\n  "));
    Failure::new(
        Exit::NotAccepted,
        say!(
            "the application is not taken; nothing was entered ({count} to put right):\n  {list}",
            "申請を受け付けられません。何も登録していません（{count}件）:\n  {list}"
        ),
    )
}
