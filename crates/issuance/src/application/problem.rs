use std::fmt;

use super::form::Particular;
use crate::photo::AgeError;

/// Why an application is not taken: one thing that is wrong. Carries nothing that was entered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// What is printed on the form is no longer true.
    #[error(
        "the form no longer agrees with the resident record ({}): ask the municipality for a new form",
        English(fields)
    )]
    FormOutdated {
        /// The fields that have changed.
        fields: Vec<Particular>,
    },
    /// The date of birth entered is not the one on the form.
    #[error("the date of birth is not the one on the form")]
    BirthDateDiffers,
    /// The date of birth lies ahead.
    #[error("the date of birth lies ahead")]
    NotBorn,
    /// The stay in Japan has ended.
    #[error("the period of stay has ended")]
    StayEnded,
    /// The terms of use were not accepted.
    #[error("the terms of use were not accepted")]
    TermsNotAccepted,
    /// A legal representative has to apply.
    #[error("a legal representative has to apply: {0}")]
    RepresentativeNeeded(Ground),
    /// There is no signature certificate for this person.
    #[error("no signature certificate is issued: {0}")]
    NoSignatureCertificate(Ground),
    /// A hand-written form comes by post.
    #[error("a hand-written form comes by post")]
    HandWrittenByPostOnly,
    /// The channel needs a name and an e-mail address.
    #[error("a contact name and an e-mail address are needed")]
    ContactMissing,
    /// A photo on paper comes by post, a digital one by the other channels.
    #[error("{}", if *paper { "a photo on paper comes by post" } else { "a photo on paper is needed" })]
    PhotoMedium {
        /// Whether the photo is on paper.
        paper: bool,
    },
    /// The photo is too old, or from a day that lies ahead.
    #[error(transparent)]
    PhotoAge(AgeError),
}

impl Problem {
    /// What a Japanese reader sees.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::FormOutdated { fields } => {
                let names: Vec<&str> = fields.iter().map(|field| field.japanese()).collect();
                format!(
                    "申請書の記載（{}）が現在と異なります。住所地の市区町村で新しい申請書を受け取ってください。",
                    names.join("・")
                )
            }
            Self::BirthDateDiffers => "生年月日が申請書と一致しません。".to_owned(),
            Self::NotBorn => "生年月日が未来の日付です。".to_owned(),
            Self::StayEnded => "在留期間が満了しています。".to_owned(),
            Self::TermsNotAccepted => "利用規約への同意が必要です。".to_owned(),
            Self::RepresentativeNeeded(ground) => {
                format!("法定代理人による申請が必要です（{}）。", ground.japanese())
            }
            Self::NoSignatureCertificate(ground) => {
                format!("署名用電子証明書は発行されません（{}）。", ground.japanese())
            }
            Self::HandWrittenByPostOnly => "手書きの申請書は郵送で申請してください。".to_owned(),
            Self::ContactMissing => "連絡用氏名とメールアドレスが必要です。".to_owned(),
            Self::PhotoMedium { paper: true } => "紙の写真は郵送の申請にお使いください。".to_owned(),
            Self::PhotoMedium { paper: false } => "郵送の申請には紙の写真が必要です。".to_owned(),
            Self::PhotoAge(AgeError::TooOld) => "6か月以内に撮影した写真が必要です。".to_owned(),
            Self::PhotoAge(_) => "撮影日が未来の日付です。".to_owned(),
        }
    }
}

struct English<'a>(&'a [Particular]);

impl fmt::Display for English<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|field| field.english()).collect();
        f.write_str(&names.join(", "))
    }
}

/// Why a person needs a representative or gets no signature certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ground {
    /// Younger than fifteen on the day of the application.
    #[error("younger than fifteen")]
    Under15,
    /// 成年被後見人.
    #[error("adult under guardianship")]
    Guardianship,
}

impl Ground {
    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Under15 => "15歳未満",
            Self::Guardianship => "成年被後見人",
        }
    }
}

/// An application that is not taken: nothing of it was entered anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong: at least one thing.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the application is not taken: ")?;
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}
