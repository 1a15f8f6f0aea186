use std::fmt;

/// What only a person can judge. The clerk answers each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Question {
    /// 正面: facing the camera.
    Front,
    /// 無背景: nothing behind.
    PlainBackground,
    /// 無帽: nothing on the head.
    NoHat,
    /// 影なし: no shadow.
    NoShadow,
    /// 目が見える: the eyes are visible and open.
    EyesVisible,
}

impl Question {
    /// All questions, in the order of the sheet.
    pub const ALL: [Self; 5] =
        [Self::Front, Self::PlainBackground, Self::NoHat, Self::NoShadow, Self::EyesVisible];

    /// The name that the store and outputs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::PlainBackground => "plain-background",
            Self::NoHat => "no-hat",
            Self::NoShadow => "no-shadow",
            Self::EyesVisible => "eyes-visible",
        }
    }

    /// The question of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.name() == name)
    }

    /// What the clerk is asked in English.
    #[must_use]
    pub const fn english(self) -> &'static str {
        match self {
            Self::Front => "Does the person face the camera?",
            Self::PlainBackground => "Is there nothing in the background?",
            Self::NoHat => "Is there no hat on the head?",
            Self::NoShadow => "Is there no shadow on face or background?",
            Self::EyesVisible => "Are the eyes visible and open?",
        }
    }

    /// What the clerk is asked in Japanese.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Front => "正面を向いていますか",
            Self::PlainBackground => "背景に何も写っていませんか",
            Self::NoHat => "帽子などをかぶっていませんか",
            Self::NoShadow => "顔や背景に影がありませんか",
            Self::EyesVisible => "目が見えていますか",
        }
    }

    /// The grounds on which a no is taken. Which ground excuses what is this project's reading: what is published is
    /// that such grounds exist.
    #[must_use]
    pub const fn exceptions(self) -> &'static [Exception] {
        match self {
            Self::NoHat => &[Exception::Religious, Exception::Medical],
            Self::Front => &[Exception::Medical, Exception::Infant, Exception::Bedridden],
            Self::PlainBackground | Self::NoShadow => &[Exception::Infant, Exception::Bedridden],
            Self::EyesVisible => &[Exception::Medical, Exception::Infant],
        }
    }
}

/// A ground on which a photo is taken although the answer to a question is no. It is recorded, not passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Exception {
    /// 宗教上の理由.
    Religious,
    /// 医療上の理由.
    Medical,
    /// 乳幼児.
    Infant,
    /// 寝たきり.
    Bedridden,
}

impl Exception {
    /// All grounds.
    pub const ALL: [Self; 4] = [Self::Religious, Self::Medical, Self::Infant, Self::Bedridden];

    /// The ground of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.name() == name)
    }

    /// What a Japanese reader sees.
    #[must_use]
    pub const fn japanese(self) -> &'static str {
        match self {
            Self::Religious => "宗教上の理由",
            Self::Medical => "医療上の理由",
            Self::Infant => "乳幼児",
            Self::Bedridden => "寝たきり",
        }
    }

    /// The name that the store and outputs use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Religious => "religious",
            Self::Medical => "medical",
            Self::Infant => "infant",
            Self::Bedridden => "bedridden",
        }
    }
}

/// The clerk's answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// As it should be.
    Yes,
    /// Not as it should be.
    No,
    /// Not as it should be, and taken on this ground.
    Excused(Exception),
}

impl Answer {
    /// The name that the store uses; the ground of an exception has its own.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Excused(_) => "excused",
        }
    }

    /// The ground of an exception.
    #[must_use]
    pub const fn ground(self) -> Option<Exception> {
        match self {
            Self::Excused(ground) => Some(ground),
            Self::Yes | Self::No => None,
        }
    }

    /// The answer of a name, with the name of the ground where there is one.
    #[must_use]
    pub fn from_names(name: &str, ground: Option<&str>) -> Option<Self> {
        match (name, ground) {
            ("yes", None) => Some(Self::Yes),
            ("no", None) => Some(Self::No),
            ("excused", Some(ground)) => Exception::from_name(ground).map(Self::Excused),
            _ => None,
        }
    }
}

/// A photo that a person found fit, with the grounds on which exceptions were made. Only [`judge`] makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    exceptions: Vec<(Question, Exception)>,
}

impl Judgement {
    /// The exceptions that were made: they belong into the record.
    #[must_use]
    pub fn exceptions(&self) -> &[(Question, Exception)] {
        &self.exceptions
    }
}

/// Takes the clerk's answers: one to each question.
///
/// # Errors
/// [`JudgementError`] with every question that is open, answered no, or excused on a ground that does not excuse it.
pub fn judge(answers: &[(Question, Answer)]) -> Result<Judgement, JudgementError> {
    let mut exceptions = Vec::new();
    let mut error = JudgementError { open: Vec::new(), no: Vec::new() };
    for question in Question::ALL {
        let mut given = answers.iter().filter(|(asked, _)| *asked == question);
        match (given.next(), given.next()) {
            (Some((_, Answer::Yes)), None) => {}
            (Some((_, Answer::Excused(ground))), None) if question.exceptions().contains(ground) => {
                exceptions.push((question, *ground));
            }
            (Some(_), None) => error.no.push(question),
            // None, or two that may contradict each other.
            _ => error.open.push(question),
        }
    }
    if error.open.is_empty() && error.no.is_empty() { Ok(Judgement { exceptions }) } else { Err(error) }
}

/// A photo that is not fit, or not judged to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgementError {
    /// Questions without an answer, or with two.
    pub open: Vec<Question>,
    /// Questions answered no, without a ground that excuses it.
    pub no: Vec<Question>,
}

impl fmt::Display for JudgementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |questions: &[Question]| {
            questions.iter().map(|question| question.name()).collect::<Vec<_>>().join(", ")
        };
        match (self.open.is_empty(), self.no.is_empty()) {
            (true, _) => write!(f, "the photo is not fit: {}", names(&self.no)),
            (false, true) => write!(f, "the photo is not judged: {}", names(&self.open)),
            (false, false) => {
                write!(f, "the photo is not fit: {}; not judged: {}", names(&self.no), names(&self.open))
            }
        }
    }
}

impl std::error::Error for JudgementError {}
