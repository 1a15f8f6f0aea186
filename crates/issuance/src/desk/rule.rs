use std::fmt;

/// A rule by which something is not done at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The text for the card differs from the resident record beyond the substitute characters.
    TextDiffers,
    /// A signature certificate is issued where there is none.
    HasSignature,
    /// Nobody under fifteen gets a signature certificate. (CARD.md §3.4)
    UnderFifteen,
    /// The last day of the card was never entered.
    ExpiryUnknown,
    /// The period of stay has ended.
    StayEnded,
    /// The last day of the card has passed.
    CardExpired,
    /// All PINs are set together only on a card that has none.
    HasPins,
    /// At a kiosk the PIN of one certificate is set anew where that of the other is known. (CARD.md §3.3)
    OtherPinUnknown,
    /// The case whose card takes the place of another is another case.
    ReplacesItself,
    /// An application whose photo is fit is not sent back for its photo.
    PhotoFit,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::TextDiffers,
        Self::HasSignature,
        Self::UnderFifteen,
        Self::ExpiryUnknown,
        Self::StayEnded,
        Self::CardExpired,
        Self::HasPins,
        Self::OtherPinUnknown,
        Self::ReplacesItself,
        Self::PhotoFit,
    ];

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::TextDiffers => (
                "the text for the card is not that of the resident record",
                "カードに書く文字が住民票の記載と一致しません",
            ),
            Self::HasSignature => {
                ("the card has a signature certificate already", "署名用電子証明書は既に発行されています")
            }
            Self::UnderFifteen => (
                "nobody under fifteen gets a signature certificate",
                "15歳未満の方には署名用電子証明書を発行できません",
            ),
            Self::ExpiryUnknown => {
                ("the last day of the card is not in the store", "カードの有効期限が登録されていません")
            }
            Self::StayEnded => ("the period of stay has ended", "在留期間が満了しています"),
            Self::CardExpired => (
                "the card has expired: a new one is needed",
                "カードの有効期限が切れています。新しいカードの申請が必要です",
            ),
            Self::HasPins => (
                "this card has PINs: they are changed or set anew one by one",
                "このカードには暗証番号があります。1つずつ変更または再設定してください",
            ),
            Self::OtherPinUnknown => (
                "at a kiosk a PIN is set anew where the other certificate's is known",
                "コンビニでの再設定には、もう一方の電子証明書の暗証番号が必要です",
            ),
            Self::ReplacesItself => ("a card does not replace itself", "同じカードへの再交付はできません"),
            Self::PhotoFit => (
                "the photo was not found unfit: the application is not sent back for it",
                "写真は不適と判定されていないため、写真を理由に差し戻せません",
            ),
        }
    }

    /// What an English reader sees.
    #[must_use]
    pub const fn english(self) -> &'static str {
        self.texts().0
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        self.texts().1
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.english())
    }
}

/// Why something is too early or too late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Untimely {
    /// The deadline of the notice has passed.
    NoticeEnded,
    /// Certificates are renewed from three months before they end. (CARD.md §8)
    RenewalNotOpen,
    /// Kiosks are open from 6:30 to 23:00. (CARD.md §3.3)
    KioskClosed,
    /// A face match on the telephone counts for 24 hours. (CARD.md §3.3)
    FaceMatchOld,
}

impl Untimely {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::NoticeEnded, Self::RenewalNotOpen, Self::KioskClosed, Self::FaceMatchOld];

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NoticeEnded => {
                ("the deadline of the notice has passed", "交付通知書の交付期限を過ぎています")
            }
            Self::RenewalNotOpen => (
                "certificates are renewed from three months before they end",
                "電子証明書の更新は有効期限の3か月前からです",
            ),
            Self::KioskClosed => {
                ("kiosks are open from 6:30 to 23:00", "コンビニでの再設定は6時30分から23時までです")
            }
            Self::FaceMatchOld => (
                "the face match is not of the last 24 hours",
                "スマートフォンでの顔認証から24時間以内ではありません",
            ),
        }
    }

    /// What an English reader sees.
    #[must_use]
    pub const fn english(self) -> &'static str {
        self.texts().0
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        self.texts().1
    }
}

impl fmt::Display for Untimely {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.english())
    }
}
