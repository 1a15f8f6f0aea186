//! Exit codes: one number per kind of failure, the same in every command.

/// How a run ended. The numbers are part of the command's interface; README.md lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Success = 0,
    Internal = 1,
    Usage = 2,
    BadInput = 3,
    OutputFailed = 4,
    WrongPin = 10,
    Blocked = 11,
    LastTryRefused = 12,
    PinForm = 13,
    PinUnknown = 14,
    NoService = 20,
    NoReader = 21,
    NoCard = 22,
    CardRemoved = 23,
    CardReset = 24,
    CardInUse = 25,
    Timeout = 26,
    PermissionDenied = 27,
    WrongCard = 30,
    CardMisbehaved = 31,
    CardRefused = 32,
    SignatureMismatch = 33,
    Unsupported = 34,
    CardErased = 35,
    ProblemsFound = 40,
    NotTrusted = 50,
    NotInForce = 51,
    Revoked = 52,
    RevocationUnknown = 53,
    NotGenuine = 54,
    NotAccepted = 60,
    Differences = 61,
    StepRefused = 62,
    NoSuchCase = 63,
    CaseChanged = 64,
    StoreUnusable = 65,
    Tampered = 66,
    Unfinished = 67,
    NoIssuerAuthority = 68,
    NotIdentified = 69,
    Cancelled = 130,
}

/// Every exit code with its meaning in English and Japanese, in rising order.
pub(crate) const TABLE: &[(Exit, &str, &str)] = &[
    (Exit::Success, "done", "成功"),
    (Exit::Internal, "a fault of this program", "プログラムの内部エラー"),
    (Exit::Usage, "wrong arguments", "引数の誤り"),
    (Exit::BadInput, "an input file or value is not what it should be", "入力ファイルまたは値の誤り"),
    (Exit::OutputFailed, "the output could not be written", "出力できない"),
    (
        Exit::WrongPin,
        "wrong PIN; the message says how many tries are left",
        "暗証番号が違う（残り回数を表示）",
    ),
    (Exit::Blocked, "the PIN is blocked", "暗証番号がロックされている"),
    (
        Exit::LastTryRefused,
        "one try is left; not spent without --last-try",
        "残り1回のため照合しない（--last-try が必要）",
    ),
    (
        Exit::PinForm,
        "the PIN has not the right form; nothing was sent to the card",
        "暗証番号の形式の誤り（カードへは送信していない）",
    ),
    (Exit::PinUnknown, "whether a try was counted is unknown", "試行が数えられたか不明"),
    (Exit::NoService, "the PC/SC service is not running", "PC/SCサービスが動いていない"),
    (Exit::NoReader, "no card reader, or none of that name", "カードリーダーがない、または該当なし"),
    (Exit::NoCard, "no card in the reader", "カードがない"),
    (Exit::CardRemoved, "the card was removed", "カードが取り外された"),
    (Exit::CardReset, "another program reset the card", "他のプログラムがカードをリセットした"),
    (Exit::CardInUse, "another program holds the card", "他のプログラムがカードを使用中"),
    (Exit::Timeout, "the time allowed has passed", "時間切れ"),
    (Exit::PermissionDenied, "this user may not use the PC/SC service", "PC/SCサービスの利用権限がない"),
    (Exit::WrongCard, "not a My Number Card", "マイナンバーカードではない"),
    (Exit::CardMisbehaved, "the card broke the rules of its protocol", "カードの応答が規格に反する"),
    (Exit::CardRefused, "the card refused the command", "カードが命令を拒否した"),
    (
        Exit::SignatureMismatch,
        "the signature does not fit the card's certificate",
        "署名がカードの証明書と合わない",
    ),
    (Exit::Unsupported, "this card or reader cannot do that", "このカードまたはリーダーでは対応していない"),
    (Exit::CardErased, "the chip has erased itself for good", "チップが消去されている（使用不可）"),
    (Exit::ProblemsFound, "doctor found problems", "診断で問題が見つかった"),
    (
        Exit::NotTrusted,
        "not trusted: signature, issuer, purpose or policy does not hold",
        "信頼できない（署名・発行者・用途・ポリシーのいずれかが合わない）",
    ),
    (
        Exit::NotInForce,
        "expired or not yet in force at the time of the question",
        "指定時刻に有効期間外（期限切れまたは開始前）",
    ),
    (Exit::Revoked, "revoked", "失効している"),
    (
        Exit::RevocationUnknown,
        "whether it is revoked is unknown; everything else holds",
        "失効の有無が不明（その他は確認済み）",
    ),
    (
        Exit::NotGenuine,
        "the chip does not prove to be a genuine card's",
        "真正なカードのチップと確認できない",
    ),
    (
        Exit::NotAccepted,
        "an application or photo breaks the rules; nothing was entered",
        "申請または写真が規則に合わない（何も登録していない）",
    ),
    (
        Exit::Differences,
        "what should agree differs; nothing was released",
        "一致すべきものに相違がある（引き渡さない）",
    ),
    (
        Exit::StepRefused,
        "the step is not in its place; the case stays as it is",
        "今はできない手続き（状態は変わらない）",
    ),
    (Exit::NoSuchCase, "there is no such case", "該当する案件がない"),
    (Exit::CaseChanged, "another desk changed the case in the meantime", "他の窓口が先に案件を変更した"),
    (
        Exit::StoreUnusable,
        "the store of the cases is missing, foreign, newer or busy",
        "案件の保存先がない、別物、新しい版、または使用中",
    ),
    (Exit::Tampered, "the audit log is not what was written", "監査ログが書かれたままでない"),
    (
        Exit::Unfinished,
        "begun on the card and not finished; the message says how to resume it",
        "カードの処理が途中（メッセージに従って再開する）",
    ),
    (Exit::NoIssuerAuthority, "the card does not know this issuer", "このカードの発行者権限がない"),
    (Exit::Cancelled, "cancelled by Ctrl-C", "Ctrl-Cによる中止"),
];

impl Exit {
    /// The number.
    pub(crate) const fn code(self) -> u8 {
        #[expect(clippy::as_conversions, reason = "the discriminant of a repr(u8) enumeration")]
        let code = self as u8;
        code
    }

    /// The exit code with this number.
    pub(crate) fn of_code(code: u8) -> Option<Self> {
        TABLE.iter().map(|(exit, ..)| *exit).find(|exit| exit.code() == code)
    }

    /// The name in JSON.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::BadInput => "bad_input",
            Self::OutputFailed => "output_failed",
            Self::WrongPin => "wrong_pin",
            Self::Blocked => "blocked",
            Self::LastTryRefused => "last_try_refused",
            Self::PinForm => "pin_form",
            Self::PinUnknown => "pin_unknown",
            Self::NoService => "no_service",
            Self::NoReader => "no_reader",
            Self::NoCard => "no_card",
            Self::CardRemoved => "card_removed",
            Self::CardReset => "card_reset",
            Self::CardInUse => "card_in_use",
            Self::Timeout => "timeout",
            Self::PermissionDenied => "permission_denied",
            Self::WrongCard => "wrong_card",
            Self::CardMisbehaved => "card_misbehaved",
            Self::CardRefused => "card_refused",
            Self::SignatureMismatch => "signature_mismatch",
            Self::Unsupported => "unsupported",
            Self::CardErased => "card_erased",
            Self::ProblemsFound => "problems_found",
            Self::NotTrusted => "not_trusted",
            Self::NotInForce => "not_in_force",
            Self::Revoked => "revoked",
            Self::RevocationUnknown => "revocation_unknown",
            Self::NotGenuine => "not_genuine",
            Self::NotAccepted => "not_accepted",
            Self::Differences => "differences",
            Self::StepRefused => "step_refused",
            Self::NoSuchCase => "no_such_case",
            Self::CaseChanged => "case_changed",
            Self::StoreUnusable => "store_unusable",
            Self::Tampered => "tampered",
            Self::Unfinished => "unfinished",
            Self::NoIssuerAuthority => "no_issuer_authority",
            Self::NotIdentified => "not_identified",
            Self::Cancelled => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_distinct_and_rise() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0.code() < pair[1].0.code()));
    }
}
