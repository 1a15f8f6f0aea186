//! Where a case stands after a command.

use mynumber::issuance::lifecycle::State;
use mynumber::issuance::store::Case;
use serde::Serialize;

use super::super::words;
use crate::language::{Language, say};
use crate::output::Product;

/// Where a case stands.
#[derive(Serialize)]
pub(super) struct Standing {
    number: u64,
    version: u64,
    state: &'static str,
    state_text: &'static str,
    card: Option<String>,
    expiry: Option<String>,
    /// What is usually done next.
    next: Option<&'static str>,
}

impl Standing {
    pub(super) fn of(case: &Case) -> Self {
        Self {
            number: case.number,
            version: case.version,
            state: case.state.name(),
            state_text: words::of_state(case.state),
            card: case.card.map(|card| card.as_str().to_owned()),
            expiry: case.expiry.map(|expiry| expiry.to_string()),
            next: next(case.state),
        }
    }
}

/// The command that leads on, or finishes what was begun.
pub(super) const fn next(state: State) -> Option<&'static str> {
    Some(match state {
        State::Registered => "desk receive",
        State::Received => "desk prepare",
        State::Prepared => "desk notice --send",
        State::Noticed | State::AtCounter | State::Identified | State::PinsSet => "desk deliver",
        State::SettingPins => "desk pin setup",
        State::Rewriting => "desk substitutes --set",
        State::Resetting => "desk unlock",
        State::Changing => "desk change",
        State::Suspended | State::Lifting => "desk resume",
        State::Renewing => "desk renew",
        State::Switching => "desk pin switch",
        _ => return None,
    })
}

impl Product for Standing {
    fn text(&self, _: Language) -> String {
        let (number, state) = (self.number, self.state_text);
        let mut out = say!("case {number}: {state}\n", "案件 {number}: {state}\n");
        if let Some(next) = self.next {
            out.push_str(&say!("next: `mynumber {next}`\n", "次: `mynumber {next}`\n"));
        }
        out
    }
}
