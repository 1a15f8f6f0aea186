//! `status`: every PIN with its tries left, and where it is set anew.

use std::fmt::Write;

use mynumber::applet::{ResetPlace, TokenKind};
use mynumber::driver::{Counter, Identity, Tries};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::names::Named;
use crate::output::Product;
use crate::run::Run;

#[derive(Serialize)]
struct Status {
    token: Option<&'static str>,
    applications: Vec<&'static str>,
    pins: Vec<Pin>,
}

#[derive(Serialize)]
struct Pin {
    id: String,
    japanese: &'static str,
    english: &'static str,
    application: &'static str,
    /// `ok`, `last_try`, `blocked`, `absent` or `unknown`.
    state: &'static str,
    tries_left: Option<u8>,
    tries_at_most: u8,
    reset: Vec<&'static str>,
    #[serde(skip)]
    japanese_application: &'static str,
    #[serde(skip)]
    places: Vec<&'static str>,
}

pub(crate) fn run(run: &Run) -> Result<(), Failure> {
    let mut card = run.card()?;
    let (identity, counters) = card.survey()?;
    if !is_my_number_card(&identity, &counters) {
        return Err(Failure::new(
            Exit::WrongCard,
            say!("this is not a My Number Card", "マイナンバーカードではありません"),
        ));
    }
    run.print(&status(&identity, &counters))
}

/// Its applications are there, and at least one of its PINs tells how many tries are left. A card that answers 9000 to
/// everything is none.
pub(crate) fn is_my_number_card(identity: &Identity, counters: &[Counter]) -> bool {
    !identity.applications.is_empty() && counters.iter().any(|counter| counter.tries.count().is_some())
}

fn status(identity: &Identity, counters: &[Counter]) -> Status {
    Status {
        token: identity.token.map(token_name),
        applications: identity.applications.iter().map(|id| id.row().english).collect(),
        pins: counters.iter().map(pin).collect(),
    }
}

fn token_name(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Android => "android",
        TokenKind::Iphone => "iphone",
        _ => "card",
    }
}

fn pin(counter: &Counter) -> Pin {
    let row = counter.pin.row();
    let places = || row.reset.iter().filter(|place| **place != ResetPlace::Nowhere);
    Pin {
        id: format!("{:?}", counter.pin),
        japanese: row.japanese,
        english: row.english,
        application: row.application.row().english,
        japanese_application: row.application.row().japanese,
        state: match counter.tries {
            Tries::Left(1) => "last_try",
            Tries::Left(_) => "ok",
            Tries::Blocked => "blocked",
            Tries::Absent => "absent",
            _ => "unknown",
        },
        tries_left: counter.tries.count(),
        tries_at_most: row.tries,
        reset: places()
            .map(|place| match place {
                ResetPlace::ConvenienceStore => "convenience_store",
                _ => "municipal_window",
            })
            .collect(),
        places: places().map(Named::name).collect(),
    }
}

impl Product for Status {
    fn text(&self, language: Language) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}: {}", language.pick("Token", "種類"), self.token.unwrap_or("?"));
        for pin in self.pins.iter().filter(|pin| pin.state != "absent") {
            let tries = match (pin.state, pin.tries_left) {
                ("blocked", _) => language.pick("BLOCKED", "ロック中").to_owned(),
                (_, Some(left)) => match language {
                    Language::En => format!("{left} tries left"),
                    Language::Ja => format!("残り{left}回"),
                },
                _ => language.pick("unknown", "不明").to_owned(),
            };
            let _ = match language {
                Language::En => {
                    writeln!(out, "{} ({}; {}): {tries}", pin.japanese, pin.english, pin.application)
                }
                Language::Ja => writeln!(out, "{}（{}）: {tries}", pin.japanese, pin.japanese_application),
            };
            if !pin.places.is_empty() {
                let label = language.pick("    set anew at: ", "    再設定: ");
                let _ = writeln!(out, "{label}{}", pin.places.join(language.pick("; ", "、")));
            }
        }
        out
    }
}
