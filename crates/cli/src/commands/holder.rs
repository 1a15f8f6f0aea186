//! `attributes` and `number`: who the holder is, as text.

use std::fmt::Write;

use mynumber::applet::pin::{FourDigitPin, reference};
use mynumber::applet::{Date, PinId, Sex};
use mynumber::driver::file::{self, Contents};
use serde::Serialize;

use crate::args::HolderArguments;
use crate::escape::Escaped;
use crate::failure::Failure;
use crate::language::Language;
use crate::names::Named;
use crate::output::Product;
use crate::run::{AnyCard, Run};

/// Unlocks the input-assist application and reads one of its files, under the guard that the options set.
pub(crate) fn read<F>(card: &mut AnyCard, pin: &FourDigitPin, last_try: bool) -> Result<Contents<F>, Failure>
where
    F: file::File,
    reference::InputAssist: file::Opens<F>,
{
    let mut unlocked = if last_try {
        card.unlock_spending_the_last_try::<reference::InputAssist>(pin)?
    } else {
        card.unlock::<reference::InputAssist>(pin)?
    };
    let bytes = unlocked.read::<F>()?;
    unlocked.close()?;
    Ok(bytes)
}

/// As [`read`], under secure messaging where it is asked for; never plain in its place.
fn read_as<F>(run: &Run, card: &mut AnyCard, arguments: &HolderArguments) -> Result<Contents<F>, Failure>
where
    F: file::File,
    reference::InputAssist: file::Opens<F>,
{
    let pin = run.four_digits(PinId::InputAssist.name())?;
    if !arguments.secure_messaging {
        return read(card, &pin, run.common.last_try);
    }
    let mut rng = mynumber::system_random();
    let mut secured = if run.common.last_try {
        card.secure_spending_the_last_try(&pin, &mut rng)?
    } else {
        card.secure(&pin, &mut rng)?
    };
    let bytes = secured.read::<F>()?;
    secured.close()?;
    Ok(bytes)
}

#[derive(Serialize)]
struct AttributesProduct {
    name: String,
    address: String,
    /// `YYYY-MM-DD`; absent when the card holds no date.
    birth_date: Option<String>,
    birth_date_raw: String,
    /// JIS X 0303: `1` male, `2` female, `9` not applicable, `0` unknown.
    sex: String,
    /// Whether it travelled enciphered between reader and card.
    secure_messaging: bool,
    #[serde(skip)]
    sex_name: Option<Sex>,
    #[serde(skip)]
    date: Option<Date>,
}

pub(crate) fn attributes(run: &Run, arguments: &HolderArguments) -> Result<(), Failure> {
    let mut card = run.card()?;
    let bytes = read_as::<file::Attributes>(run, &mut card, arguments)?;
    let content = bytes.view()?;
    run.print(&AttributesProduct {
        name: content.name().to_owned(),
        address: content.address().to_owned(),
        birth_date: content.birth_date().map(iso),
        birth_date_raw: content.birth_date_text().to_owned(),
        sex: char::from(content.sex_code()).to_string(),
        secure_messaging: arguments.secure_messaging,
        sex_name: content.sex(),
        date: content.birth_date(),
    })
}

/// `1990-02-03`.
pub(crate) fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// A date for people: western, and in Japanese with the era.
pub(crate) fn shown(date: Date, language: Language) -> String {
    match (language, date.to_era()) {
        (Language::Ja, Some(era)) => {
            let name = era.era().japanese();
            format!("{name}{}年{}月{}日", era.year(), era.month(), era.day())
        }
        _ => iso(date),
    }
}

/// The name of a sex for people.
pub(crate) fn sex(sex: Option<Sex>, code: &str, language: Language) -> String {
    match (sex, language) {
        (Some(sex), Language::Ja) => sex.japanese().to_owned(),
        (Some(Sex::Male), Language::En) => "male".to_owned(),
        (Some(Sex::Female), Language::En) => "female".to_owned(),
        _ => Escaped(code).to_string(),
    }
}

impl Product for AttributesProduct {
    fn text(&self, language: Language) -> String {
        let birth =
            self.date.map_or_else(|| Escaped(&self.birth_date_raw).to_string(), |date| shown(date, language));
        let mut out = String::new();
        let _ = writeln!(out, "{}: {}", language.pick("Name", "氏名"), Escaped(&self.name));
        let _ = writeln!(out, "{}: {}", language.pick("Address", "住所"), Escaped(&self.address));
        let _ = writeln!(out, "{}: {birth}", language.pick("Born", "生年月日"));
        let _ =
            writeln!(out, "{}: {}", language.pick("Sex", "性別"), sex(self.sex_name, &self.sex, language));
        out
    }
}

#[derive(Serialize)]
struct NumberProduct {
    number: String,
    /// Whether the last digit checks the other eleven.
    check_digit_fits: bool,
    /// Whether it travelled enciphered between reader and card.
    secure_messaging: bool,
}

pub(crate) fn number(run: &Run, arguments: &HolderArguments) -> Result<(), Failure> {
    let mut card = run.card()?;
    let bytes = read_as::<file::IndividualNumber>(run, &mut card, arguments)?;
    let content = bytes.view()?;
    run.print(&NumberProduct {
        number: content.as_str().to_owned(),
        check_digit_fits: content.number().is_ok(),
        secure_messaging: arguments.secure_messaging,
    })
}

impl Product for NumberProduct {
    fn text(&self, language: Language) -> String {
        let mut out = format!("{}\n", Escaped(&self.number));
        if !self.check_digit_fits {
            out.push_str(language.pick(
                "warning: the check digit does not fit; do not use this number\n",
                "警告: 検査用数字が一致しません。この番号を使わないでください\n",
            ));
        }
        out
    }
}
