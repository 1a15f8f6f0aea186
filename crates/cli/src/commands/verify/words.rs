//! Reasons in the language of the process.

use mynumber::crypto::cms::SignerError;
use mynumber::crypto::path::{Error, ErrorKind, Position};
use mynumber::crypto::revocation::{JpkiMeaning, Why};

use crate::language::{Language, say};

/// What is wrong with a certificate of a path.
pub(super) fn of_path(kind: ErrorKind) -> String {
    match Language::current() {
        Language::En => kind.to_string(),
        Language::Ja => japanese(kind),
    }
}

fn japanese(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::Malformed(error) => format!("形式が正しくありません（{error}）"),
        ErrorKind::NotYetInForce { at, not_before } => {
            format!("有効期間が始まっていません（{not_before} から。指定時刻 {at}）")
        }
        ErrorKind::Expired { at, not_after } => {
            format!("有効期間が終わっています（{not_after} まで。指定時刻 {at}）")
        }
        ErrorKind::UnknownIssuer => "信頼する認証局が発行したものではありません".to_owned(),
        ErrorKind::IssuerName => "発行者の鍵の名前が証明書の記載と異なります".to_owned(),
        ErrorKind::KeyIdentifier => "発行者の鍵が証明書の示す鍵と異なります".to_owned(),
        ErrorKind::Signature(error) => format!("署名が受け入れられません（{error}）"),
        ErrorKind::SignatureAlgorithm => {
            "受け入れない署名方式です（RSAまたはECDSAとSHA-256・384・512を受け入れます）".to_owned()
        }
        ErrorKind::WeakKey => {
            "鍵が不正か弱すぎます（RSA 2048〜4096ビットと曲線P-256・P-384を受け入れます）".to_owned()
        }
        ErrorKind::KeyUsage => "鍵用途（keyUsage）が目的に合いません".to_owned(),
        ErrorKind::ExtendedKeyUsage => "拡張鍵用途（extKeyUsage）が目的に合いません".to_owned(),
        ErrorKind::Policy => "証明書ポリシーが求めるものではありません".to_owned(),
        ErrorKind::AnchorPurpose => "信頼点の目的が異なります".to_owned(),
        ErrorKind::NotAnAuthority => "証明書を発行できる認証局ではありません".to_owned(),
        ErrorKind::Authority => "認証局の証明書です".to_owned(),
        ErrorKind::Contradiction => "認証局かどうかの記載が矛盾しています".to_owned(),
        ErrorKind::PathLength => "下位の認証局が許された数を超えています".to_owned(),
        ErrorKind::Depth => "経路が許される長さを超えます".to_owned(),
        ErrorKind::UnknownCriticalExtension => "未知のクリティカル拡張があります".to_owned(),
        ErrorKind::NameConstraint => "上位の認証局に許されていない名前です".to_owned(),
        ErrorKind::NotEvaluated => "評価しない経路制限の拡張があります".to_owned(),
        ErrorKind::NotCritical(field) => format!("クリティカルであるべき拡張がそうではありません（{field}）"),
        ErrorKind::MissingExtension(field) => format!("必要な拡張がありません（{field}）"),
        ErrorKind::EmptyName(field) => format!("名前が空です（{field}）"),
        ErrorKind::Budget => "証明書の数または署名確認の回数が上限を超えます".to_owned(),
        other => other.to_string(),
    }
}

/// Which certificate of the path.
pub(super) fn of_position(position: Position) -> String {
    match (Language::current(), position) {
        (Language::En, position) => position.to_string(),
        (Language::Ja, Position::Leaf) => "対象の証明書".to_owned(),
        (Language::Ja, Position::Intermediate { hint }) => format!("中間証明書 {}", hint + 1),
        (Language::Ja, Position::Anchor { index }) => format!("信頼点 {}", index + 1),
        (Language::Ja, Position::NewAnchor) => "信頼点の証明書".to_owned(),
        (Language::Ja, other) => other.to_string(),
    }
}

/// What a person can do about a path that does not hold.
pub(super) fn advice(error: &Error) -> Option<String> {
    Some(match error.kind() {
        ErrorKind::UnknownIssuer | ErrorKind::IssuerName | ErrorKind::KeyIdentifier => say!(
            "whom to trust is chosen with --trust and --anchor; authorities between are given with --hint",
            "信頼点は --trust と --anchor で、中間の認証局は --hint で指定します"
        ),
        ErrorKind::KeyUsage | ErrorKind::ExtendedKeyUsage | ErrorKind::Policy | ErrorKind::AnchorPurpose => {
            say!(
                "it is made for something else; --purpose says for what it is to be checked",
                "別の目的の証明書です。確認する目的は --purpose で指定します"
            )
        }
        ErrorKind::Expired { .. } | ErrorKind::NotYetInForce { .. } => {
            say!("another time is asked about with --at", "別の時刻について確認するには --at を使います")
        }
        _ => return None,
    })
}

/// Why a signer's signature does not hold.
pub(super) fn of_signer(error: &SignerError) -> String {
    match Language::current() {
        Language::En => error.to_string(),
        Language::Ja => match error {
            SignerError::Malformed(error) => format!("署名者の情報の形式が正しくありません（{error}）"),
            SignerError::DigestAlgorithm => "受け入れないハッシュ方式です".to_owned(),
            SignerError::DigestAlgorithmNotListed => "ハッシュ方式がメッセージの一覧にありません".to_owned(),
            SignerError::SignatureAlgorithm => "受け入れない署名方式か、ハッシュ方式と合いません".to_owned(),
            SignerError::AlgorithmProtection => "署名属性が別の方式を示しています".to_owned(),
            SignerError::NoSignedAttributes => "署名属性がありません".to_owned(),
            SignerError::MissingAttribute(kind) => format!("必要な署名属性がありません（{kind}）"),
            SignerError::ContentType => "署名された内容の種類がメッセージと異なります".to_owned(),
            SignerError::ContentDigest => "内容が署名されたものと異なります".to_owned(),
            SignerError::NoCertificate => "署名者の証明書がありません".to_owned(),
            SignerError::SeveralCertificates => "署名者のものとされる証明書が複数あります".to_owned(),
            SignerError::SigningCertificate => "署名証明書属性が別の証明書を示しています".to_owned(),
            SignerError::SigningCertificatePath => "署名証明書属性が経路の認証局を示していません".to_owned(),
            SignerError::CounterSignature => "副署名に内容の種類があります".to_owned(),
            SignerError::KeyUsage => "署名者の証明書の鍵は署名用ではありません".to_owned(),
            SignerError::Key(error) => format!("署名者の証明書の鍵が使えません（{error}）"),
            SignerError::Signature(error) => format!("署名が受け入れられません（{error}）"),
            other => other.to_string(),
        },
    }
}

/// Why it is unknown whether a certificate is revoked.
pub(super) fn of_revocation(why: Why) -> String {
    match Language::current() {
        Language::En => why.to_string(),
        Language::Ja => match why {
            Why::NothingOffered => "この証明書についての失効リストもOCSPレスポンスもありません".to_owned(),
            Why::SourceFailed => "失効情報を読み出せません".to_owned(),
            Why::TooMany => "1つの証明書に対する失効情報が多すぎます".to_owned(),
            Why::Unreadable(error) => format!("読めません（{error}）"),
            Why::OtherIssuer => "別の発行者のものです".to_owned(),
            Why::OutOfScope => "この証明書を対象としていません（別の配布点または種類）".to_owned(),
            Why::MayNotSign => "発行者は失効リストに署名できません".to_owned(),
            Why::Signature(error) => format!("署名が受け入れられません（{error}）"),
            Why::FromTheFuture { this_update } => format!("未来の日時のものです（{this_update}）"),
            Why::Outdated { next_update } => format!("{next_update} で期限が切れています"),
            Why::TooOld { this_update } => format!("古すぎます（{this_update}）"),
            Why::NoAnswer(status) => format!("OCSPレスポンダーが回答しません（状態 {status}）"),
            Why::NotKnownToResponder => "OCSPレスポンダーがこの証明書を知りません".to_owned(),
            Why::ResponderNotAuthorised => "OCSPレスポンダーに回答の権限がありません".to_owned(),
            Why::ResponderMayBeRevoked => "OCSPレスポンダー自身の失効の有無が不明です".to_owned(),
            Why::Nonce => "OCSPレスポンスのナンスが一致しません".to_owned(),
            Why::NotAboutThis => "この証明書についてのOCSPレスポンスではありません".to_owned(),
            Why::DeltaPublished => "発行者が差分失効リストを出しており、これには対応していません".to_owned(),
            other => other.to_string(),
        },
    }
}

/// What a reason of revocation means for a certificate of JPKI.
pub(super) fn of_meaning(meaning: JpkiMeaning) -> String {
    match meaning {
        JpkiMeaning::DestroyedBeforeDelivery => {
            say!(
                "destroyed before it was handed over, or no reason given",
                "交付前の廃棄、または理由の記載なし"
            )
        }
        JpkiMeaning::KeyCompromised => {
            say!("the key may be in other hands", "鍵が他人の手に渡ったおそれ")
        }
        JpkiMeaning::AuthorityCompromised => {
            say!("the authority's key may be in other hands", "認証局の鍵が他人の手に渡ったおそれ")
        }
        JpkiMeaning::ContentChanged => {
            say!("name, address, birth date or sex changed", "氏名・住所・生年月日・性別の変更")
        }
        JpkiMeaning::Renewed => say!("a newer certificate took its place", "新しい証明書への更新"),
        JpkiMeaning::NoLongerNeeded => {
            say!("no longer needed: given back, or the holder died", "不要（返納、死亡など）")
        }
        JpkiMeaning::HeldForGood => say!(
            "suspended, as after a call to the hotline for lost cards; JPKI never releases such a hold",
            "一時停止（紛失の届出など）。公的個人認証では解除されません"
        ),
        _ => say!("not known here", "不明"),
    }
}
