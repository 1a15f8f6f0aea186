//! Status words explained for people.

use mynumber::apdu::{Meaning, StatusWord};

use crate::language::say;

/// What a status word says, in the language of the process.
pub(crate) fn explain(status: StatusWord) -> String {
    match status.meaning() {
        Meaning::Success => say!("done", "正常終了"),
        Meaning::MoreData(count) => {
            say!("{count} more bytes wait for GET RESPONSE", "GET RESPONSEで残り{count}バイト")
        }
        Meaning::WrongLe(exact) => say!("wrong Le; {exact} is right", "Leの誤り（正しくは{exact}）"),
        Meaning::Warning(_) => say!("warning, nothing changed", "警告（状態変化なし）"),
        Meaning::TriesLeft(tries) => say!("{tries} tries left", "照合の残り{tries}回"),
        Meaning::VerificationFailed => say!("verification failed", "照合失敗"),
        Meaning::WarningChanged(_) => say!("warning, state changed", "警告（状態変化あり）"),
        Meaning::ExecutionError(_) => say!("execution error, nothing changed", "実行エラー（状態変化なし）"),
        Meaning::ExecutionErrorChanged(_) => {
            say!("execution error, state changed", "実行エラー（状態変化あり）")
        }
        Meaning::SecurityIssue(_) => say!("security-related issue", "セキュリティー上の問題"),
        Meaning::WrongLength => say!("wrong length", "長さの誤り"),
        Meaning::ClassFunction(_) => {
            say!("channel, secure messaging or chaining not supported", "チャネル・SM・チェイニング非対応")
        }
        Meaning::Blocked => say!("the PIN is blocked", "暗証番号はロックされている"),
        Meaning::AccessDenied => say!("access condition not met", "セキュリティーステータスが満たされない"),
        Meaning::ConditionsOfUse => say!("conditions of use not met", "使用条件が満たされない"),
        Meaning::NotAllowed(_) => say!("command not allowed", "コマンドは許可されない"),
        Meaning::FileNotFound => say!("no such file or application", "ファイル・アプリケーションがない"),
        Meaning::RecordNotFound => say!("no such record", "レコードがない"),
        Meaning::ReferenceNotFound => {
            say!("no such data object or reference", "データオブジェクト・参照データがない")
        }
        Meaning::WrongParameters(_) => say!("wrong parameters or data", "パラメーターまたはデータの誤り"),
        Meaning::WrongOffset => {
            say!("wrong P1-P2, or offset outside the file", "P1-P2の誤り、またはオフセットが範囲外")
        }
        Meaning::InstructionNotSupported => say!("instruction not supported", "INS非対応"),
        Meaning::ClassNotSupported => say!("class not supported", "CLA非対応"),
        Meaning::Unspecified => say!("no precise diagnosis", "原因不明"),
        _ => say!("not a status word of ISO 7816-4", "ISO 7816-4にないステータスワード"),
    }
}
