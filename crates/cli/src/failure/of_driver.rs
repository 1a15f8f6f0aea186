//! Failures of the driver and the rooms below it, in words for the person at the reader.

use mynumber::applet::PinId;
use mynumber::applet::pin::PinFormError;
use mynumber::driver::{Error, ErrorKind, Fault, Object, Trouble};
use mynumber::transport::Error as TransportError;

use super::Failure;
use crate::exit::Exit;
use crate::language::{Language, say};
use crate::names::{self, Named};

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = exit_of(&error);
        let message = Language::current().pick(error.to_string(), japanese(&error));
        let failure = Self::new(exit, message).with_tries_left(error.tries_left());
        match advice(&error) {
            Some(advice) => failure.advise(advice),
            None => failure,
        }
    }
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        let failure = Self::new(
            exit_of_transport(&error),
            Language::current().pick(error.to_string(), japanese_transport(&error)),
        );
        match advice_of_transport(&error) {
            Some(advice) => failure.advise(advice),
            None => failure,
        }
    }
}

impl From<PinFormError> for Failure {
    fn from(error: PinFormError) -> Self {
        let (secret, form) = (names::of_secret(error.secret()), names::of_form_error(error.kind()));
        Self::new(
            Exit::PinForm,
            say!(
                "{error}; nothing was sent to the card",
                "{secret}の形式が正しくありません（{form}）。カードへは送信していません"
            ),
        )
    }
}

fn exit_of(error: &Error) -> Exit {
    match error.kind() {
        ErrorKind::Transport(cause) | ErrorKind::LogOut(Trouble::Transport(cause)) => {
            exit_of_transport(cause)
        }
        ErrorKind::Erased => Exit::CardErased,
        // The message says what became of the PIN; the person pressed Ctrl-C.
        ErrorKind::VerifyOutcomeUnknown { cause: Trouble::Transport(TransportError::Cancelled), .. }
        | ErrorKind::ChangeOutcomeUnknown { cause: Trouble::Transport(TransportError::Cancelled) } => {
            Exit::Cancelled
        }
        ErrorKind::ApplicationAbsent | ErrorKind::NotThisCard { .. } => Exit::WrongCard,
        ErrorKind::WrongPin { .. } | ErrorKind::RefusedBefore => Exit::WrongPin,
        ErrorKind::Blocked => Exit::Blocked,
        ErrorKind::LastTry | ErrorKind::TriesUnknown { .. } => Exit::LastTryRefused,
        ErrorKind::VerifyOutcomeUnknown { .. }
        | ErrorKind::ChangeOutcomeUnknown { .. }
        | ErrorKind::ChangeFailed { .. }
        | ErrorKind::HalfChanged { .. } => Exit::PinUnknown,
        ErrorKind::SessionLost => Exit::CardReset,
        ErrorKind::SameSecret => Exit::PinForm,
        ErrorKind::SignatureCheck(_) | ErrorKind::SignatureLength { .. } => Exit::SignatureMismatch,
        _ => match error.fault() {
            Fault::Card => Exit::CardMisbehaved,
            Fault::Unsupported => Exit::Unsupported,
            Fault::Caller => Exit::CardRefused,
            Fault::Unreachable => Exit::CardRemoved,
        },
    }
}

/// The exit code of a fault between host and card.
fn exit_of_transport(error: &TransportError) -> Exit {
    match error {
        TransportError::CardRemoved | TransportError::CardUnpowered => Exit::CardRemoved,
        TransportError::CardReset => Exit::CardReset,
        TransportError::NoCard => Exit::NoCard,
        TransportError::NoReader | TransportError::ReaderGone => Exit::NoReader,
        TransportError::NoService => Exit::NoService,
        TransportError::PermissionDenied => Exit::PermissionDenied,
        TransportError::SharingViolation => Exit::CardInUse,
        TransportError::Timeout => Exit::Timeout,
        TransportError::Cancelled => Exit::Cancelled,
        TransportError::ExtendedRefused | TransportError::Protocol => Exit::Unsupported,
        TransportError::CardUnresponsive | TransportError::ReplyTooLong | TransportError::Transmission => {
            Exit::CardMisbehaved
        }
        _ => Exit::Internal,
    }
}

/// What is wrong between host and card, in Japanese.
pub(crate) fn japanese_transport(error: &TransportError) -> String {
    match error {
        TransportError::CardRemoved => "カードが取り外されました".to_owned(),
        TransportError::CardReset => "他のプログラムがカードをリセットしました".to_owned(),
        TransportError::CardUnpowered => "カードの電源が切れています".to_owned(),
        TransportError::CardUnresponsive => {
            "カードが応答しません。取り出して端子を拭き、入れ直してください".to_owned()
        }
        TransportError::NoCard => "カードリーダーにカードがありません".to_owned(),
        TransportError::NoReader => "カードリーダーが接続されていません".to_owned(),
        TransportError::ReaderGone => "カードリーダーが取り外されました".to_owned(),
        TransportError::NoService => "PC/SCサービスが動いていません".to_owned(),
        TransportError::PermissionDenied => "PC/SCサービスを使う権限がありません".to_owned(),
        TransportError::SharingViolation => "他のプログラムがカードを使用中です".to_owned(),
        TransportError::Timeout => "時間切れです".to_owned(),
        TransportError::Cancelled => "中止しました".to_owned(),
        TransportError::ExtendedRefused => "リーダーが拡張長APDUに対応していません".to_owned(),
        TransportError::ReplyTooLong => "カードの応答が長すぎます".to_owned(),
        TransportError::Transmission => "リーダーとカードの間の通信に失敗しました".to_owned(),
        TransportError::Protocol => "リーダーのプロトコルがT=0でもT=1でもありません".to_owned(),
        other => format!("通信エラー: {other}"),
    }
}

fn advice_of_transport(error: &TransportError) -> Option<String> {
    Some(match error {
        TransportError::NoService => say!(
            "start it (for example `systemctl start pcscd.socket`), then try again; `mynumber doctor` checks the rest",
            "サービスを起動してから（例: `systemctl start pcscd.socket`）やり直してください。`mynumber doctor` で確認できます"
        ),
        TransportError::NoReader | TransportError::ReaderGone => say!(
            "connect a reader, or use the embedded virtual card: --reader virtual",
            "リーダーを接続するか、内蔵の仮想カード（--reader virtual）を使ってください"
        ),
        TransportError::NoCard => {
            say!(
                "put the card on the reader, or wait for it with --timeout",
                "カードを置くか、--timeout で待ってください"
            )
        }
        TransportError::SharingViolation => say!(
            "close the other program, or wait longer with --timeout",
            "他のプログラムを終了するか、--timeout で長く待ってください"
        ),
        TransportError::PermissionDenied => say!(
            "see polkit's rules for org.debian.pcsc-lite, or run from a local session",
            "polkitの規則（org.debian.pcsc-lite）を確認するか、ローカルのセッションで実行してください"
        ),
        _ => return None,
    })
}

fn advice(error: &Error) -> Option<String> {
    match error.kind() {
        ErrorKind::Transport(cause) => advice_of_transport(cause),
        ErrorKind::LastTry | ErrorKind::TriesUnknown { .. } => Some(say!(
            "when you are sure of it, repeat the command with --last-try; a wrong PIN then blocks it",
            "確実な場合だけ --last-try を付けて再実行してください。間違えるとロックされます"
        )),
        ErrorKind::HalfChanged { .. } => {
            Some(say!("`mynumber pin repair` finishes it", "`mynumber pin repair` で仕上げてください"))
        }
        ErrorKind::Blocked => match error.object() {
            Object::Pin(pin) => Some(names::where_to_reset(pin)),
            _ => None,
        },
        _ => None,
    }
}

fn japanese(error: &Error) -> String {
    format!("{}（{}）", japanese_kind(error.kind()), names::of_place(error.step(), error.object()))
}

fn japanese_kind(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::Transport(cause) => japanese_transport(cause),
        ErrorKind::Exchange(cause) => format!("カードまたはリーダーの応答が規格に反します: {cause}"),
        ErrorKind::UnexpectedStatus { status } => format!("カードが想定外の応答 {status} を返しました"),
        ErrorKind::Erased => {
            "チップの鍵と内容は消去されています。このカードは使えません。市区町村の窓口へお持ちください".to_owned()
        }
        ErrorKind::ApplicationAbsent => "このカードには該当するアプリケーションがありません。マイナンバーカードを置いてください".to_owned(),
        ErrorKind::ObjectAbsent => "このカードには記録されていません。発行の有無を市区町村の窓口で確認してください".to_owned(),
        ErrorKind::NotThisCard { status } => {
            format!("残り回数の問い合わせへの応答 {status} がマイナンバーカードのものではありません。暗証番号は送信していません")
        }
        ErrorKind::AccessDenied => "カードがアクセスを拒否しました".to_owned(),
        ErrorKind::BehindPin => "この証明書は暗証番号で保護されています（スマートフォン）".to_owned(),
        ErrorKind::WrongPin { tries_left } => format!("暗証番号が違います。{}", tries(*tries_left)),
        ErrorKind::Blocked => "暗証番号がロックされています".to_owned(),
        ErrorKind::LastTry => "残り1回のため、暗証番号を送信しませんでした".to_owned(),
        ErrorKind::TriesUnknown { status } => {
            format!("カードが残り回数を示さない（応答 {status}）ため、暗証番号を送信しませんでした")
        }
        ErrorKind::RefusedBefore => "先に拒否された暗証番号のため、再送しませんでした".to_owned(),
        ErrorKind::VerifyRefused { status, tries_left } => {
            format!("カードが照合を拒否しました（応答 {status}）。{}", tries(*tries_left))
        }
        ErrorKind::VerifyOutcomeUnknown { tries_left, .. } => {
            format!("照合の応答が失われました。1回数えられた可能性があります。{}", tries(*tries_left))
        }
        ErrorKind::SessionLost => "カードがリセットされたか失われたため、認証状態が終了しました".to_owned(),
        ErrorKind::SameSecret => "新しい暗証番号が今のものと同じです".to_owned(),
        ErrorKind::NewSecretRefused { status } => {
            format!("カードが新しい暗証番号を拒否しました（応答 {status}）。元のままです")
        }
        ErrorKind::ChangeOutcomeUnknown { .. } | ErrorKind::ChangeFailed { .. } => {
            "変更の結果が不明です。新旧どちらかが有効です。新しいものを1回試し、違えば元のものを使ってください".to_owned()
        }
        ErrorKind::HalfChanged { .. } => {
            "住民基本台帳用暗証番号が片方のアプリケーションだけ変更されました。`mynumber pin repair` で揃えてください".to_owned()
        }
        ErrorKind::NoSecureMessaging { status } => {
            format!("カードがセッション鍵を受け付けません（応答 {status}）。暗号化すべきものは送信していません")
        }
        ErrorKind::SecureMessaging(cause) => {
            format!("セキュアメッセージングの応答が正しくないため終了しました（{cause}）。繰り返す場合はリーダーを疑ってください")
        }
        ErrorKind::FileChanged => "読み取り中にファイルの内容が変わりました。繰り返す場合、そのカードを信用しないでください".to_owned(),
        ErrorKind::LogOut(_) => "処理は完了しましたが、カードのロックを確認できません。カードを取り外してください".to_owned(),
        ErrorKind::SignatureLength { .. } | ErrorKind::SignatureCheck(_) => {
            "カードの署名が自身の証明書と一致しません。署名は返しません".to_owned()
        }
        other => format!("カードの内容または応答が正しくありません: {other}"),
    }
}

fn tries(left: Option<u8>) -> String {
    match left {
        Some(left) => format!("残り{left}回です"),
        None => "残り回数は不明です".to_owned(),
    }
}

/// The failure of a PIN that is blocked already, before anything was asked of the person.
pub(crate) fn blocked(pin: PinId) -> Failure {
    let name = pin.name();
    Failure::new(Exit::Blocked, say!("the {name} is blocked", "{name}はロックされています"))
        .advise(names::where_to_reset(pin))
        .with_tries_left(Some(0))
}
