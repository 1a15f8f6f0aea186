//! The holder as a signature certificate names them.

use std::fmt::Write;

use mynumber::applet::{Date, Era, Sex};
use mynumber::crypto::certificate::{BirthDate, HolderAttributes, MarkedText};
use serde::Serialize;

use super::shown;
use crate::commands::holder;
use crate::language::Language;

/// The holder's attributes.
#[derive(Serialize)]
pub(super) struct ExplainedHolder {
    name: Option<Text>,
    address: Option<Text>,
    birth_date: Option<String>,
    sex: Option<String>,
    #[serde(skip)]
    birth: Option<BirthDate>,
}

/// A text whose characters may stand for others.
#[derive(Serialize)]
struct Text {
    text: String,
    /// `none`, `marked` or `unknown`.
    substitutes: &'static str,
    substitute_characters: Vec<Substitute>,
}

#[derive(Serialize)]
struct Substitute {
    /// Counted from 1.
    position: usize,
    character: char,
}

impl Text {
    fn of(text: Option<&str>, marked: Option<MarkedText<'_>>) -> Option<Self> {
        let characters = marked.iter().flat_map(MarkedText::characters).enumerate();
        let substitute_characters: Vec<Substitute> = characters
            .filter(|(_, (_, is_substitute))| *is_substitute)
            .map(|(index, (character, _))| Substitute { position: index + 1, character })
            .collect();
        let substitutes = match marked {
            None => "unknown",
            Some(marked) if marked.has_substitutes() => "marked",
            Some(_) => "none",
        };
        Some(Self { text: text?.to_owned(), substitutes, substitute_characters })
    }
}

impl ExplainedHolder {
    pub(super) fn of(holder: &HolderAttributes<'_>) -> Option<Self> {
        let any = holder.name.is_some() || holder.address.is_some() || holder.birth_date.is_some();
        any.then(|| Self {
            name: Text::of(holder.name, holder.marked_name()),
            address: Text::of(holder.address, holder.marked_address()),
            birth_date: holder
                .birth_date
                .map(|date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)),
            sex: holder.sex.map(str::to_owned),
            birth: holder.birth_date,
        })
    }

    pub(super) fn text(&self, language: Language) -> String {
        let mut out =
            format!("{}:\n", language.pick("The holder, as of the issue", "名義人（発行時の内容）"));
        for (label, text) in
            [(language.pick("Name", "氏名"), &self.name), (language.pick("Address", "住所"), &self.address)]
        {
            if let Some(text) = text {
                let _ = writeln!(out, "  {label}: {}", shown(&text.text));
                text.write_marks(&mut out, language);
            }
        }
        if let Some(date) = self.birth {
            let _ = writeln!(out, "  {}: {}", language.pick("Born", "生年月日"), birth(date, language));
        }
        if let Some(code) = &self.sex {
            let sex = code.as_bytes().first().copied().filter(|_| code.len() == 1).and_then(Sex::from_code);
            let _ = writeln!(out, "  {}: {}", language.pick("Sex", "性別"), holder::sex(sex, code, language));
        }
        out
    }
}

impl Text {
    fn write_marks(&self, out: &mut String, language: Language) {
        match self.substitutes {
            "none" => {
                let _ = writeln!(
                    out,
                    "    {}",
                    language.pick("no substitute characters", "代替文字はありません")
                );
            }
            "unknown" => {
                let _ = writeln!(
                    out,
                    "    {}",
                    language.pick(
                        "which characters are substitutes is not told",
                        "どの文字が代替文字かは分かりません"
                    )
                );
            }
            _ => {}
        }
        for Substitute { position, character } in &self.substitute_characters {
            let character = shown(&character.to_string());
            let _ = match language {
                Language::En => writeln!(
                    out,
                    "    character {position}, {character}: a substitute for one that the card's character set lacks"
                ),
                Language::Ja => writeln!(
                    out,
                    "    {position}文字目「{character}」は代替文字（本来の文字はカードの文字集合にない）"
                ),
            };
        }
    }
}

/// The birth date with the era that the certificate names.
fn birth(date: BirthDate, language: Language) -> String {
    let era = Era::from_digit(b'0'.saturating_add(date.era));
    let full = Date::new(date.year, date.month, date.day).ok();
    match (full, era) {
        (Some(full), Some(era)) if full.to_era().is_some_and(|own| own.era() == era) => match language {
            Language::Ja => holder::shown(full, language),
            Language::En => format!("{} ({})", holder::iso(full), era.japanese()),
        },
        // A part is unknown, or the era named is not that of the day: shown as it stands.
        (_, era) => {
            let era = era.map_or(language.pick("era unknown", "元号不明"), Era::japanese);
            format!("{:04}-{:02}-{:02} ({era})", date.year, date.month, date.day)
        }
    }
}
