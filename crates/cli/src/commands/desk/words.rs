//! What the rooms of issuance refuse, in both languages, with what to do next.

use mynumber::applet::{DateError, NumberError};
use mynumber::crypto::certificate::Purpose;
use mynumber::issuance::application::{ContactError, FormIdError};
use mynumber::issuance::audit::Tampered;
use mynumber::issuance::lifecycle::{Actor, Refusal, State, Step, Why};
use mynumber::issuance::receipt::ListError;
use mynumber::issuance::store::{StoreError, WhyNotCertificate};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, say};

/// A failure of the store, or its refusal.
pub(super) fn of_store(error: &StoreError) -> Failure {
    let failure = Failure::new(exit_of(error), Language::current().pick(error.to_string(), japanese(error)));
    match advice(error) {
        Some(advice) => failure.advise(advice),
        None => failure,
    }
}

const fn exit_of(error: &StoreError) -> Exit {
    match error {
        StoreError::NoSuchCase { .. } | StoreError::NoSuchForm { .. } => Exit::NoSuchCase,
        StoreError::FormInUse { .. } | StoreError::FormKnown { .. } => Exit::NotAccepted,
        StoreError::CardInUse { .. } => Exit::Differences,
        StoreError::Changed { .. } => Exit::CaseChanged,
        StoreError::Refused { .. }
        | StoreError::NotReleased { .. }
        | StoreError::Deadline { .. }
        | StoreError::NotOverdue { .. }
        | StoreError::ExpiryUnknown { .. }
        | StoreError::Checklist { .. }
        | StoreError::OtherPhoto { .. }
        | StoreError::PhotoNotFit { .. }
        | StoreError::Misplaced { .. }
        | StoreError::Certificate { .. } => Exit::StepRefused,
        StoreError::Time => Exit::BadInput,
        StoreError::Tampered(_) => Exit::Tampered,
        _ => Exit::StoreUnusable,
    }
}

fn japanese(error: &StoreError) -> String {
    match error {
        StoreError::NoSuchCase { number: 0 } => "この申請書IDの案件はありません".to_owned(),
        StoreError::NoSuchCase { number } => format!("案件 {number} はありません"),
        StoreError::FormInUse { number } => format!("同じ申請書による案件 {number} があります"),
        StoreError::FormKnown { number } => format!("案件 {number} には申請書IDが既にあります"),
        StoreError::Changed { number, .. } => format!("案件 {number} は他の窓口で変更されました"),
        StoreError::Refused { number, refusal } => format!("案件 {number}: {}", of_refusal(refusal)),
        StoreError::NoSuchForm { row } => {
            format!("一覧表の{row}件目: この申請書による案件がありません")
        }
        StoreError::NotReleased { number } => format!("案件 {number}: 受領は発行一覧表と照合して行います"),
        StoreError::Deadline { number } => format!("案件 {number}: 交付期限は通知の日以後にしてください"),
        StoreError::NotOverdue { number, deadline } => format!("案件 {number}: 期限は {deadline} です"),
        StoreError::ExpiryUnknown { number } => {
            format!("案件 {number}: カードの有効期限が記録されていません")
        }
        StoreError::CardInUse { number } => format!("このカードは案件 {number} のものです"),
        StoreError::Checklist { number } => {
            format!("案件 {number}: 写真の確認項目すべてに1回ずつ答えてください")
        }
        StoreError::OtherPhoto { number } => format!("案件 {number}: 申請の写真ではありません"),
        StoreError::PhotoNotFit { number } => {
            format!("案件 {number}: 写真が不適と判定されています。差し戻すか、再度確認してください")
        }
        StoreError::Misplaced { number, step, .. } => {
            format!("案件 {number}: 「{}」に伴わない内容です", of_step(*step))
        }
        StoreError::Certificate { number, purpose, why } => {
            format!("案件 {number}: {}: {}", of_purpose(*purpose), of_certificate(*why))
        }
        StoreError::Parameters => "接続の書き方を解釈できません".to_owned(),
        StoreError::Lost => "データベースとの接続が切れました。案件を確認してください".to_owned(),
        StoreError::Unencrypted => {
            "データベースへの経路が暗号化されません。このコンピューターのソケットだけが使えます".to_owned()
        }
        StoreError::Time => "暦の範囲外の時刻です".to_owned(),
        StoreError::Tampered(tampered) => of_tampered(tampered),
        StoreError::Newer { found, known } => {
            format!("保存先の版 {found} は新しすぎます（このプログラムは {known} まで）")
        }
        StoreError::Foreign => "案件の保存先ではありません".to_owned(),
        StoreError::Exists => "既に存在します".to_owned(),
        StoreError::Content { column } => format!("保存先の項目 {column} を解釈できません"),
        StoreError::Busy => "保存先は他の窓口が使用中です".to_owned(),
        other => format!("保存先を読み書きできません: {other}"),
    }
}

/// What a certificate is for.
pub(super) fn of_purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Signature => Language::current().pick("signature certificate", "署名用電子証明書"),
        _ => Language::current().pick("user-authentication certificate", "利用者証明用電子証明書"),
    }
}

fn of_certificate(why: WhyNotCertificate) -> String {
    match why {
        WhyNotCertificate::None => "発行されていません".to_owned(),
        WhyNotCertificate::InForce => "別の証明書が有効です".to_owned(),
        WhyNotCertificate::Destroyed => "破棄されています".to_owned(),
        WhyNotCertificate::Revoked => "失効しています".to_owned(),
        WhyNotCertificate::Serial => "シリアル番号が正しくありません".to_owned(),
        WhyNotCertificate::SerialInUse => "シリアル番号が別の証明書のものです".to_owned(),
        other => other.to_string(),
    }
}

fn of_tampered(tampered: &Tampered) -> String {
    match tampered {
        Tampered::Changed { number } => format!("監査ログの記録 {number} が変更されています"),
        Tampered::Missing { expected, found } => {
            format!("監査ログの記録 {expected} がなく、{found} が続いています")
        }
        Tampered::NotTheNoted { number } => {
            format!("監査ログの記録 {number} が控えと一致しないか、なくなっています")
        }
        other => other.to_string(),
    }
}

fn advice(error: &StoreError) -> Option<String> {
    Some(match error {
        StoreError::NoSuchCase { .. } => say!(
            "`mynumber desk report` lists the cases that are due; is --store the right one?",
            "`mynumber desk report` で確認してください。--store は正しいですか"
        ),
        StoreError::NoSuchForm { .. } => say!(
            "nothing was taken in; ask who made the list, or enter the application first",
            "何も受領していません。一覧表の作成元に確認するか、先に申請を登録してください"
        ),
        StoreError::FormInUse { number } | StoreError::FormKnown { number } => say!(
            "nothing was entered; look at it with `mynumber desk show {number}`",
            "何も登録していません。`mynumber desk show {number}` で確認してください"
        ),
        StoreError::Changed { number, .. } => say!(
            "look at it with `mynumber desk show {number}`, then repeat the command",
            "`mynumber desk show {number}` で確認してからやり直してください"
        ),
        StoreError::Refused { number, refusal } => of_step_advice(*number, refusal),
        StoreError::Newer { .. } => {
            say!("use the newer version of this program", "新しい版のプログラムを使ってください")
        }
        StoreError::Foreign => {
            say!(
                "nothing was changed; give the right file with --store",
                "変更していません。--store で正しいファイルを指定してください"
            )
        }
        StoreError::CardInUse { number } => say!(
            "nothing was taken in; look at it with `mynumber desk show {number}`",
            "何も受領していません。`mynumber desk show {number}` で確認してください"
        ),
        StoreError::Busy => say!("try again", "やり直してください"),
        StoreError::Tampered(_) => say!(
            "stop working with this store; compare with a backup and with the ends noted elsewhere",
            "この保存先での作業を止め、バックアップおよび控えと照合してください"
        ),
        _ => return None,
    })
}

/// What to do after a refusal.
pub(super) fn of_step_advice(number: u64, refusal: &Refusal) -> String {
    let Why::Missing(step) = refusal.why else {
        return say!(
            "`mynumber desk show {number}` tells what was done",
            "`mynumber desk show {number}` で経過を確認してください"
        );
    };
    match command_of(step) {
        Some(command) => say!("first: {command}", "先に: {command}"),
        None => {
            let name = of_step(step);
            say!("first: {name}", "先に: {name}")
        }
    }
}

/// The command that takes a step.
const fn command_of(step: Step) -> Option<&'static str> {
    Some(match step {
        Step::Receive => "`mynumber desk receive`",
        Step::Prepare => "`mynumber desk prepare`",
        Step::OpenCounter | Step::Identify | Step::HandOver => "`mynumber desk deliver`",
        Step::BeginPins | Step::FinishPins => "`mynumber desk pin setup`",
        Step::BeginLift | Step::LiftSuspension => "`mynumber desk resume`",
        Step::SendNotice => "`mynumber desk notice --send`",
        _ => return None,
    })
}

/// A step that is not taken, in Japanese.
pub(super) fn of_refusal(refusal: &Refusal) -> String {
    let (state, step) = (refusal.state.japanese(), of_step(refusal.step));
    match refusal.why {
        Why::Missing(missing) => {
            format!("「{state}」のため「{step}」はできません。先に「{}」が必要です", of_step(missing))
        }
        Why::Past => format!("「{state}」のため「{step}」は済んでいるか、対象外です"),
        Why::Ended => format!("案件は終了しています（{state}）"),
        Why::Actor(actor) => format!("「{step}」は{}にはできません", of_actor(actor)),
        other => format!("{state}: {step}: {other}"),
    }
}

/// A step for people.
pub(super) fn of_step(step: Step) -> &'static str {
    let japanese = match step {
        Step::JudgePhoto => "写真の確認",
        Step::Receive => "受領",
        Step::Prepare => "交付前設定",
        Step::SendNotice => "交付通知書の送付",
        Step::OpenCounter => "窓口受付",
        Step::LeaveCounter => "窓口退出",
        Step::Identify => "本人確認",
        Step::SendBack => "差し戻し",
        Step::BeginSubstitutes => "代替文字修正の開始",
        Step::SetSubstitutes => "代替文字修正",
        Step::BeginPins => "暗証番号設定の開始",
        Step::FinishPins => "暗証番号設定の完了",
        Step::RollBackPins => "暗証番号設定の取り消し",
        Step::WaivePins => "暗証番号なし（顔認証）",
        Step::HandOver => "交付",
        Step::ExpireUncollected => "交付期限切れ",
        Step::ChangePin => "暗証番号変更",
        Step::BeginReset => "暗証番号再設定の開始",
        Step::SetPin => "暗証番号1件の再設定",
        Step::ResetPin => "暗証番号再設定",
        Step::BeginChange => "記載事項変更の開始",
        Step::ChangeRecord => "記載事項変更",
        Step::BeginRenewal => "電子証明書更新の開始",
        Step::RenewCertificates => "電子証明書更新",
        Step::BeginSwitch => "顔認証切替の開始",
        Step::SwitchPins => "顔認証切替",
        Step::Suspend => "一時停止",
        Step::BeginLift => "一時停止解除の開始",
        Step::LiftSuspension => "一時停止解除",
        Step::ReportLoss => "紛失届",
        Step::Replace => "再交付",
        Step::Return => "返納",
        Step::Expire => "有効期間満了",
        _ => step.row().event,
    };
    Language::current().pick(step.row().event, japanese)
}

fn of_actor(actor: Actor) -> &'static str {
    match actor {
        Actor::Holder => "本人",
        Actor::Representative => "法定代理人",
        Actor::Municipality => "市区町村の職員",
        Actor::CallCentre => "コールセンター",
        Actor::Calendar => "期日処理",
        Actor::ConvenienceStore => "コンビニ等の端末",
        other => other.name(),
    }
}

/// A state for people.
pub(super) fn of_state(state: State) -> &'static str {
    Language::current().pick(state.name(), state.japanese())
}

/// A date that is none.
pub(super) fn of_date(error: DateError) -> String {
    let japanese = match error {
        DateError::Form => "日付の書き方を解釈できません（例: 1990-12-31、平成2年12月31日）",
        DateError::Year => "年が範囲外です",
        DateError::Month => "その月はありません",
        DateError::Day => "その日はありません",
        DateError::Era => "その日はこの元号に属しません",
        _ => "日付が正しくありません",
    };
    let english = match error {
        DateError::Form => "not a date that can be read; write 1990-12-31 or 平成2年12月31日".to_owned(),
        other => other.to_string(),
    };
    Language::current().pick(english, japanese.to_owned())
}

/// My Number that is none.
pub(super) fn of_number(error: NumberError) -> String {
    let japanese = match error {
        NumberError::Length => "桁数が違います",
        NumberError::NotDigits => "数字以外が含まれています",
        NumberError::CheckDigit => "検査用数字が一致しません",
        _ => "個人番号が正しくありません",
    };
    Language::current().pick(error.to_string(), japanese.to_owned())
}

/// An application form id that is none.
pub(super) fn of_form_id(error: FormIdError) -> String {
    let japanese = match error {
        FormIdError::Length { digits } => format!("申請書IDは23桁です（{digits}桁入力されています）"),
        FormIdError::FullWidth { position } => {
            format!("{}文字目が全角です。半角数字で入力してください", position + 1)
        }
        FormIdError::NotADigit { position } => format!("{}文字目が数字ではありません", position + 1),
        _ => "申請書IDが正しくありません".to_owned(),
    };
    Language::current().pick(error.to_string(), japanese)
}

/// A contact name or an e-mail address that is none.
pub(super) fn of_contact(error: ContactError) -> String {
    let japanese = match error {
        ContactError::Empty => "入力がありません".to_owned(),
        ContactError::Character { position } => format!("{}文字目は使えない文字です", position + 1),
        ContactError::TooLong { width, most } => {
            format!("長すぎます（半角{width}文字分、上限{most}文字分）")
        }
        ContactError::Differs => "2回の入力が一致しません".to_owned(),
        ContactError::NoAddress => "メールアドレスの形式ではありません".to_owned(),
        _ => "連絡先が正しくありません".to_owned(),
    };
    Language::current().pick(error.to_string(), japanese)
}

/// A list that is not read.
pub(super) fn of_list(error: &ListError) -> String {
    let japanese = match error {
        ListError::Empty => "一覧表が空です".to_owned(),
        ListError::TooLong => "一覧表が長すぎます".to_owned(),
        ListError::Encoding { line, .. } => {
            format!("{line}行目に、指定の文字コードの文字ではないバイトがあります")
        }
        ListError::Heading { column } => format!("見出しに列 {column} が1つ必要です"),
        ListError::Broken { line } => format!("{line}行目が壊れています"),
        ListError::Columns { line, found, expected } => {
            format!("{line}行目の列数は{found}です（見出しは{expected}）")
        }
        ListError::FormId { line, error } => format!("{line}行目: {}", of_form_id(*error)),
        ListError::Serial { line } => format!("{line}行目: 製造番号は15桁の数字です"),
        ListError::Name { line } => format!("{line}行目: 氏名が正しくありません"),
        ListError::Twice { line, first, column } => {
            format!("{line}行目の {column} は{first}行目と同じです")
        }
        other => other.to_string(),
    };
    Language::current().pick(error.to_string(), japanese)
}
