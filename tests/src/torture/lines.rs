//! The command lines that are tortured: every command that speaks to a card. Another one is a line here.

use crate::command::{AUTHENTICATION, INPUT_ASSIST, JUKI, NUMBER, NUMBER_B, SIGNATURE};

/// One command line: what is given, and what has to come of it.
pub(super) struct Line {
    pub(super) arguments: &'static [&'static str],
    /// What is typed; for a change the value before, the one after, and a third.
    pub(super) pins: &'static [&'static str],
    /// The files that it makes; what it prints says nothing of time or chance unless `free`.
    pub(super) outputs: &'static [&'static str],
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same in every run.
    Steady,
    /// Time or chance is in what comes out.
    Free,
    /// Changes a PIN: the value before, and the one after.
    Changes,
}

const fn line(
    arguments: &'static [&'static str],
    pins: &'static [&'static str],
    outputs: &'static [&'static str],
    kind: Kind,
) -> Line {
    Line { arguments, pins, outputs, kind }
}

const NEW: &str = "2580";
const OTHER: &str = "1470";
const NEW_PASSWORD: &str = "NEW456";
const OTHER_PASSWORD: &str = "OTHER7";
const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";

/// Every command that speaks to a card.
pub(super) const LINES: [Line; 26] = [
    line(&["status"], &[], &[], Kind::Steady),
    line(&["wait"], &[], &[], Kind::Steady),
    line(&["doctor"], &[], &[], Kind::Free),
    line(&["attributes"], &[INPUT_ASSIST], &[], Kind::Steady),
    line(&["attributes", "--secure-messaging"], &[INPUT_ASSIST], &[], Kind::Steady),
    line(&["number"], &[INPUT_ASSIST], &[], Kind::Steady),
    line(&["number", "--secure-messaging"], &[INPUT_ASSIST], &[], Kind::Steady),
    line(&["face", "-o", "out"], &[INPUT_ASSIST], &["out"], Kind::Steady),
    line(&["face", "--with", "a", "-o", "out"], &[NUMBER], &["out"], Kind::Steady),
    line(&["face", "--with", "b", "-o", "out"], &[NUMBER_B], &["out"], Kind::Steady),
    line(&["certificate", "sign", "-o", "out"], &[SIGNATURE], &["out"], Kind::Steady),
    line(&["certificate", "auth", "--form", "der", "-o", "out"], &[], &["out"], Kind::Steady),
    line(&["certificate", "sign-ca", "-o", "out"], &[], &["out"], Kind::Steady),
    line(&["certificate", "auth-ca", "-o", "out"], &[], &["out"], Kind::Steady),
    line(
        &["sign", "message", "-o", "out", "--certificate", "pem"],
        &[SIGNATURE],
        &["out", "pem"],
        Kind::Steady,
    ),
    line(&["sign", "message", "--key", "auth", "-o", "out"], &[AUTHENTICATION], &["out"], Kind::Steady),
    line(&["sign", "message", "--padding", "pss", "-o", "out"], &[SIGNATURE], &["out"], Kind::Free),
    line(&["sign", "message", "--hash", "sha512", "-o", "out"], &[SIGNATURE], &["out"], Kind::Steady),
    line(&["sign", "cms", "message", "-o", "out"], &[SIGNATURE], &["out"], Kind::Free),
    line(&["verify", "card", "--trust", "simulated"], &[INPUT_ASSIST], &[], Kind::Free),
    line(&["verify", "card", "--with", "a", "--trust", "simulated"], &[NUMBER], &[], Kind::Free),
    line(&["apdu", SELECT_JPKI, "0084000008", "00B0860020"], &[], &[], Kind::Free),
    line(&["pin", "change", "auth"], &[AUTHENTICATION, NEW, OTHER], &[], Kind::Changes),
    line(&["pin", "change", "input-assist"], &[INPUT_ASSIST, NEW, OTHER], &[], Kind::Changes),
    line(&["pin", "change", "sign"], &[SIGNATURE, NEW_PASSWORD, OTHER_PASSWORD], &[], Kind::Changes),
    line(&["pin", "change", "juki"], &[JUKI, NEW, OTHER], &[], Kind::Changes),
];

impl Line {
    pub(super) fn name(&self) -> String {
        self.arguments.join(" ")
    }

    /// What is typed: for a change the value before and the one after.
    pub(super) fn typed(&self) -> &[&'static str] {
        match (self.kind, self.pins) {
            (Kind::Changes, [_, _, ..]) => self.pins.get(..2).unwrap_or_default(),
            _ => self.pins,
        }
    }
}
