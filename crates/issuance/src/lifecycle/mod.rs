//! A case from the registered application to the card that is handed over, replaced, returned or expired.
//!
//! The steps are a table, [`STEPS`]: from which states each is taken, to which it leads, who may take it, and the event
//! that it leaves in the audit log. [`next()`] is the only way from one state to another; a step that is not in its place
//! is refused with the step that is missing.
//!
//! ```
//! use mynumber_issuance::lifecycle::{Actor, State, Step, Why, next};
//!
//! assert_eq!(next(State::Registered, Step::Receive, Actor::Municipality), Ok(State::Received));
//! // A card that was received has to be set up before its notice is sent.
//! let refusal = next(State::Received, Step::SendNotice, Actor::Municipality).unwrap_err();
//! assert_eq!(refusal.why, Why::Missing(Step::Prepare));
//! ```

mod steps;

pub use steps::{Row, STEPS};

use std::collections::VecDeque;
use std::fmt;

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum State {
    /// 申請受付: the application is registered; the card is being made.
    Registered,
    /// 受領: the card and its notice lie at the municipality and agree with the issuance list.
    Received,
    /// 交付前設定済み: the chip was compared with the resident record and the wishes were carried out.
    Prepared,
    /// 通知済み: the delivery notice was sent.
    Noticed,
    /// 窓口: the applicant is at the counter.
    AtCounter,
    /// 本人確認済み: papers, photo and face print were checked.
    Identified,
    /// 暗証番号設定中: some PINs may be on the card, not all. Never shown as done.
    SettingPins,
    /// 暗証番号設定済み: all PINs are on the card, or none is to be (face-authentication card).
    PinsSet,
    /// 交付済み: the holder has the card.
    HandedOver,
    /// 一時停止: use is stopped until the holder comes with the card in hand.
    Suspended,
    /// 紛失: the holder reported the loss.
    Lost,
    /// 差し戻し: the photo is not fit, or the applicant clearly differs from it; a new photo and application are needed. The end
    /// of the case.
    SentBack,
    /// 交付期限切れ: nobody fetched the card before the deadline. The end of the case.
    Uncollected,
    /// 返納: the card was given back. The end of the case.
    Returned,
    /// 再交付・更新済み: another card took its place. The end of the case.
    Replaced,
    /// 失効: the card has expired; it can be returned or replaced.
    Expired,
    /// 代替文字修正中: the contents of a card that is not handed over yet are being rewritten. Never shown as done.
    Rewriting,
    /// 再設定中: PINs are being set anew after a lock; which are open is kept with the case. Never shown as done.
    Resetting,
    /// 券面変更中: the contents are being rewritten after a move or a change of name. Never shown as done.
    Changing,
    /// 停止解除中: certificates are being issued anew in the place of those held. Never shown as done.
    Lifting,
    /// 更新中: certificates are being issued anew before they expire. Never shown as done.
    Renewing,
    /// 切替中: PINs are being set on a card without them, or taken off a card with them. Never shown as done.
    Switching,
}

impl State {
    /// All states, in the order of the way.
    pub const ALL: [Self; 22] = [
        Self::Registered,
        Self::Received,
        Self::Prepared,
        Self::Noticed,
        Self::AtCounter,
        Self::Identified,
        Self::SettingPins,
        Self::PinsSet,
        Self::HandedOver,
        Self::Suspended,
        Self::Lost,
        Self::SentBack,
        Self::Uncollected,
        Self::Returned,
        Self::Replaced,
        Self::Expired,
        Self::Rewriting,
        Self::Resetting,
        Self::Changing,
        Self::Lifting,
        Self::Renewing,
        Self::Switching,
    ];

    /// The name that the store and outputs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Received => "received",
            Self::Prepared => "prepared",
            Self::Noticed => "noticed",
            Self::AtCounter => "at-counter",
            Self::Identified => "identified",
            Self::SettingPins => "setting-pins",
            Self::PinsSet => "pins-set",
            Self::HandedOver => "handed-over",
            Self::Suspended => "suspended",
            Self::Lost => "lost",
            Self::SentBack => "sent-back",
            Self::Uncollected => "uncollected",
            Self::Returned => "returned",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
            Self::Rewriting => "rewriting",
            Self::Resetting => "resetting",
            Self::Changing => "changing",
            Self::Lifting => "lifting",
            Self::Renewing => "renewing",
            Self::Switching => "switching",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Registered => "申請受付済み",
            Self::Received => "受領済み",
            Self::Prepared => "交付前設定済み",
            Self::Noticed => "交付通知済み",
            Self::AtCounter => "窓口対応中",
            Self::Identified => "本人確認済み",
            Self::SettingPins => "暗証番号設定中（未完了）",
            Self::PinsSet => "暗証番号設定済み",
            Self::HandedOver => "交付済み",
            Self::Suspended => "一時停止中",
            Self::Lost => "紛失届出済み",
            Self::SentBack => "差し戻し（再申請）",
            Self::Uncollected => "交付期限切れ",
            Self::Returned => "返納済み",
            Self::Replaced => "再交付・更新済み",
            Self::Expired => "有効期間満了",
            Self::Rewriting => "代替文字修正中（未完了）",
            Self::Resetting => "暗証番号再設定中（未完了）",
            Self::Changing => "券面変更中（未完了）",
            Self::Lifting => "一時停止解除中（未完了）",
            Self::Renewing => "電子証明書更新中（未完了）",
            Self::Switching => "顔認証切替中（未完了）",
        }
    }

    /// Whether something was begun on the card of which nobody knows yet that it is complete: to be resumed.
    #[must_use]
    pub const fn is_unfinished(self) -> bool {
        matches!(
            self,
            Self::SettingPins
                | Self::Rewriting
                | Self::Resetting
                | Self::Changing
                | Self::Lifting
                | Self::Renewing
                | Self::Switching
        )
    }

    /// The states of a card that its holder took home and has not reported lost.
    #[must_use]
    pub const fn with_holder() -> &'static [Self] {
        steps::ISSUED
    }

    /// Whether no step leads on.
    #[must_use]
    pub fn is_final(self) -> bool {
        !STEPS.iter().any(|row| row.from.contains(&self))
    }
}

/// What is done with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Step {
    /// 写真の確認: the clerk's answers about the photo are kept.
    JudgePhoto,
    /// 受領: card and notice were matched with the issuance list, without an open difference.
    Receive,
    /// 交付前設定.
    Prepare,
    /// 交付通知書の送付.
    SendNotice,
    /// The applicant comes to the counter.
    OpenCounter,
    /// The applicant leaves without the card.
    LeaveCounter,
    /// 本人確認: papers presented and collected, applicant against photo, face print, resident record against papers.
    Identify,
    /// The photo is not fit, or the applicant clearly differs from it.
    SendBack,
    /// 代替文字の修正: the contents of the card are about to be rewritten, with other substitute characters.
    BeginSubstitutes,
    /// The contents are on the card.
    SetSubstitutes,
    /// The first PIN is about to be written, or to be written once more after an interruption.
    BeginPins,
    /// Every PIN is on the card.
    FinishPins,
    /// No PIN is on the card any more.
    RollBackPins,
    /// 顔認証マイナンバーカード: no PIN is set, every reference is blocked.
    WaivePins,
    /// 交付.
    HandOver,
    /// The deadline of the notice has passed.
    ExpireUncollected,
    /// 暗証番号変更: the holder knows the PIN.
    ChangePin,
    /// A PIN is about to be set anew, after the holder was identified.
    BeginReset,
    /// One of several PINs is on the card; the others are still open.
    SetPin,
    /// 初期化・再設定: every PIN that was to be set anew is on the card.
    ResetPin,
    /// Contents are about to be rewritten; the signature certificate is revoked from here on.
    BeginChange,
    /// 券面変更: contents and signatures rewritten after a move or a change of name; signature certificate anew.
    ChangeRecord,
    /// 一時停止.
    Suspend,
    /// Certificates are about to be issued in the place of those held.
    BeginLift,
    /// 一時停止解除, with the card in hand; certificates held are issued anew, not released.
    LiftSuspension,
    /// Certificates are about to be issued in the place of those that will expire.
    BeginRenewal,
    /// 電子証明書の更新: the new certificates are on the card.
    RenewCertificates,
    /// PINs are about to be set on a card without them, or to be taken off.
    BeginSwitch,
    /// 顔認証マイナンバーカードとの切替: all PINs are on the card, or none.
    SwitchPins,
    /// 紛失届.
    ReportLoss,
    /// Another card was handed over in the place of this one.
    Replace,
    /// 返納.
    Return,
    /// The last day of the card has passed.
    Expire,
}

impl Step {
    /// The row of the step.
    #[must_use]
    pub fn row(self) -> &'static Row {
        // Every step has a row: a test goes through them. A step without one would be refused everywhere.
        STEPS.iter().find(|row| row.step == self).unwrap_or(&steps::NOWHERE)
    }

    /// The name that commands, the audit log and outputs use.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().event
    }
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Actor {
    /// 住民: the applicant or holder.
    Holder,
    /// 法定代理人: who acts for the holder.
    Representative,
    /// 市区町村の職員.
    Municipality,
    /// コールセンター, round the clock.
    CallCentre,
    /// コンビニ等のキオスク端末: what a holder sets anew without a clerk.
    ConvenienceStore,
    /// The passing of time, noticed by a program.
    Calendar,
}

impl Actor {
    /// The name that the audit log and outputs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Representative => "representative",
            Self::Municipality => "municipality",
            Self::CallCentre => "call-centre",
            Self::ConvenienceStore => "convenience-store",
            Self::Calendar => "calendar",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A step that is not taken, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is refused while the case is {}: {why}", step.name(), state.name())]
pub struct Refusal {
    /// Where the case stands; it stays there.
    pub state: State,
    /// What was asked for.
    pub step: Step,
    /// Why not.
    pub why: Why,
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// Another step comes first: the next one on the shortest way.
    #[error("{} comes first", .0.name())]
    Missing(Step),
    /// The step lies behind, or on another way.
    #[error("the case is past it")]
    Past,
    /// The case has ended.
    #[error("the case has ended")]
    Ended,
    /// This actor may not take the step.
    #[error("{0} may not do this")]
    Actor(Actor),
}

/// The state after a step.
///
/// # Errors
/// [`Refusal`], and the case stays where it is.
pub fn next(state: State, step: Step, by: Actor) -> Result<State, Refusal> {
    let row = step.row();
    let refused = |why| Err(Refusal { state, step, why });
    if !row.from.contains(&state) {
        return refused(why_not(state, step));
    }
    if !row.by.contains(&by) {
        return refused(Why::Actor(by));
    }
    Ok(row.to.unwrap_or(state))
}

fn why_not(state: State, step: Step) -> Why {
    if state.is_final() {
        return Why::Ended;
    }
    match first_missing(state, step) {
        Some(missing) => Why::Missing(missing),
        None => Why::Past,
    }
}

/// The first step of the shortest way from a state to one in which `wanted` can be taken.
fn first_missing(state: State, wanted: Step) -> Option<Step> {
    let mut seen = vec![state];
    // Each entry: a state, and the first step on the way to it.
    let mut queue: VecDeque<(State, Option<Step>)> = VecDeque::from([(state, None)]);
    while let Some((at, first)) = queue.pop_front() {
        if wanted.row().from.contains(&at) {
            return first;
        }
        // Doing without PINs is for one kind of card only, and never what is missing.
        let usual = |row: &&Row| row.from.contains(&at) && row.step != Step::WaivePins;
        for row in STEPS.iter().filter(usual) {
            if let Some(to) = row.to.filter(|to| !seen.contains(to)) {
                seen.push(to);
                queue.push_back((to, first.or(Some(row.step))));
            }
        }
    }
    None
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
