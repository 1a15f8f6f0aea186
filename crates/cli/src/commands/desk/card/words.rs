//! What the desk and the issuer refuse, in both languages, with what to do next.

use mynumber::issuance::desk::counter::Open;
use mynumber::issuance::desk::pins::PlanError;
use mynumber::issuance::desk::{DeskError, Reason, Standing};
use mynumber::issuance::issuer::{IssuerError, IssuerErrorKind, Trouble};
use mynumber::transport::Error as TransportError;

use super::super::words::{of_refusal, of_state, of_step_advice, of_store};
use super::standing::next;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};
use crate::names::Named;

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        of_desk(&error)
    }
}

/// A failure of a step at the desk: why, where the case stands, and what to do.
pub(super) fn of_desk(error: &DeskError) -> Failure {
    let number = error.number();
    let (reason, standing) = (reason(error.reason()), standing(error.standing()));
    // What the store refuses names the case by itself.
    let named = say!("case {number}: ", "案件 {number}: ");
    let reason = reason.strip_prefix(&named).unwrap_or(&reason);
    let exit = match error.standing() {
        Standing::Unfinished(_) => Exit::Unfinished,
        _ => exit_of(error.reason()),
    };
    let failure = Failure::new(
        exit,
        say!("case {number}: {reason}; {standing}", "案件 {number}: {reason}。{standing}"),
    );
    match advice(error) {
        Some(advice) => failure.advise(advice),
        None => failure,
    }
}

fn exit_of(reason: &Reason) -> Exit {
    match reason {
        Reason::Store(error) => of_store(error).exit(),
        Reason::Issuer(error) => exit_of_issuer(error),
        Reason::OtherCard | Reason::Differences(_) => Exit::Differences,
        Reason::Pins(_) => Exit::PinForm,
        Reason::NotSet(_) => Exit::CardMisbehaved,
        Reason::NotIdentified(_) => Exit::NotIdentified,
        Reason::CertificateUnknown(_) | Reason::Contents(_) => Exit::BadInput,
        Reason::Authority(_) => Exit::Internal,
        _ => Exit::StepRefused,
    }
}

fn exit_of_issuer(error: &IssuerError) -> Exit {
    match error.kind() {
        IssuerErrorKind::NoCard => Exit::NoCard,
        IssuerErrorKind::Removed => Exit::CardRemoved,
        IssuerErrorKind::Unsupported { .. } | IssuerErrorKind::AuthenticationFailed => {
            Exit::NoIssuerAuthority
        }
        IssuerErrorKind::CardNotAuthentic => Exit::NotGenuine,
        IssuerErrorKind::Unreachable(trouble)
        | IssuerErrorKind::OutcomeUnknown(trouble)
        | IssuerErrorKind::LogOut(trouble) => exit_of_trouble(trouble),
        IssuerErrorKind::Refused { .. } => Exit::CardRefused,
        IssuerErrorKind::Form => Exit::BadInput,
        _ => Exit::CardMisbehaved,
    }
}

fn exit_of_trouble(trouble: &Trouble) -> Exit {
    match trouble {
        Trouble::Transport(error) => Failure::from(error.clone()).exit(),
        Trouble::Exchange(_) => Exit::CardMisbehaved,
    }
}

fn reason(reason: &Reason) -> String {
    Language::current().pick(reason.to_string(), japanese(reason))
}

fn japanese(reason: &Reason) -> String {
    match reason {
        Reason::Refused(refusal) => of_refusal(refusal),
        Reason::Unfinished(state) => format!("「{}」が途中です", state.japanese()),
        Reason::Store(error) => of_store(error).message().to_owned(),
        Reason::Issuer(error) => of_issuer(error),
        Reason::OtherCard => "リーダーのカードはこの案件のものではありません".to_owned(),
        Reason::NoCard => "この案件にはまだカードがありません".to_owned(),
        Reason::OtherCase => "別の案件の確認結果です".to_owned(),
        Reason::Pins(error) => of_plan(*error),
        Reason::NotSet(pin) => format!("{}が設定どおりになっていません", pin.row().japanese),
        Reason::NoPins => "暗証番号のないカードです。設定するならすべて設定します".to_owned(),
        Reason::Differences(differences) => {
            let texts: Vec<&str> = differences.open.iter().map(|difference| difference.japanese()).collect();
            format!("ICチップと住民票が一致しません（{}）", texts.join("・"))
        }
        Reason::NotIdentified(open) => missing(open),
        Reason::CertificateUnknown(purpose) => {
            format!("{}の発行記録がありません", super::super::words::of_purpose(*purpose))
        }
        Reason::Authority(error) => format!("認証局: {error}"),
        Reason::Contents(error) => format!("カードの内容を作れません: {error}"),
        Reason::NotTheTime(why) => format!("手続きの時期ではありません（{}）", why.japanese()),
        Reason::Rule(rule) => rule.japanese().to_owned(),
        other => other.to_string(),
    }
}

/// Everything that is missing at the window.
pub(super) fn missing(open: &[Open]) -> String {
    let texts = open.iter().map(|open| Language::current().pick(open.english(), open.japanese()));
    texts.collect::<Vec<_>>().join(Language::current().pick("; ", "、"))
}

fn of_plan(error: PlanError) -> String {
    match error {
        PlanError::Missing(asked) => format!("{}がありません", asked.row().japanese),
        PlanError::NotAsked(asked) => format!("{}は不要です", asked.row().japanese),
        PlanError::Begun(asked) => {
            format!("{}は設定の途中です。もう一度入力してください", asked.row().japanese)
        }
        PlanError::Nothing => "暗証番号が入力されていません".to_owned(),
        other => other.to_string(),
    }
}

/// A failure of an issuer's session.
pub(super) fn of_issuer_failure(error: &IssuerError) -> Failure {
    let failure =
        Failure::new(exit_of_issuer(error), Language::current().pick(error.to_string(), of_issuer(error)));
    match advice_of_issuer(error) {
        Some(advice) => failure.advise(advice),
        None => failure,
    }
}

fn of_issuer(error: &IssuerError) -> String {
    match error.kind() {
        IssuerErrorKind::NoCard => "カードリーダーにカードがありません".to_owned(),
        IssuerErrorKind::Removed => "カードが取り外されました".to_owned(),
        IssuerErrorKind::Unreachable(trouble) => {
            format!("カードと通信できません。何も変更していません（{}）", of_trouble(trouble))
        }
        IssuerErrorKind::OutcomeUnknown(trouble) => {
            format!("応答が失われ、実行されたか不明です（{}）", of_trouble(trouble))
        }
        IssuerErrorKind::Unsupported { status } => {
            format!("このカードは発行者の命令に対応していません（応答 {status}）")
        }
        IssuerErrorKind::AuthenticationFailed => "カードが発行者の鍵を受け付けません".to_owned(),
        IssuerErrorKind::CardNotAuthentic => "カードが自身の鍵を証明できません".to_owned(),
        IssuerErrorKind::AnswerNotAuthentic => "カードの応答が改ざんされています".to_owned(),
        IssuerErrorKind::Refused { status } => format!("カードが拒否しました（応答 {status}）"),
        IssuerErrorKind::Answer => "カードの応答の形式が正しくありません".to_owned(),
        IssuerErrorKind::Form => "書き込む内容の形式が正しくありません。送信していません".to_owned(),
        IssuerErrorKind::SessionOver => "先の失敗により終了しています。送信していません".to_owned(),
        IssuerErrorKind::LogOut(trouble) => {
            format!(
                "完了しましたが、終了処理を確認できません。カードを取り外してください（{}）",
                of_trouble(trouble)
            )
        }
        other => other.to_string(),
    }
}

fn of_trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Transport(error) => Failure::from(error.clone()).message().to_owned(),
        other => other.to_string(),
    }
}

fn standing(standing: Standing) -> String {
    let japanese = match standing {
        Standing::Untouched => "状態は元のままです".to_owned(),
        Standing::Unfinished(state) => format!("「{}」です。再開が必要です", of_state(state)),
        Standing::Done => "手続き自体は完了しています".to_owned(),
        Standing::Elsewhere(state) => format!("現在は「{}」です", of_state(state)),
        _ => "状態を確認できません。あとで確認してください".to_owned(),
    };
    Language::current().pick(standing.to_string(), japanese)
}

fn advice(error: &DeskError) -> Option<String> {
    let number = error.number();
    if let Standing::Unfinished(state) = error.standing() {
        let command = next(state)?;
        return Some(match state {
            mynumber::issuance::lifecycle::State::SettingPins => say!(
                "put the card on the reader and go on with `mynumber {command} {number}` (all PINs are entered anew), or take them off with --roll-back",
                "カードを置いて `mynumber {command} {number}` で再開（暗証番号はすべて入力し直し）するか、--roll-back で取り消してください"
            ),
            _ => say!(
                "put the card on the reader and repeat: `mynumber {command} {number}`",
                "カードを置いて `mynumber {command} {number}` をやり直してください"
            ),
        });
    }
    match error.reason() {
        Reason::Store(error) => of_store(error).advice().map(str::to_owned),
        Reason::Refused(refusal) => Some(of_step_advice(number, refusal)),
        Reason::Issuer(error) => advice_of_issuer(error),
        Reason::OtherCard => Some(say!(
            "put the card of this case on the reader: `mynumber desk show {number}` names its serial number",
            "この案件のカードを置いてください。製造番号は `mynumber desk show {number}` で確認できます"
        )),
        Reason::NoPins => Some(say!(
            "set all of them with `mynumber desk pin switch {number} on`",
            "`mynumber desk pin switch {number} on` ですべて設定してください"
        )),
        Reason::NotIdentified(open) if open.contains(&Open::Representative) => Some(say!(
            "say the name that the papers have with --representative-name, or --other-representative where the proof of representation names another",
            "書類の氏名を --representative-name で指定するか、代理権の書類が別の代理人のものなら --other-representative を指定してください"
        )),
        Reason::Differences(_) => Some(say!(
            "the card is not released: it goes back to its maker, or the record is put right",
            "カードは交付できません。作成元へ返すか、住民票を確認してください"
        )),
        Reason::CertificateUnknown(_) => Some(say!(
            "is --cards the folder in which the card was made?",
            "--cards はカードを作成したフォルダーですか"
        )),
        _ => None,
    }
}

fn advice_of_issuer(error: &IssuerError) -> Option<String> {
    match error.kind() {
        IssuerErrorKind::Unsupported { .. } | IssuerErrorKind::AuthenticationFailed => Some(no_authority()),
        IssuerErrorKind::NoCard | IssuerErrorKind::Removed => {
            Some(say!("put the card back and repeat the command", "カードを置いてやり直してください"))
        }
        IssuerErrorKind::Unreachable(Trouble::Transport(error)) => advice_of_transport(error),
        _ => None,
    }
}

fn advice_of_transport(error: &TransportError) -> Option<String> {
    Failure::from(error.clone()).advice().map(str::to_owned)
}

/// What to do with a card on which this program has no issuer's authority.
pub(super) fn no_authority() -> String {
    say!(
        "real cards take issuer's commands from the integrated terminal only; here use a card of `mynumber desk personalise` and the --cards folder it was made in",
        "実カードの発行者処理は統合端末だけが行えます。ここでは `mynumber desk personalise` で作ったカードと、作成時の --cards フォルダーを使ってください"
    )
}

/// The name of a PIN that the holder is asked for.
pub(super) fn of_asked(asked: mynumber::issuance::desk::pins::Asked) -> &'static str {
    asked.references().first().map_or("", |pin| pin.name())
}
