use super::{Actor, State, Step};

/// A step: where it is taken, where it leads, who may take it, what it leaves behind.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The step.
    pub step: Step,
    /// The states in which it is taken.
    pub from: &'static [State],
    /// The state that it leads to; `None`: the state stays.
    pub to: Option<State>,
    /// Who may take it.
    pub by: &'static [Actor],
    /// The event that it leaves in the audit log.
    pub event: &'static str,
}

const DESK: &[Actor] = &[Actor::Municipality];
const HOLDER: &[Actor] = &[Actor::Holder, Actor::Representative];
const HOLDER_OR_DESK: &[Actor] = &[Actor::Holder, Actor::Representative, Actor::Municipality];
const TELEPHONE: &[Actor] = &[Actor::Holder, Actor::Representative, Actor::CallCentre, Actor::Municipality];

const RESET: &[Actor] = &[Actor::Municipality, Actor::ConvenienceStore];

/// Where a card is that its holder took home, whatever was begun and not finished.
pub(super) const ISSUED: &[State] = &[
    State::HandedOver,
    State::Suspended,
    State::Resetting,
    State::Changing,
    State::Lifting,
    State::Renewing,
    State::Switching,
];
const ISSUED_OR_LOST: &[State] = &[
    State::HandedOver,
    State::Suspended,
    State::Resetting,
    State::Changing,
    State::Lifting,
    State::Renewing,
    State::Switching,
    State::Lost,
];
const ISSUED_LOST_OR_EXPIRED: &[State] = &[
    State::HandedOver,
    State::Suspended,
    State::Resetting,
    State::Changing,
    State::Lifting,
    State::Renewing,
    State::Switching,
    State::Lost,
    State::Expired,
];

const fn row(
    step: Step,
    from: &'static [State],
    to: Option<State>,
    by: &'static [Actor],
    event: &'static str,
) -> Row {
    Row { step, from, to, by, event }
}

/// Stands in for a row that is missing: taken nowhere, by nobody.
pub(super) const NOWHERE: Row = row(Step::Expire, &[], None, &[], "unknown");

/// The steps of a case (CARD.md §8).
pub const STEPS: &[Row] = &[
    row(Step::JudgePhoto, &[State::Registered], None, DESK, "judge-photo"),
    row(Step::Receive, &[State::Registered], Some(State::Received), DESK, "receive"),
    row(Step::Prepare, &[State::Received], Some(State::Prepared), DESK, "prepare"),
    row(Step::SendNotice, &[State::Prepared], Some(State::Noticed), DESK, "send-notice"),
    row(Step::OpenCounter, &[State::Noticed], Some(State::AtCounter), DESK, "open-counter"),
    row(Step::Identify, &[State::AtCounter], Some(State::Identified), DESK, "identify"),
    row(
        Step::SendBack,
        &[State::Registered, State::AtCounter, State::Identified],
        Some(State::SentBack),
        DESK,
        "send-back",
    ),
    row(
        Step::LeaveCounter,
        &[State::AtCounter, State::Identified],
        Some(State::Noticed),
        DESK,
        "leave-counter",
    ),
    row(
        Step::BeginSubstitutes,
        &[State::Identified, State::Rewriting],
        Some(State::Rewriting),
        DESK,
        "begin-substitutes",
    ),
    row(Step::SetSubstitutes, &[State::Rewriting], Some(State::Identified), DESK, "set-substitutes"),
    row(
        Step::BeginPins,
        &[State::Identified, State::SettingPins],
        Some(State::SettingPins),
        DESK,
        "begin-pins",
    ),
    row(Step::FinishPins, &[State::SettingPins], Some(State::PinsSet), DESK, "finish-pins"),
    row(Step::RollBackPins, &[State::SettingPins], Some(State::Identified), DESK, "roll-back-pins"),
    row(Step::WaivePins, &[State::SettingPins], Some(State::PinsSet), DESK, "waive-pins"),
    row(Step::HandOver, &[State::PinsSet], Some(State::HandedOver), DESK, "hand-over"),
    row(
        Step::ExpireUncollected,
        &[State::Noticed],
        Some(State::Uncollected),
        &[Actor::Calendar],
        "expire-uncollected",
    ),
    row(Step::ChangePin, &[State::HandedOver], None, HOLDER_OR_DESK, "change-pin"),
    row(
        Step::BeginReset,
        &[State::HandedOver, State::Resetting],
        Some(State::Resetting),
        RESET,
        "begin-reset",
    ),
    row(Step::SetPin, &[State::Resetting], None, RESET, "set-pin"),
    row(Step::ResetPin, &[State::Resetting], Some(State::HandedOver), RESET, "reset-pin"),
    row(
        Step::BeginChange,
        &[State::HandedOver, State::Changing],
        Some(State::Changing),
        DESK,
        "begin-change",
    ),
    row(Step::ChangeRecord, &[State::Changing], Some(State::HandedOver), DESK, "change-record"),
    // Not while PINs are half set: lifting would not set them. Who loses such a card reports the loss.
    row(
        Step::Suspend,
        &[State::HandedOver, State::Changing, State::Lifting, State::Renewing],
        Some(State::Suspended),
        TELEPHONE,
        "suspend",
    ),
    row(Step::BeginLift, &[State::Suspended, State::Lifting], Some(State::Lifting), DESK, "begin-lift"),
    row(Step::LiftSuspension, &[State::Lifting], Some(State::HandedOver), DESK, "lift-suspension"),
    row(
        Step::BeginRenewal,
        &[State::HandedOver, State::Renewing],
        Some(State::Renewing),
        DESK,
        "begin-renewal",
    ),
    row(Step::RenewCertificates, &[State::Renewing], Some(State::HandedOver), DESK, "renew-certificates"),
    row(
        Step::BeginSwitch,
        &[State::HandedOver, State::Switching],
        Some(State::Switching),
        DESK,
        "begin-switch",
    ),
    row(Step::SwitchPins, &[State::Switching], Some(State::HandedOver), DESK, "switch-pins"),
    row(Step::ReportLoss, ISSUED, Some(State::Lost), TELEPHONE, "report-loss"),
    row(Step::Replace, ISSUED_LOST_OR_EXPIRED, Some(State::Replaced), DESK, "replace"),
    row(Step::Return, ISSUED_LOST_OR_EXPIRED, Some(State::Returned), HOLDER, "return"),
    row(Step::Expire, ISSUED_OR_LOST, Some(State::Expired), &[Actor::Calendar], "expire"),
];
