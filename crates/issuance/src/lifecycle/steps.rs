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
    row(Step::Receive, &[State::Registered], Some(State::Received), DESK, "receive"),
    row(Step::Prepare, &[State::Received], Some(State::Prepared), DESK, "prepare"),
    row(Step::SendNotice, &[State::Prepared], Some(State::Noticed), DESK, "send-notice"),
    row(Step::OpenCounter, &[State::Noticed], Some(State::AtCounter), DESK, "open-counter"),
    row(Step::Identify, &[State::AtCounter], Some(State::Identified), DESK, "identify"),
    row(Step::SendBack, &[State::AtCounter, State::Identified], Some(State::SentBack), DESK, "send-back"),
    row(
        Step::LeaveCounter,
        &[State::AtCounter, State::Identified],
        Some(State::Noticed),
        DESK,
        "leave-counter",
    ),
    row(Step::BeginPins, &[State::Identified], Some(State::SettingPins), DESK, "begin-pins"),
    row(Step::FinishPins, &[State::SettingPins], Some(State::PinsSet), DESK, "finish-pins"),
    row(Step::RollBackPins, &[State::SettingPins], Some(State::Identified), DESK, "roll-back-pins"),
    row(Step::WaivePins, &[State::Identified], Some(State::PinsSet), DESK, "waive-pins"),
    row(Step::HandOver, &[State::PinsSet], Some(State::HandedOver), DESK, "hand-over"),
    row(
        Step::ExpireUncollected,
        &[State::Noticed],
        Some(State::Uncollected),
        &[Actor::Calendar],
        "expire-uncollected",
    ),
    row(Step::ChangePin, &[State::HandedOver], None, HOLDER_OR_DESK, "change-pin"),
    row(Step::ResetPin, &[State::HandedOver], None, DESK, "reset-pin"),
    row(Step::ChangeRecord, &[State::HandedOver], None, DESK, "change-record"),
    row(Step::Suspend, &[State::HandedOver], Some(State::Suspended), TELEPHONE, "suspend"),
    row(Step::LiftSuspension, &[State::Suspended], Some(State::HandedOver), DESK, "lift-suspension"),
    row(
        Step::ReportLoss,
        &[State::HandedOver, State::Suspended],
        Some(State::Lost),
        TELEPHONE,
        "report-loss",
    ),
    row(
        Step::Replace,
        &[State::HandedOver, State::Suspended, State::Lost, State::Expired],
        Some(State::Replaced),
        DESK,
        "replace",
    ),
    row(
        Step::Return,
        &[State::HandedOver, State::Suspended, State::Lost, State::Expired],
        Some(State::Returned),
        HOLDER,
        "return",
    ),
    row(
        Step::Expire,
        &[State::HandedOver, State::Suspended, State::Lost],
        Some(State::Expired),
        &[Actor::Calendar],
        "expire",
    ),
];
